//! What refers to trust stores, and that those stay.

use serde_json::{Value, json};

use super::{PATH, refused, store};
use crate::harness::{TestServer, both, session::Session};

const SETTINGS: &str = "/api/configuration/aaa/settings";
const EMAIL: &str = "/api/configuration/management/email";
const TENANTS: &str = "/api/configuration/tenants";

/// The bodies of the three that can refer, by path, with the pointer of a reference and the value for none.
async fn referrers(session: &Session<'_>) -> Vec<(String, Value, &'static str, Value)> {
    let tenants = session.get(TENANTS).await.expect(200);
    let tenant = &tenants["items"][0];
    let mut email = session.body(EMAIL).await;
    email["smtp_encryption"] = json!({"selection": "tls", "trust_store": "-7001"});
    vec![
        (SETTINGS.to_owned(), session.body(SETTINGS).await, "/trust_store", Value::Null),
        (EMAIL.to_owned(), email, "/smtp_encryption/trust_store", json!("-7001")),
        (
            tenant["meta"]["href"].as_str().unwrap().to_owned(),
            tenant["body"].clone(),
            "/trust_stores",
            json!([]),
        ),
    ]
}

fn with(body: &Value, pointer: &str, reference: Value) -> Value {
    let mut body = body.clone();
    *body.pointer_mut(pointer).unwrap() =
        if pointer == "/trust_stores" { json!([reference]) } else { reference };
    body
}

/// Where in the body the one reference stands.
fn place(pointer: &str) -> String {
    if pointer == "/trust_stores" { format!("{pointer}/0") } else { pointer.to_owned() }
}

both!(a_used_one_is_not_deleted, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(PATH, store("Used", json!([]))).await;
    let spare = session.create(PATH, store("Spare", json!([]))).await;
    session.commit().await.expect(201);
    let path = format!("{PATH}/{key}");
    for (referrer, body, pointer, _) in referrers(&session).await {
        session.put(&referrer, with(&body, pointer, json!(key))).await.expect(201);
        refused(&session.delete(&path).await, "SemanticError", &referrer, "uses the trust store");
        session.commit().await.expect(201);
        refused(&session.delete(&path).await, "SemanticError", &referrer, "uses the trust store");
        assert_eq!(session.get("/api/transaction").await.expect(200)["body"]["status"], "closed");
        // Another one in its place sets it free, in the same transaction even.
        session.put(&referrer, with(&body, pointer, json!(spare))).await.expect(201);
        session.delete(&path).await.expect(200);
        session.rollback().await.expect(200);
        session.put(&referrer, with(&body, pointer, json!(spare))).await.expect(201);
        session.commit().await.expect(201);
    }
    session.delete(&path).await.expect(200);
    session.commit().await.expect(201);
    // All who use it are named.
    let error = session.delete(&format!("{PATH}/{spare}")).await.failure(400);
    assert_eq!(error["details"]["errors"].as_array().unwrap().len(), 3, "{error}");
    for (referrer, body, pointer, none) in referrers(&session).await {
        let mut body = body;
        *body.pointer_mut(pointer).unwrap() = none;
        session.put(&referrer, body).await.expect(201);
    }
    session.delete(&format!("{PATH}/{spare}")).await.expect(200);
    session.commit().await.expect(201);
});

both!(a_reference_is_sent_as_key_or_as_read, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(PATH, store("Used", json!([]))).await;
    let read = json!({"key": key, "meta": {"href": format!("{PATH}/{key}")}});
    for (referrer, body, pointer, _) in referrers(&session).await {
        let at = place(pointer);
        for sent in [json!(key), read.clone()] {
            session.put(&referrer, with(&body, pointer, sent)).await.expect(201);
            let body = session.body(&referrer).await;
            assert_eq!(body.pointer(&at), Some(&read), "{referrer}");
            session.put(&referrer, body).await.expect(201);
        }
        let nobody = "3f0a1c52-6d0e-4b8f-9f57-0c9a5f7be2d4";
        for sent in [
            json!(nobody),
            json!("-7002"),
            json!({"key": nobody, "meta": {"href": format!("{PATH}/{nobody}")}}),
        ] {
            let answer = session.put(&referrer, with(&body, pointer, sent)).await;
            refused(&answer, "SemanticError", &format!("{referrer}{at}"), "is not the key of a trust store");
        }
        for href in [
            "",
            "/api/configuration/trust_stores",
            "/api/configuration/trust_stores/-7001",
            "http://evil.example",
        ] {
            let answer = session
                .put(&referrer, with(&body, pointer, json!({"key": key, "meta": {"href": href}})))
                .await;
            refused(
                &answer,
                "SyntacticError",
                &format!("{referrer}{at}/meta/href"),
                "is not the address of that key",
            );
        }
    }
    session.commit().await.expect(201);
});

both!(the_built_in_one_is_not_for_logins, async |server: TestServer| {
    let session = server.session().await;
    for (referrer, body, pointer, _) in referrers(&session).await {
        let answer = session.put(&referrer, with(&body, pointer, json!("-7001"))).await;
        match &*referrer {
            SETTINGS => refused(
                &answer,
                "SemanticError",
                &format!("{SETTINGS}/trust_store"),
                "must be a custom trust store",
            ),
            _ => drop(answer.expect(201)),
        }
    }
});

both!(a_tenant_names_one_once, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(PATH, store("Used", json!([]))).await;
    let (tenant, mut body, ..) = referrers(&session).await.pop().unwrap();
    body["trust_stores"] = json!([key, "-7001", {"key": key, "meta": {"href": format!("{PATH}/{key}")}}]);
    let answer = session.put(&tenant, body).await;
    refused(&answer, "SemanticError", &format!("{tenant}/trust_stores/2"), "is in the list already");
});
