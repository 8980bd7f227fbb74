//! The keys of an issuer: its JWK Set (RFC 7517), as far as it is for signatures.

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

/// The most keys of one issuer that count.
const MOST: usize = 100;

/// Keys that verify signatures.
#[derive(Debug)]
pub(super) struct KeySet(Vec<Key>);

#[derive(Debug)]
struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// The keys of a JWK Set that can be used; those that can't are passed over (RFC 7517 section 5). Nothing if the text
    /// is no JWK Set.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(text).ok()?;
        Some(Self(document.keys.into_iter().take(MOST).filter_map(Key::read).collect()))
    }

    /// The key of a token: of that id, or without an id the only one that fits (OpenID Connect Core section 10.1).
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&DecodingKey> {
        let mut fitting = self.0.iter().filter(|key| key.algorithms.contains(&algorithm));
        let found = match id {
            Some(id) => fitting.find(|key| key.id.as_deref() == Some(id)),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        };
        found.map(|key| &key.key)
    }
}

impl Key {
    fn read(key: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(key).ok()?;
        let mut algorithms = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => AlgorithmFamily::Rsa.algorithms(),
            AlgorithmParameters::EllipticCurve(key) => match key.curve {
                EllipticCurve::P256 => &[Algorithm::ES256],
                EllipticCurve::P384 => &[Algorithm::ES384],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            // A shared secret among them: who verifies with it could sign too.
            _ => return None,
        }
        .to_vec();
        let common = &jwk.common;
        let signs = !matches!(&common.public_key_use, Some(other) if *other != PublicKeyUse::Signature);
        let verifies = common.key_operations.as_ref().is_none_or(|may| may.contains(&KeyOperations::Verify));
        if let Some(named) = common.key_algorithm {
            algorithms.retain(|algorithm| named == (*algorithm).into());
        }
        if !signs || !verifies || algorithms.is_empty() {
            return None;
        }
        Some(Self { algorithms, key: DecodingKey::from_jwk(&jwk).ok()?, id: jwk.common.key_id })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use jsonwebtoken::Algorithm::{self, ES256, ES384, EdDSA, HS256, PS256, RS256};
    use serde_json::{Value, json};

    use super::{KeySet, MOST};

    fn set(keys: &Value) -> KeySet {
        KeySet::parse(json!({"keys": keys}).to_string().as_bytes()).unwrap()
    }

    /// A key of a type, with more members.
    fn key(kty: &str, more: Value) -> Value {
        let mut key = match kty {
            "RSA" => json!({"n": "AQAB", "e": "AQAB"}),
            "EC" => json!({"crv": "P-256", "x": "AA", "y": "AA"}),
            "OKP" => json!({"crv": "Ed25519", "x": "AA"}),
            _ => json!({"k": "AAAA"}),
        };
        key["kty"] = kty.into();
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        key
    }

    #[test]
    fn keys_are_for_what_they_say() {
        let cases: [(Value, &[Algorithm]); 17] = [
            (key("RSA", json!({})), &[RS256, PS256]),
            (key("RSA", json!({"use": "sig", "alg": "RS256"})), &[RS256]),
            (key("RSA", json!({"use": "enc"})), &[]),
            (key("RSA", json!({"use": "other"})), &[]),
            (key("RSA", json!({"alg": "RSA-OAEP"})), &[]),
            (key("RSA", json!({"alg": "ES256"})), &[]),
            (key("RSA", json!({"alg": "HS256"})), &[]),
            (key("RSA", json!({"key_ops": ["verify"]})), &[RS256, PS256]),
            (key("RSA", json!({"key_ops": ["encrypt"]})), &[]),
            (key("RSA", json!({"n": "!"})), &[]),
            (key("EC", json!({})), &[ES256]),
            (key("EC", json!({"crv": "P-384"})), &[ES384]),
            (key("EC", json!({"crv": "P-521"})), &[]),
            (key("OKP", json!({})), &[EdDSA]),
            (key("OKP", json!({"crv": "X25519"})), &[]),
            (key("oct", json!({"alg": "HS256"})), &[]),
            (json!("x"), &[]),
        ];
        for (key, expected) in cases {
            let set = set(&json!([key]));
            let fits: Vec<_> = [RS256, PS256, ES256, ES384, EdDSA, HS256]
                .into_iter()
                .filter(|algorithm| set.find(None, *algorithm).is_some())
                .collect();
            assert_eq!(fits, expected, "{key}");
        }
    }

    #[test]
    fn keys_are_found_by_id_and_without_one_only_if_there_is_no_choice() {
        let set = set(&json!([
            key("RSA", json!({"kid": "a"})),
            key("RSA", json!({"kid": "b"})),
            key("EC", json!({"kid": "a"})),
            key("oct", json!({"kid": "c"})),
        ]));
        let found = |id, algorithm| set.find(id, algorithm).map(|key| key.family());
        assert_eq!(found(Some("a"), RS256), Some(jsonwebtoken::AlgorithmFamily::Rsa));
        assert_eq!(found(Some("a"), ES256), Some(jsonwebtoken::AlgorithmFamily::Ec));
        assert_eq!(found(None, ES256), Some(jsonwebtoken::AlgorithmFamily::Ec));
        for (id, algorithm) in [(None, RS256), (Some("b"), ES256), (Some("c"), HS256), (Some("d"), RS256)] {
            assert_eq!(found(id, algorithm), None, "{id:?} {algorithm:?}");
        }
    }

    #[test]
    fn sets_are_bounded_and_no_other_text_is_one() {
        let many: Vec<_> = (0..=MOST).map(|number| key("EC", json!({"kid": number.to_string()}))).collect();
        let set = set(&many.into());
        let found = |number: usize| set.find(Some(&number.to_string()), ES256).is_some();
        assert_eq!([found(MOST - 1), found(MOST)], [true, false]);
        for text in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
            assert!(KeySet::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
