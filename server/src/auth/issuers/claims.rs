//! What the token of another issuer says. Issuers differ: what is not needed may be missing or look otherwise.

use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::IgnoredAny};
use serde_json::{Number, Value};
use vouchsafe_domain::{Scope, ScopeSet, Timestamp};

use crate::auth::claims::{Audience, Authorization, from_secs, permitted};

/// The claims that matter here.
#[derive(Debug, Deserialize)]
pub(super) struct ExternalClaims {
    pub(super) iss: String,
    pub(super) aud: Audience,
    pub(super) exp: NumericDate,
    #[serde(default)]
    pub(super) nbf: Option<NumericDate>,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    /// The client, as OpenID Connect and Keycloak name it.
    #[serde(default)]
    azp: Option<String>,
    #[serde(default, deserialize_with = "if_readable")]
    scope: Option<ScopeClaim>,
    /// UMA permissions, as Keycloak writes them.
    #[serde(default, deserialize_with = "if_readable")]
    authorization: Option<Authorization>,
    /// Which of its tokens this is, at Keycloak.
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    nonce: Option<IgnoredAny>,
    #[serde(default)]
    at_hash: Option<IgnoredAny>,
    #[serde(default)]
    c_hash: Option<IgnoredAny>,
}

/// Seconds since the Unix epoch, with or without a fraction (RFC 7519 section 2).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "Number")]
pub(super) struct NumericDate(pub(super) Timestamp);

impl TryFrom<Number> for NumericDate {
    type Error = &'static str;

    fn try_from(number: Number) -> Result<Self, Self::Error> {
        // No `as` from the fraction: its text before the point is the whole seconds.
        let whole = |number: f64| format!("{:.0}", number.floor()).parse::<i64>().ok();
        let seconds = number.as_i64().or_else(|| number.as_f64().and_then(whole));
        seconds.map(|seconds| Self(from_secs(seconds))).ok_or("no moment")
    }
}

/// Scopes as a list with spaces (RFC 8693 section 4.2), or as an array.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ScopeClaim {
    List(String),
    Array(Vec<String>),
}

/// The longest name of a client or a subject (OpenID Connect Core section 2).
const LONGEST_NAME: usize = 255;

/// Nothing where the claim means something else at this issuer.
fn if_readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(claim: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(claim)?).ok())
}

impl ExternalClaims {
    /// Every scope granted: those of `scope`, and those of UMA permissions on the resource `tenant-system`.
    pub(super) fn scopes(&self) -> ScopeSet {
        let listed = match &self.scope {
            None => ScopeSet::default(),
            Some(ScopeClaim::List(list)) => ScopeSet::from_list(list),
            Some(ScopeClaim::Array(array)) => array.iter().filter_map(|scope| Scope::parse(scope)).collect(),
        };
        listed.iter().chain(permitted(self.authorization.as_ref())).collect()
    }

    /// Who the token was given to. Nobody if that is no name that an audit can hold.
    pub(super) fn actor(&self) -> Option<&str> {
        let name = [&self.client_id, &self.azp, &self.sub].into_iter().find_map(Option::as_deref)?;
        let length = name.chars().count();
        let readable = (1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control);
        readable.then_some(name)
    }

