//! Who may have credentials verified.

use reqwest::Method;
use serde_json::json;
use vouchsafe_domain::{Scope, ScopeSet};

use super::{BASIC, X509, basic, issued, outcome};
use crate::harness::{TestServer, both};

both!(each_kind_has_its_scope, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let leaf = issued(&server, "device").await["certificate"].take();
    let bodies =
        [(BASIC, json!({"username": "UserA", "password": "123"})), (X509, json!({"certificates": [leaf]}))];
    let without = |scope| Scope::ALL.iter().copied().filter(|other| *other != scope).collect::<ScopeSet>();
    for (name, scopes, statuses) in [
        ("basic-only", [Scope::BasicCredentialsVerify].into_iter().collect(), [200, 403]),
        ("x509-only", [Scope::X509CredentialsVerify].into_iter().collect(), [403, 200]),
        ("no-basic", without(Scope::BasicCredentialsVerify), [403, 200]),
        ("no-x509", without(Scope::X509CredentialsVerify), [200, 403]),
    ] {
        let token = server.client_token("default", name, scopes).await;
        for ((resource, body), status) in bodies.iter().zip(statuses) {
            let path = format!("{resource}/verify");
            let answer = server.with_token(Some(&token)).send(Method::POST, &path, Some(body.clone())).await;
            assert_eq!(answer.status, status, "{name} {resource}: {}", answer.text);
            // Who may not ask learns nothing, not even that a body is bad.
            let bad = server.with_token(Some(&token)).send(Method::POST, &path, Some(json!(1))).await;
            assert_eq!(bad.status, if status == 403 { 403 } else { 400 }, "{name} {resource}");
        }
    }
    for (resource, body) in bodies {
        let path = format!("{resource}/verify");
        server.with_token(None).send(Method::POST, &path, Some(body)).await.message(401);
    }
});

both!(
    nobody_is_asked_for_a_token_where_that_is_switched_off,
    |config| config.auth.enabled = false,
    async |server: TestServer| {
        basic(&server, "UserA", "123").await;
        let leaf = issued(&server, "device").await["certificate"].take();
        for (resource, body) in [
            (BASIC, json!({"username": "UserA@default", "password": "123"})),
            (X509, json!({"certificates": [leaf]})),
        ] {
            let verdict = server.post(&format!("{resource}/verify"), body).await.expect(200);
            assert_eq!((outcome(&verdict).as_str(), &verdict["tenant"]), ("Accepted", &json!("default")));
        }
    }
);
