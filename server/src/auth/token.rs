//! Access tokens: JWTs of the profile RFC 9068, signed ES256 with a key all replicas share.

use aws_lc_rs::digest;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};
use vouchsafe_domain::{ScopeSet, TenantId, Timestamp};

use super::{
    Principal,
    claims::{Audience, Claims},
    verified::{TokenHash, Verified},
};

/// The audience of our own tokens.
const AUDIENCE: &str = "vouchsafe";

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Its signature, form, audience or type is wrong.
    #[error("the access token is not valid")]
    Invalid,
    /// It is for no tenant.
    #[error("the access token names no tenant")]
    NoTenant,
    /// It was good once.
    #[error("the access token has expired")]
    Expired,
    /// It will be good later.
    #[error("the access token is not valid yet")]
    NotYet,
    /// It is meant for others, or for several tenants.
    #[error("the access token's audience is not the one that is configured for its issuer")]
    Audience,
    /// Its issuer's keys can't be fetched now. Not the token's fault.
    #[error("the keys of the access token's issuer can't be fetched now")]
    Unreachable,
    /// Signing failed.
    #[error("the access token could not be signed")]
    Unsigned,
}

/// Issues and verifies access tokens.
pub struct TokenIssuer {
    issuer: String,
    ttl_seconds: u32,
    key_id: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    jwk: Value,
    verified: Verified<Principal>,
}

impl std::fmt::Debug for TokenIssuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenIssuer")
            .field("issuer", &self.issuer)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl TokenIssuer {
    /// An issuer with a P-256 key: its PKCS#8, and its public point, 65 bytes uncompressed (SEC 1 section 2.3.3).
    ///
    /// # Errors
    /// [`TokenError::Invalid`] for a point of another form.
    pub fn new(issuer: String, ttl_seconds: u32, key_pkcs8: &[u8], point: &[u8]) -> Result<Self, TokenError> {
        let (Some(x), Some(y), 65) = (point.get(1..33), point.get(33..65), point.len()) else {
            return Err(TokenError::Invalid);
        };
        let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        // The JWK thumbprint of RFC 7638: the same key has the same id on every replica.
        let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let key_id = BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, thumbprint.as_bytes()).as_ref());
        let jwk =
            json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": key_id, "use": "sig", "alg": "ES256"});
        Ok(Self {
            issuer,
            ttl_seconds,
            key_id,
            signing: EncodingKey::from_ec_der(key_pkcs8),
            verifying: DecodingKey::from_ec_components(&x, &y).map_err(|_| TokenError::Invalid)?,
            jwk,
            verified: Verified::default(),
        })
    }

    /// The issuer's URL.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The lifetime of tokens in seconds.
    #[must_use]
    pub const fn ttl_seconds(&self) -> u32 {
        self.ttl_seconds
    }

    /// The public keys as a JWK Set (RFC 7517 section 5).
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({"keys": [self.jwk]})
    }

    /// A token for a client of a tenant.
    ///
    /// # Errors
    /// [`TokenError::Unsigned`].
    pub fn issue(
        &self,
        tenant: &TenantId,
        client: &str,
        scopes: ScopeSet,
        now: Timestamp,
    ) -> Result<String, TokenError> {
        let mut id = [0; 16];
        aws_lc_rs::rand::fill(&mut id).map_err(|_| TokenError::Unsigned)?;
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: client.to_owned(),
            aud: Audience::One(AUDIENCE.to_owned()),
            exp: now.as_secs() + i64::from(self.ttl_seconds),
            iat: now.as_secs(),
            jti: HEXLOWER.encode(&id),
            client_id: client.to_owned(),
            tenant: tenant.to_string(),
            scope: Some(scopes.to_string()),
            authorization: None,
        };
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|_| TokenError::Unsigned)
    }

    /// Who a token stands for that is good now.
    ///
    /// # Errors
    /// [`TokenError::Invalid`], [`TokenError::NoTenant`] and [`TokenError::Expired`].
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Principal, TokenError> {
        // One key, one rule: there is no configuration to change.
        let hash = TokenHash::new(token, 0);
        if let Some(principal) = self.verified.get(hash, now) {
            return Ok(principal);
        }
        let claims = self.check(token)?;
        let until = claims.expiry();
        if until <= now {
            return Err(TokenError::Expired);
        }
        let scopes = claims.scopes();
        let tenant = TenantId::parse(claims.tenant).map_err(|_| TokenError::NoTenant)?;
        let principal = Principal { tenant, actor: claims.client_id, scopes };
        self.verified.insert(hash, principal.clone(), until, now);
        Ok(principal)
    }

    fn check(&self, token: &str) -> Result<Claims, TokenError> {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[AUDIENCE]);
        // The clock is ours to read, once for a request; the key alone proves the issuer, whose URL may change.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
        let token = jsonwebtoken::decode::<Claims>(token, &self.verifying, &validation)
            .map_err(|_| TokenError::Invalid)?;
        // RFC 9068 section 4: another kind of JWT under the same key is no access token.
        match token.header.typ.as_deref() {
            Some("at+jwt" | "application/at+jwt") => Ok(token.claims),
            _ => Err(TokenError::Invalid),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use data_encoding::BASE64URL_NOPAD;
    use vouchsafe_domain::{ScopeSet, TenantId, Timestamp};

    use super::{TokenError, TokenIssuer};

    fn issuer() -> TokenIssuer {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let pkcs8 = key.to_pkcs8v1().unwrap();
        TokenIssuer::new("http://x".to_owned(), 60, pkcs8.as_ref(), key.public_key().as_ref()).unwrap()
    }

    #[test]
    fn tokens_live_for_their_time_only() {
        let issuer = issuer();
        let tenant = TenantId::parse("default").unwrap();
        let now = Timestamp::from_micros(1_000_000_000_000_000);
        let token = issuer.issue(&tenant, "c", ScopeSet::all(), now).unwrap();
        for _ in 0..2 {
            let principal = issuer.verify(&token, now).unwrap();
            assert_eq!((principal.tenant.as_str(), principal.scopes), ("default", ScopeSet::all()));
        }
        let later = Timestamp::from_micros(now.as_micros() + 60_000_000);
        assert_eq!(issuer.verify(&token, later).unwrap_err(), TokenError::Expired);
    }

    #[test]
    fn forged_tokens_are_refused() {
        let (issuer, other) = (issuer(), issuer());
        let tenant = TenantId::parse("default").unwrap();
        let now = Timestamp::from_micros(1_000_000_000_000_000);
        let token = issuer.issue(&tenant, "c", ScopeSet::all(), now).unwrap();
        assert_eq!(other.verify(&token, now).unwrap_err(), TokenError::Invalid);
        let parts: Vec<_> = token.split('.').collect();
        let none = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"at+jwt"}"#);
        for forged in [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            "x".to_owned(),
            String::new(),
        ] {
            assert_eq!(issuer.verify(&forged, now).unwrap_err(), TokenError::Invalid, "{forged}");
        }
    }
}
