//! When keys are fetched, and what counts while they can't be.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{ConfiguredIssuers, Fake, Issuers, Key, NOW, TokenError, at, config, issuers, trusted};

/// Whether a token of that key is good then.
async fn verify(issuers: &Issuers, fake: &Fake, key: &Key, seconds: i64) -> Result<(), TokenError> {
    // A token that was never seen.
    let token = key.sign(&fake.claims(&json!({"exp": seconds + 600, "jti": format!("{seconds}")})));
    issuers.verify(&token, &trusted(fake), at(seconds)).await.map(|principal| assert!(principal.is_some()))
}

#[tokio::test]
async fn keys_are_fetched_once_for_all_who_wait() {
    let key = Key::new("k");
    let fake = Fake::with(&[&key]).await;
    fake.delay(Duration::from_millis(100));
    let issuers = issuers();
    let results = join_all((0..50).map(|_| verify(&issuers, &fake, &key, NOW))).await;
    assert_eq!(results, [Ok(()); 50]);
    assert_eq!(fake.requests(), ["/.well-known/openid-configuration", "/jwks"]);
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_end_the_fetch() {
    let key = Key::new("k");
    let fake = Fake::with(&[&key]).await;
    fake.delay(Duration::from_millis(100));
    let issuers = Arc::new(issuers());
    let impatient = tokio::time::timeout(Duration::from_millis(20), verify(&issuers, &fake, &key, NOW)).await;
    assert!(impatient.is_err());
    assert_eq!(verify(&issuers, &fake, &key, NOW + 1).await, Ok(()));
    assert_eq!(fake.fetches(), 1);
}

#[tokio::test]
async fn unknown_keys_are_looked_for_every_ten_seconds_at_most() {
    let (key, unknown) = (Key::new("k"), Key::new("u"));
    let fake = Fake::with(&[&key]).await;
    let issuers = issuers();
    for second in 0..25 {
        assert_eq!(verify(&issuers, &fake, &unknown, NOW + second).await, Err(TokenError::Invalid));
        assert_eq!(verify(&issuers, &fake, &key, NOW + second).await, Ok(()));
    }
    assert_eq!(fake.fetches(), 3);
    // The clock is set back: no reason to wait until it was.
    assert_eq!(verify(&issuers, &fake, &unknown, NOW - 3600).await, Err(TokenError::Invalid));
    assert_eq!(fake.fetches(), 4);
}

#[tokio::test]
async fn a_new_key_is_found_and_an_old_one_forgotten() {
    let (old, new) = (Key::new("old"), Key::new("new"));
    let fake = Fake::with(&[&old]).await;
    let issuers = issuers();
    assert_eq!(verify(&issuers, &fake, &old, NOW).await, Ok(()));
    fake.publish(&[&new]);
    assert_eq!(verify(&issuers, &fake, &new, NOW + 9).await, Err(TokenError::Invalid), "too soon");
    assert_eq!(verify(&issuers, &fake, &new, NOW + 10).await, Ok(()));
    assert_eq!(verify(&issuers, &fake, &old, NOW + 10).await, Err(TokenError::Invalid));
    assert_eq!(fake.fetches(), 2);
}

#[tokio::test]
async fn fresh_keys_are_not_fetched_and_stale_ones_serve_while_the_issuer_is_away() {
    let key = Key::new("k");
    let fake = Fake::with(&[&key]).await;
    fake.answer_with("/jwks", "Cache-Control: max-age=1000\r\n", json!({"keys": [key.jwk]}));
    let issuers = issuers();
    for (seconds, fetches) in [(0, 1), (999, 1), (1000, 2), (1999, 2)] {
        assert_eq!(verify(&issuers, &fake, &key, NOW + seconds).await, Ok(()), "{seconds}");
        assert_eq!(fake.fetches(), fetches, "{seconds}");
    }
    fake.forget();
    let asked = fake.requests().len();
    for seconds in [2000, 2005, 2010, 1999 + 86_400] {
        assert_eq!(verify(&issuers, &fake, &key, NOW + seconds).await, Ok(()), "{seconds}");
    }
    assert_eq!(fake.requests().len() - asked, 3 * 2, "two places, three times");
    let late = verify(&issuers, &fake, &key, NOW + 2000 + 86_400).await;
    assert_eq!(late, Err(TokenError::Unreachable), "a day is enough");
}

#[tokio::test]
async fn verified_tokens_are_remembered_while_keys_are_fresh_and_the_configuration_stands() {
    let (key, other) = (Key::new("k"), Key::new("k"));
    let fake = Fake::with(&[&key]).await;
    let issuers = issuers();
    let token = key.sign(&fake.claims(&json!({"exp": NOW + 10_000})));
    let good = async |generation: u64, seconds: i64| {
        let configured = ConfiguredIssuers::new(generation, vec![config("acme", &fake.url, "vouchsafe")]);
        issuers.verify(&token, &configured, at(NOW + seconds)).await.map(|principal| principal.is_some())
    };
    assert_eq!(good(1, 0).await, Ok(true));
    fake.publish(&[&other]);
    // Another unknown key makes the withdrawal known; what is remembered is not checked again yet.
    let _ = verify(&issuers, &fake, &Key::new("u"), NOW + 20).await;
    assert_eq!(good(1, 299).await, Ok(true));
    assert_eq!(good(2, 299).await, Err(TokenError::Invalid), "another configuration");
    assert_eq!(good(1, 300).await, Err(TokenError::Invalid), "the keys were fresh until then");

    let none = ConfiguredIssuers::new(3, vec![config("acme", "https://other.example", "vouchsafe")]);
    assert_eq!(issuers.verify(&token, &none, at(NOW)).await, Ok(None));
    let renamed = ConfiguredIssuers::new(4, vec![config("acme", &fake.url, "renamed")]);
    fake.publish(&[&key]);
    assert_eq!(issuers.verify(&token, &renamed, at(NOW + 400)).await, Err(TokenError::Audience));
}

/// What an issuer may answer that is no good.
#[tokio::test]
async fn issuers_that_answer_nonsense_are_unreachable() {
    let key = Key::new("k");
    let openid = "/.well-known/openid-configuration";
    let oauth = "/.well-known/oauth-authorization-server";
    let after = async |change: &dyn Fn(&Fake)| {
        let fake = Fake::with(&[&key]).await;
        change(&fake);
        verify(&issuers(), &fake, &key, NOW).await
    };
    let with = |fake: &Fake, name: &str, value: Value| {
        let mut metadata = fake.metadata();
        metadata[name] = value;
        metadata
    };
    assert_eq!(after(&|_| {}).await, Ok(()));
    let nonsense: [&dyn Fn(&Fake); 9] = [
        &Fake::forget,
        &|fake| fake.answer(openid, json!("x")),
        &|fake| fake.answer(openid, json!({"issuer": fake.url})),
        &|fake| fake.answer(openid, with(fake, "issuer", json!(format!("{}/", fake.url)))),
        &|fake| fake.answer(openid, with(fake, "jwks_uri", json!("file:///etc/passwd"))),
        &|fake| fake.answer(openid, with(fake, "jwks_uri", json!("http://169.254.169.254/"))),
        &|fake| fake.answer(openid, with(fake, "jwks_uri", json!(format!("{}/none", fake.url)))),
        &|fake| fake.answer("/jwks", json!([])),
        &|fake| fake.answer("/jwks", json!({"keys": [], "padding": "x".repeat(300_000)})),
    ];
    for (number, nonsense) in nonsense.into_iter().enumerate() {
        assert_eq!(after(nonsense).await, Err(TokenError::Unreachable), "{number}");
    }
    let only_oauth = |fake: &Fake| {
        fake.forget();
        fake.answer(oauth, fake.metadata());
        fake.publish(&[&key]);
    };
    assert_eq!(after(&only_oauth).await, Ok(()));
}

#[tokio::test]
async fn an_issuer_that_is_no_longer_configured_is_forgotten() {
    let key = Key::new("k");
    let (one, two) = (Fake::with(&[&key]).await, Fake::with(&[&key]).await);
    let issuers = issuers();
    for fake in [&one, &two, &one] {
        assert_eq!(verify(&issuers, fake, &key, NOW).await, Ok(()));
        assert_eq!(issuers.caches.lock().unwrap().len(), 1);
    }
}
