//! Tokens of an issuer that answers as it is told.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fake;
mod fetches;

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{
    Algorithm::{self, ES256, ES384, EdDSA, HS256, PS512, RS256},
    EncodingKey, Header,
};
use serde_json::{Value, json};
use vouchsafe_domain::{Scope, TenantId, Timestamp};

use super::{ConfiguredIssuers, IssuerConfig, Issuers};
use crate::{
    auth::{Principal, TokenError},
    outbound::Client,
};
use fake::{Fake, Key, NOW};

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn issuers() -> Issuers {
    Issuers::new(Arc::new(Client::new(vec!["127.0.0.1".parse().unwrap()])))
}

fn config(tenant: &str, issuer: &str, audience: &str) -> IssuerConfig {
    IssuerConfig {
        tenant: TenantId::parse(tenant).unwrap(),
        issuer: issuer.to_owned(),
        audience: audience.to_owned(),
        clock_leeway: Duration::from_secs(30),
    }
}

/// The issuer is trusted by one tenant.
fn trusted(fake: &Fake) -> ConfiguredIssuers {
    ConfiguredIssuers::new(1, vec![config("acme", &fake.url, "vouchsafe")])
}

#[tokio::test]
async fn a_good_token_stands_for_the_configured_tenant() {
    let key = Key::new("k");
    let fake = Fake::with(&[&key]).await;
    let token = key.sign(&fake.claims(&json!({"tenant": "other", "azp": "z"})));
    let principal = issuers().verify(&token, &trusted(&fake), at(NOW)).await.unwrap().unwrap();
    let (tenant, actor) = (TenantId::parse("acme").unwrap(), "c".to_owned());
    let scopes = [Scope::BasicCredentialsRead].into_iter().collect();
    assert_eq!(principal, Principal { tenant, actor, scopes });
}

#[tokio::test]
async fn tokens_of_issuers_that_nobody_trusts_are_not_ours_to_judge() {
    let key = Key::new("k");
    let fake = Fake::with(&[&key]).await;
    let token = |iss: Value| key.sign(&fake.claims(&json!({ "iss": iss })));
    for token in [
        token(json!("https://other.example")),
        token(json!(format!("{}/", fake.url))),
        token(json!(fake.url.to_uppercase())),
        token(json!([fake.url])),
        token(Value::Null),
        "x".to_owned(),
        String::new(),
        "..".to_owned(),
    ] {
        assert_eq!(issuers().verify(&token, &trusted(&fake), at(NOW)).await, Ok(None), "{token}");
    }
    let good = key.sign(&fake.claims(&json!({})));
    assert_eq!(issuers().verify(&good, &ConfiguredIssuers::default(), at(NOW)).await, Ok(None));
    assert_eq!(fake.requests(), [""; 0]);
}

#[tokio::test]
async fn claims_are_checked() {
    let key = Key::new("k");
    let fake = Fake::with(&[&key]).await;
    let (issuers, configured) = (issuers(), trusted(&fake));
    for (claims, error) in [
        (json!({"aud": ["x", "vouchsafe"]}), None),
        (json!({"aud": "Vouchsafe"}), Some(TokenError::Audience)),
        (json!({"aud": []}), Some(TokenError::Audience)),
        (json!({"aud": null}), Some(TokenError::Invalid)),
        (json!({"aud": 7}), Some(TokenError::Invalid)),
        (json!({"exp": NOW - 29}), None),
        (json!({"exp": NOW - 30}), Some(TokenError::Expired)),
        (json!({"exp": NOW as f64 - 30.5}), Some(TokenError::Expired)),
        (json!({"exp": null}), Some(TokenError::Invalid)),
        (json!({"exp": "never"}), Some(TokenError::Invalid)),
        (json!({"exp": u64::MAX}), Some(TokenError::Invalid)),
        (json!({"nbf": NOW + 30}), None),
        (json!({"nbf": NOW + 31}), Some(TokenError::NotYet)),
        (json!({"nbf": "now"}), Some(TokenError::Invalid)),
        (json!({"client_id": null, "sub": null}), Some(TokenError::Invalid)),
        (json!({"client_id": "a\nb"}), Some(TokenError::Invalid)),
    ] {
        let token = key.sign(&fake.claims(&claims));
        let result = issuers.verify(&token, &configured, at(NOW)).await;
        assert_eq!(result.as_ref().err().copied(), error, "{claims}");
    }
}

