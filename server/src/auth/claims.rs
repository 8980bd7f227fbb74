//! What an access token says, and which scopes count.

use serde::{Deserialize, Serialize};
use vouchsafe_domain::{Scope, ScopeSet};

/// The claims of an access token (RFC 9068 section 2.2) that matter here.
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

/// One audience or several (RFC 7519 section 4.1.3).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
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

impl Claims {
    /// Every scope granted: those of `scope`, and those of UMA permissions on the resource `tenant-system`.
    #[must_use]
    pub fn scopes(&self) -> ScopeSet {
        let listed = ScopeSet::from_list(self.scope.as_deref().unwrap_or_default());
        let permissions = self.authorization.iter().flat_map(|authorization| &authorization.permissions);
        let granted = permissions
            .filter(|permission| permission.rsname == RESOURCE)
            .flat_map(|permission| &permission.scopes);
        listed.iter().chain(granted.filter_map(|scope| Scope::parse(scope))).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;
    use vouchsafe_domain::Scope;

    use super::Claims;

    fn scopes(extra: serde_json::Value) -> Vec<Scope> {
        let mut claims = json!({"iss": "i", "sub": "s", "aud": ["a"], "exp": 1, "iat": 1, "jti": "j", "client_id": "c", "tenant": "t"});
        claims.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        serde_json::from_value::<Claims>(claims).unwrap().scopes().iter().collect()
    }

    #[test]
    fn scopes_count_from_both_places() {
        let read = "tenant:basic-credentials:read";
        let uma = |name: &str| json!({"authorization": {"permissions": [{"rsid": "1", "rsname": name, "scopes": [read]}]}});
        assert_eq!(scopes(json!({})), []);
        assert_eq!(scopes(json!({"scope": format!("openid {read}")})), [Scope::BasicCredentialsRead]);
        assert_eq!(scopes(uma("tenant-system")), [Scope::BasicCredentialsRead]);
        assert_eq!(scopes(uma("application-x")), [], "permissions on another resource");
        assert_eq!(scopes(json!({"authorization": {"permissions": [{"rsname": "tenant-system"}]}})), []);
    }
}
