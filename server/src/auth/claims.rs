//! What an access token says, and which scopes count.

use serde::{Deserialize, Serialize};
use vouchsafe_domain::{Scope, ScopeSet, Timestamp};

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
    /// UMA permissions as Keycloak writes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Authorization>,
}

impl Claims {
    /// Every scope granted: those of `scope`, and those of UMA permissions on the resource `tenant-system`.
    #[must_use]
    pub fn scopes(&self) -> ScopeSet {
        let listed = ScopeSet::from_list(self.scope.as_deref().unwrap_or_default());
        listed.iter().chain(permitted(self.authorization.as_ref())).collect()
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

/// The claim `authorization` of a requesting party token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Authorization {
    /// What may be done with which resource.
    #[serde(default)]
    pub permissions: Vec<Permission>,
}

/// What may be done with one resource.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Permission {
    /// The resource's name.
    #[serde(default)]
    pub rsname: String,
    /// Scopes on it.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// The resource that the documented scopes are granted on.
const RESOURCE: &str = "tenant-system";

/// The scopes of UMA permissions on the resource `tenant-system`.
pub(super) fn permitted(authorization: Option<&Authorization>) -> impl Iterator<Item = Scope> {
    let permissions = authorization.into_iter().flat_map(|authorization| &authorization.permissions);
    permissions
        .filter(|permission| permission.rsname == RESOURCE)
        .flat_map(|permission| &permission.scopes)
        .filter_map(|scope| Scope::parse(scope))
}

/// A moment from seconds since the Unix epoch.
pub(super) const fn from_secs(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}