#[tokio::test]
async fn headers_are_checked() {
    let key = Key::new("k");
    let fake = Fake::with(&[&key]).await;
    let (issuers, configured) = (issuers(), trusted(&fake));
    let good = |change: fn(&mut Header)| {
        let mut header = key.header();
        change(&mut header);
        key.sign_as(&header, &fake.claims(&json!({})))
    };
    for (token, expected) in [
        (good(|_| {}), true),
        (good(|header| header.typ = None), true),
        (good(|header| header.typ = Some("jwt".to_owned())), true),
        (good(|header| header.kid = None), true),
        (good(|header| header.typ = Some("logout+jwt".to_owned())), false),
        (good(|header| header.kid = Some("other".to_owned())), false),
        (good(|header| header.crit = Some(vec!["b64".to_owned()])), false),
        (good(|header| header.crit = Some(Vec::new())), false),
    ] {
        let result = issuers.verify(&token, &configured, at(NOW)).await;
        match expected {
            true => assert!(matches!(result, Ok(Some(_))), "{token}"),
            false => assert_eq!(result, Err(TokenError::Invalid), "{token}"),
        }
    }
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let (key, other) = (Key::new("k"), Key::new("k"));
    let fake = Fake::with(&[&key]).await;
    let (issuers, configured) = (issuers(), trusted(&fake));
    let claims = fake.claims(&json!({}));
    let good = key.sign(&claims);
    let parts: Vec<_> = good.split('.').collect();
    let header = |header: Value| BASE64URL_NOPAD.encode(header.to_string().as_bytes());
    let more = header(fake.claims(&json!({"scope": "tenant:x509-credentials:create"})));
    let none = header(json!({"alg": "none", "kid": "k", "typ": "at+jwt"}));
    let shared = |secret: &[u8]| {
        let mut header = key.header();
        header.alg = HS256;
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
    };
    let public = serde_json::to_value(&key.jwk).unwrap();
    let x = BASE64URL_NOPAD.decode(public["x"].as_str().unwrap().as_bytes()).unwrap();
    let y = BASE64URL_NOPAD.decode(public["y"].as_str().unwrap().as_bytes()).unwrap();
    let mut own_key = other.header();
    own_key.jwk = Some(other.jwk.clone());
    for forged in [
        other.sign(&claims),
        other.sign_as(&own_key, &claims),
        format!("{}.{more}.{}", parts[0], parts[2]),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        shared(&[&[4][..], &x, &y].concat()),
        shared(public.to_string().as_bytes()),
        shared(b""),
        format!("{good}A"),
        format!("{good}."),
        format!("x.{good}"),
    ] {
        let result = issuers.verify(&forged, &configured, at(NOW)).await;
        assert!(matches!(result, Err(TokenError::Invalid) | Ok(None)), "{forged}: {result:?}");
    }
}

#[tokio::test]
async fn each_asymmetric_algorithm() {
    let rsa: Pkcs8V1Der<'_> = RsaKeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
    // PKCS#8 puts 26 bytes before the PKCS#1 of a key of this size.
    let rsa = &rsa.as_ref()[26..];
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap().to_pkcs8v1().unwrap();
    let ed = Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap();
    let keys = [
        Key::of("rs", EncodingKey::from_rsa_der(rsa), RS256),
        Key::of("ps", EncodingKey::from_rsa_der(rsa), PS512),
        Key::new("es"),
        Key::of("es384", EncodingKey::from_ec_der(p384.as_ref()), ES384),
        Key::of("ed", EncodingKey::from_ed_der(ed.as_ref()), EdDSA),
    ];
    let fake = Fake::with(&keys.each_ref()).await;
    let (issuers, configured) = (issuers(), trusted(&fake));
    let expected: [Algorithm; 5] = [RS256, PS512, ES256, ES384, EdDSA];
    for (key, algorithm) in keys.iter().zip(expected) {
        assert_eq!(key.header().alg, algorithm);
        let token = key.sign(&fake.claims(&json!({})));
        assert!(matches!(issuers.verify(&token, &configured, at(NOW)).await, Ok(Some(_))), "{algorithm:?}");
    }
    // The key is for another algorithm of its family.
    let mut header = keys[0].header();
    header.alg = PS512;
    let token = keys[0].sign_as(&header, &fake.claims(&json!({})));
    assert_eq!(issuers.verify(&token, &configured, at(NOW)).await, Err(TokenError::Invalid));
}

#[tokio::test]
async fn the_audience_says_which_tenant() {
    let key = Key::new("k");
    let fake = Fake::with(&[&key]).await;
    let configs = vec![
        config("one", &fake.url, "for-one"),
        config("two", &fake.url, "for-two"),
        config("two", &fake.url, "for-two-too"),
        config("three", "https://other.example", "for-three"),
    ];
    let (issuers, configured) = (issuers(), ConfiguredIssuers::new(1, configs));
    for (audience, expected) in [
        (json!("for-one"), Ok("one")),
        (json!(["x", "for-two"]), Ok("two")),
        (json!(["for-two", "for-two-too"]), Ok("two")),
        (json!(["for-one", "for-two"]), Err(TokenError::Audience)),
        (json!("for-three"), Err(TokenError::Audience)),
    ] {
        let token = key.sign(&fake.claims(&json!({ "aud": audience })));
        let result = issuers.verify(&token, &configured, at(NOW)).await;
        let tenant = result.map(|principal| principal.unwrap().tenant.to_string());
        assert_eq!(tenant, expected.map(str::to_owned), "{audience}");
    }
}
