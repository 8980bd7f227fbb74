//! The scopes of the tenant plane and sets of them.

use std::fmt;

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// One permission on a tenant's resources.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        pub enum Scope { $($(#[$doc])* #[serde(rename = $text)] $name,)+ }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The scope as it stands in tokens.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Reads a scope; `None` for one that is not ours.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

scopes! {
    /// List and read basic credentials.
    BasicCredentialsRead = "tenant:basic-credentials:read",
    /// Create basic credentials.
    BasicCredentialsCreate = "tenant:basic-credentials:create",
    /// Change the state or password of basic credentials.
    BasicCredentialsUpdate = "tenant:basic-credentials:update",
    /// Verify basic credentials for others.
    BasicCredentialsVerify = "tenant:basic-credentials:verify",
    /// List and read X.509 credentials.
    X509CredentialsRead = "tenant:x509-credentials:read",
    /// Issue X.509 credentials.
    X509CredentialsCreate = "tenant:x509-credentials:create",
    /// Change the state of X.509 credentials.
    X509CredentialsUpdate = "tenant:x509-credentials:update",
    /// Verify X.509 credentials for others.
    X509CredentialsVerify = "tenant:x509-credentials:verify",
    /// Follow what happens to credentials.
    EventsRead = "tenant:events:read",
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScopeSet(u32);

impl ScopeSet {
    /// Every scope there is.
    #[must_use]
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// Whether the scope is in the set.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }

    /// Whether no scope is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether every scope of `other` is in this set.
    #[must_use]
    pub const fn is_superset(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The scopes in it, in their fixed order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }

    /// Reads a space-separated list as RFC 6749 section 3.3 writes it; scopes that are not ours are left out.
    #[must_use]
    pub fn from_list(text: &str) -> Self {
        text.split(' ').filter_map(Scope::parse).collect()
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u32))
    }
}

/// Space-separated, as in a token's `scope` claim.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, ScopeSet};

    #[test]
    fn lists_round_trip() {
        let all = ScopeSet::all();
        assert_eq!(ScopeSet::from_list(&all.to_string()), all);
        let read = ScopeSet::from_list("openid tenant:basic-credentials:read");
        assert_eq!(read.iter().collect::<Vec<_>>(), [Scope::BasicCredentialsRead]);
        assert!(all.is_superset(read) && !read.is_superset(all));
        assert!(ScopeSet::from_list("").is_empty());
        assert_eq!(all.intersection(read), read);
    }
}
