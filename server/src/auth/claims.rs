//! What an access token says, and which scopes count.

use serde::{Deserialize, Serialize};
use vouchsafe_domain::{ScopeSet, Timestamp};

/// The claims of our own access tokens (RFC 9068 section 2.2).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Subject: the client.
    pub sub: String,
    /// Audience.
    pub aud: Audience,
    /// Expiry in seconds since the Unix epoch.
    pub exp: i64,
    /// Issued at.
    pub iat: i64,
    /// The token's id.
    pub jti: String,
    /// The client.
    pub client_id: String,
    /// The tenant whose credentials the token is for.
    pub tenant: String,
    /// Scopes, space-separated (RFC 8693 section 4.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl Claims {
    /// Every scope granted.
    #[must_use]
    pub fn scopes(&self) -> ScopeSet {
        ScopeSet::from_list(self.scope.as_deref().unwrap_or_default())
    }

    /// When the token expires.
    pub(super) const fn expiry(&self) -> Timestamp {
        from_secs(self.exp)
    }
}

/// One audience or several (RFC 7519 section 4.1.3).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Audience {
    /// Whether the token is for it too.
    pub(super) fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Several(several) => several.iter().any(|one| one == audience),
        }
    }
}

/// A moment from seconds since the Unix epoch.
pub(super) const fn from_secs(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}
