//! The built-in trust store: three keys, and nobody touches it.

use serde_json::{Value, json};

use super::{PATH, refused, sample};
use crate::harness::{Answer, TestServer, both, session::Session};

fn printed() -> Value {
    json!({"name": "Built-in", "revocation_check": "none", "trust_store_type": "built-in"})
}

both!(is_read_as_printed, async |server: TestServer| {
    let session = server.session().await;
    let path = format!("{PATH}/-7001");
    assert_eq!(
        session.get(&path).await.expect(200),
        json!({
            "key": "-7001",
            "body": printed(),
            "meta": {
                "first": path, "href": path, "last": path, "next": null, "parent": PATH, "previous": null,
                "transaction": "/api/transaction",
            },
        })
    );
    let items = json!([{"key": "-7001", "meta": {"href": path}, "body": printed()}]);
    assert_eq!(session.get(PATH).await.expect(200)["items"], items);
});

async fn closed(session: &Session<'_>) {
    assert_eq!(session.get("/api/transaction").await.expect(200)["body"]["status"], "closed");
}

both!(is_neither_made_nor_edited_nor_deleted, async |server: TestServer| {
    let session = server.session().await;
    let path = format!("{PATH}/-7001");
    let mut pretender = sample();
    pretender["trust_store_type"] = json!("built-in");
    let at_type = format!("{PATH}/trust_store_type");
    refused(&session.post(PATH, printed()).await, "SyntacticError", &at_type, "built-in");
    refused(&session.post(PATH, pretender.clone()).await, "SyntacticError", &at_type, "built-in");
    refused(&session.put(&path, sample()).await, "SyntacticError", &path, "can't be edited or deleted");
    refused(&session.delete(&path).await, "SyntacticError", &path, "can't be edited or deleted");
    for body in [printed(), pretender.clone()] {
        let error = session.put(&path, body).await.failure(400);
        assert_eq!(error["type"], "SyntacticError");
        assert!(error["message"].as_str().unwrap().contains("built-in"), "{error}");
    }
    closed(&session).await;
    assert_eq!(session.body(&path).await, printed());

    // A custom one does not become it.
    let key = session.create(PATH, sample()).await;
    session.commit().await.expect(201);
    let custom = format!("{PATH}/{key}");
    for body in [printed(), pretender] {
        let answer = session.put(&custom, body).await;
        refused(&answer, "SyntacticError", &format!("{custom}/trust_store_type"), "built-in");
    }
    closed(&session).await;
    let mut named = sample();
    named["name"] = json!("Built-in");
    refused(
        &session.post(PATH, named.clone()).await,
        "SemanticError",
        &format!("{PATH}/name"),
        "choose another",
    );
    refused(&session.put(&custom, named).await, "SemanticError", &format!("{custom}/name"), "choose another");
    closed(&session).await;
    assert_eq!(session.body(&custom).await, sample());
});

both!(other_keys_are_not_there, async |server: TestServer| {
    let session = server.session().await;
    let gone = session.create(PATH, sample()).await;
    session.delete(&format!("{PATH}/{gone}")).await.expect(200);
    for key in [
        &*gone,
        "-7002",
        "-7",
        "00000000-0000-0000-0000-000000000000",
        "7001",
        "-70010000000",
        "x",
        "My_Custom_Trust_Store",
        "-7001%20",
        "%2D7002",
    ] {
        let path = format!("{PATH}/{key}");
        let error = |answer: Answer| answer.failure(404);
        for error in [
            error(session.get(&path).await),
            error(session.put(&path, sample()).await),
            error(session.delete(&path).await),
        ] {
            assert_eq!(
                (&error["type"], &error["details"]["path"]),
                (&json!("NotFound"), &json!(path)),
                "{error}"
            );
        }
    }
});