    /// Whether this is an access token. Where the header doesn't say so (RFC 9068 section 2.1), it may be an ID token,
    /// which is for the eyes of the client alone: Keycloak says which of its tokens it is, others are known by the
    /// claims that only ID tokens have (OpenID Connect Core sections 2, 3.3.2.11).
    pub(super) fn is_access_token(&self, header_typ: Option<&str>) -> bool {
        let header = header_typ.map(str::to_ascii_lowercase);
        match (header.as_deref(), self.typ.as_deref()) {
            (Some("at+jwt" | "application/at+jwt"), _) => true,
            (None | Some("jwt" | "application/jwt"), Some(typ)) => matches!(typ, "Bearer" | "DPoP"),
            (None | Some("jwt" | "application/jwt"), None) => {
                self.nonce.is_none() && self.at_hash.is_none() && self.c_hash.is_none()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::{Value, json};
    use vouchsafe_domain::Scope;

    use super::ExternalClaims;

    fn read(extra: &Value) -> Result<ExternalClaims, serde_json::Error> {
        let mut claims = json!({"iss": "i", "aud": ["a"], "exp": 1, "sub": "s"});
        claims.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        serde_json::from_value(claims)
    }

    fn claims(extra: &Value) -> ExternalClaims {
        read(extra).unwrap()
    }

    #[test]
    fn scopes_count_from_both_places() {
        let scopes = |extra: Value| -> Vec<Scope> { claims(&extra).scopes().iter().collect() };
        let read = "tenant:basic-credentials:read";
        let uma = |name: &str| json!({"authorization": {"permissions": [{"rsid": "1", "rsname": name, "scopes": [read]}]}});
        assert_eq!(scopes(json!({})), []);
        assert_eq!(scopes(json!({"scope": format!("openid {read}")})), [Scope::BasicCredentialsRead]);
        assert_eq!(scopes(json!({"scope": ["openid", read]})), [Scope::BasicCredentialsRead]);
        assert_eq!(scopes(json!({"scope": [format!("openid {read}")]})), [], "an array's entry is one scope");
        assert_eq!(scopes(uma("tenant-system")), [Scope::BasicCredentialsRead]);
        assert_eq!(scopes(uma("application-x")), [], "permissions on another resource");
        for other in [
            json!({"authorization": {"permissions": [{"rsname": "tenant-system"}]}}),
            json!({"authorization": "x", "scope": 7}),
            json!({"authorization": null, "scope": null}),
            json!({"authorization": {"permissions": {}}, "scope": {"a": read}}),
        ] {
            assert_eq!(scopes(other.clone()), [], "{other}");
        }
    }

    #[test]
    fn the_actor_is_the_client_before_the_subject() {
        let actor = |extra: Value| claims(&extra).actor().map(str::to_owned);
        assert_eq!(actor(json!({"client_id": "c", "azp": "z"})).as_deref(), Some("c"));
        assert_eq!(actor(json!({"azp": "z"})).as_deref(), Some("z"));
        assert_eq!(actor(json!({})).as_deref(), Some("s"));
        assert_eq!(actor(json!({"sub": "é".repeat(255)})), Some("é".repeat(255)));
        for bad in [String::new(), "a\0b".to_owned(), "a\nb".to_owned(), "x".repeat(256)] {
            assert_eq!(actor(json!({"client_id": bad})), None, "{bad:?}");
        }
        assert_eq!(actor(json!({"sub": null})), None);
    }

    #[test]
    fn only_access_tokens_count() {
        for (header, extra, expected) in [
            (Some("at+jwt"), json!({"nonce": "x"}), true),
            (Some("application/AT+JWT"), json!({}), true),
            (Some("JWT"), json!({}), true),
            (None, json!({}), true),
            (Some("JWT"), json!({"typ": "Bearer", "nonce": "x"}), true),
            (Some("JWT"), json!({"typ": "ID"}), false),
            (Some("JWT"), json!({"typ": "Refresh"}), false),
            (Some("JWT"), json!({"nonce": "x"}), false),
            (None, json!({"at_hash": "x"}), false),
            (None, json!({"c_hash": "x"}), false),
            (Some("logout+jwt"), json!({}), false),
            (Some("dpop+jwt"), json!({"typ": "Bearer"}), false),
            (Some(""), json!({}), false),
        ] {
            assert_eq!(claims(&extra).is_access_token(header), expected, "{header:?} {extra}");
        }
    }

    #[test]
    fn moments_may_have_fractions() {
        for (number, micros) in [
            (json!(7), Some(7_000_000)),
            (json!(7.9), Some(7_000_000)),
            (json!(-1.5), Some(-2_000_000)),
            (json!(1e12), Some(1_000_000_000_000_000_000)),
            (json!(i64::MAX), Some(i64::MAX)),
            (json!(1e300), None),
            (json!("7"), None),
            (json!(null), None),
        ] {
            let exp = read(&json!({"exp": number})).ok().map(|claims| claims.exp.0.as_micros());
            assert_eq!(exp, micros, "{number}");
        }
    }

    #[test]
    fn what_is_needed_must_be_there() {
        for name in ["iss", "aud", "exp"] {
            let mut claims = json!({"iss": "i", "aud": "a", "exp": 1});
            claims.as_object_mut().unwrap().remove(name);
            assert!(serde_json::from_value::<ExternalClaims>(claims).is_err(), "{name}");
        }
    }
}
