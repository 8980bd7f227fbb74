//! Who has no good token is told so before anything else.

use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::clock;
use vouchsafe_store::Outcome;

use super::{Signer, call, call_badly};
use crate::harness::{Answer, TestServer, both, database::Everything, document::OPERATIONS};

const LIST: &str = "/api/v1/basic-credentials";

/// A token that is not good, whatever the reason.
const INVALID: &str =
    r#"Bearer realm="vouchsafe", error="invalid_token", error_description="the access token is not valid""#;

async fn list(server: &TestServer, authorization: &str) -> Answer {
    Answer::of(server.anonymous(Method::GET, LIST).header("authorization", authorization)).await
}

both!(no_operation_answers_without_a_token, async |server: TestServer| {
    let store = server.ready().await.store;
    let before = Everything::of(&store).await;
    for operation in OPERATIONS.iter() {
        for answer in [call(&server, operation, None).await, call_badly(&server, operation, None).await] {
            let message = answer.message(401);
            assert_eq!(message, "an access token is needed: send 'Authorization: Bearer TOKEN'");
            assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer realm="vouchsafe""#));
        }
        for answer in
            [call(&server, operation, Some("x")).await, call_badly(&server, operation, Some("x")).await]
        {
            assert_eq!(answer.message(401), "the access token is not valid");
            assert_eq!(answer.header("www-authenticate"), Some(INVALID));
        }
    }
    let mut after = Everything::of(&store).await;
    // Refusals are written with the next batch.
    after.audit.retain(|row| row.outcome != Outcome::Refused);
    assert_eq!(after, before);
});

both!(the_header_is_read_as_the_rfc_says, async |server: TestServer| {
    let token = Signer::of(&server).await.sign(json!({}));
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(list(&server, &format!("{scheme} {token}")).await.expect(200), json!([]));
    }
    let malformed = r#"Bearer realm="vouchsafe", error="invalid_token", error_description="the Authorization header is malformed""#;
    let missing = r#"Bearer realm="vouchsafe""#;
    for (authorization, challenge) in [
        ("Bearer", malformed),
        ("Bearer ", malformed),
        ("", malformed),
        (&*token, malformed),
        ("Bearer\u{a0}x", malformed),
        ("Bearer \u{fc}", malformed),
        ("Basic dXNlcjpwYXNzd29yZA==", missing),
        ("Digest username=\"a\"", missing),
        ("Bearer x", INVALID),
        ("Bearer ..", INVALID),
        ("Bearer \"quoted\", realm=\"x\"", INVALID),
        (&*format!("Bearer {token}x"), INVALID),
        (&*format!("Bearer {token} {token}"), INVALID),
        (&*format!("Bearer {}", "a".repeat(7_000)), INVALID),
    ] {
        let answer = list(&server, authorization).await;
        assert_eq!(answer.header("www-authenticate"), Some(challenge), "{authorization:?}");
        let message = answer.message(401);
        assert!(challenge == missing || challenge.contains(&message), "{message}");
    }
    // RFC 6750 section 2.3 is not spoken: tokens in URLs end in logs.
    let answer = Answer::of(server.anonymous(Method::GET, &format!("{LIST}?access_token={token}"))).await;
    assert_eq!(answer.header("www-authenticate"), Some(missing));
    answer.message(401);
});

both!(forged_tokens_are_refused, async |server: TestServer| {
    let signer = Signer::of(&server).await;
    assert_eq!(list(&server, &format!("Bearer {}", signer.sign(json!({})))).await.expect(200), json!([]));
    let good = signer.sign(json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let encode = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let other = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap().to_pkcs8v1().unwrap();
    let other = Signer { key: EncodingKey::from_ec_der(other.as_ref()), public_jwk: Value::Null };
    let hmac = |secret: &[u8]| {
        let header = Header { typ: Some("at+jwt".to_owned()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &Signer::claims(json!({})), &EncodingKey::from_secret(secret)).unwrap()
    };
    let (none, x) = (json!({"alg": "none", "typ": "at+jwt"}), signer.public_jwk["x"].as_str().unwrap());
    for (what, token) in [
        ("alg none", format!("{}.{}.", encode(none.clone()), parts[1])),
        ("alg none with a signature", format!("{}.{}.{}", encode(none), parts[1], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("HMAC with the public key", hmac(signer.public_jwk.to_string().as_bytes())),
        ("HMAC with a coordinate", hmac(&BASE64URL_NOPAD.decode(x.as_bytes()).unwrap())),
        ("another key", other.sign(json!({}))),
        (
            "changed claims",
            format!("{}.{}.{}", parts[0], encode(Signer::claims(json!({"tenant": "other"}))), parts[2]),
        ),
        ("an identity token", signer.sign_as(Some("JWT"), &Signer::claims(json!({})))),
        ("no type", signer.sign_as(None, &Signer::claims(json!({})))),
        ("another audience", signer.sign(json!({"aud": "account"}))),
        ("other audiences", signer.sign(json!({"aud": ["account", "vouchsafe2"]}))),
        ("no audience", signer.sign(json!({"aud": null}))),
        ("no end", signer.sign(json!({"exp": null}))),
        ("an end in words", signer.sign(json!({"exp": "tomorrow"}))),
        ("no issuer", signer.sign(json!({"iss": null}))),
        ("no subject", signer.sign(json!({"sub": null}))),
        ("no tenant", signer.sign(json!({"tenant": null}))),
    ] {
        let answer = list(&server, &format!("Bearer {token}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("www-authenticate")),
            (401, Some(INVALID)),
            "{what}"
        );
    }
    for tenant in ["", "..", "platform", "Default", "default\0", "a\" b"] {
        let token = signer.sign(json!({"tenant": tenant}));
        let answer = list(&server, &format!("Bearer {token}")).await;
        assert_eq!(answer.message(401), "the access token names no tenant", "{tenant:?}");
    }
    let several = signer.sign(json!({"aud": ["account", "vouchsafe"]}));
    assert_eq!(list(&server, &format!("Bearer {several}")).await.expect(200), json!([]));
});

fn short_tokens(config: &mut vouchsafe::config::Config) {
    config.auth.token_ttl_seconds = 2;
}

both!(expired_tokens_are_refused, short_tokens, async |server: TestServer| {
    let challenge = r#"Bearer realm="vouchsafe", error="invalid_token", error_description="the access token has expired""#;
    let (signer, now) = (Signer::of(&server).await, clock::now().as_secs());
    for exp in [now, now - 1, now - 60, 0] {
        let answer = list(&server, &format!("Bearer {}", signer.sign(json!({"exp": exp})))).await;
        assert_eq!(answer.header("www-authenticate"), Some(challenge), "{exp}");
        assert_eq!(answer.message(401), "the access token has expired");
    }
    // One that was good, and is remembered as such: used in time, on a busy machine too.
    let mut good = None;
    for _ in 0..10 {
        let token = server.token_with(&server.client_id, &server.client_secret, None).await;
        let authorization = format!("Bearer {token}");
        if list(&server, &authorization).await.status.as_u16() == 200 {
            good = Some(authorization);
            break;
        }
    }
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let answer = list(&server, &good.unwrap()).await;
    assert_eq!(answer.header("www-authenticate"), Some(challenge));
});
