//! What a username and a password may be.

use std::fmt;

use crate::{Invalid, Secret, printable};

/// A tenant-wide unique login: 1 to 255 printable ASCII characters without `:` (it ends a login in HTTP Basic,
/// RFC 7617 section 2) and `@` (it starts the tenant in `username@tenant`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Username(String);

impl Username {
    /// Reads a username.
    ///
    /// # Errors
    /// [`Invalid`] naming the broken rule.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        printable("username", &text, 255, "must be 1 to 255 characters long")?;
        if text.contains([':', '@']) {
            return Err(Invalid { what: "username", rule: "must not contain ':' or '@'" });
        }
        Ok(Self(text))
    }

    /// The login as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password: 1 to 72 printable ASCII characters, as documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password(Secret);

impl Password {
    /// Reads a password.
    ///
    /// # Errors
    /// [`Invalid`] naming the broken rule.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = Secret::new(text);
        printable("password", text.expose(), 72, "must be 1 to 72 characters long")?;
        Ok(Self(text))
    }

    /// The password itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::{Password, Username};

    #[test]
    fn usernames() {
        for good in ["a", "UserA", "reasonable-kangaroo", " ", "~", "a b", &"u".repeat(255)] {
            assert_eq!(Username::parse(good).map(|name| name.to_string()), Ok(good.to_owned()));
        }
        for (bad, rule) in [
            ("", "must be 1 to 255 characters long"),
            (&*"u".repeat(256), "must be 1 to 255 characters long"),
            ("a:b", "must not contain ':' or '@'"),
            ("a@b", "must not contain ':' or '@'"),
            ("a\0b", "must be printable ASCII"),
            ("a\nb", "must be printable ASCII"),
            ("é", "must be printable ASCII"),
            ("\u{7f}", "must be printable ASCII"),
        ] {
            assert_eq!(Username::parse(bad).map_err(|invalid| invalid.rule), Err(rule), "{bad:?}");
        }
    }

    #[test]
    fn passwords() {
        for good in ["1", "123", ":@ ", &"p".repeat(72)] {
            assert_eq!(
                Password::parse(good).map(|password| password.expose().to_owned()),
                Ok(good.to_owned())
            );
        }
        for bad in ["", &*"p".repeat(73), "\0", "pä"] {
            assert!(Password::parse(bad).is_err(), "{bad:?}");
        }
    }
}
