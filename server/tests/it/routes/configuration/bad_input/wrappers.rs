//! Answers sent back whole, with `body` around the object.

use serde_json::{Value, json};

use super::{Everything, path, refusal};
use crate::harness::{Answer, TestServer, both, document::ADMIN_OPERATIONS, session::Session};

const WORDS: &str = "send the object itself, without the wrapper `body`";
const AROUND: &str = "is not a property: send the object itself, without the wrapper's `key` and `meta`";

both!(are_told_from_other_mistakes, async |server: TestServer| {
    let (session, store) = (server.session().await, server.ready().await.store);
    let before = Everything::of(&store).await;
    let mut tried = 0;
    for operation in ADMIN_OPERATIONS.iter() {
        let Some((_, good)) = operation.request else { continue };
        let path = path(operation);
        let meta = json!({"href": path, "parent": "/api"});
        for wrapped in [
            json!({"body": good}),
            json!({"body": null}),
            json!({"key": "x", "meta": meta, "body": good}),
            json!({"items": [{"key": "x", "meta": meta, "body": good}], "body": good}),
        ] {
            let answer = session.send(operation.method.clone(), &path, Some(&wrapped)).await;
            let (kind, place, message) = refusal(&answer);
            assert_eq!(
                (&*kind, place),
                ("SyntacticError", format!("{path}/body")),
                "{}: {message}",
                operation.id
            );
            assert!(message.contains(WORDS), "{}: {message}", operation.id);
            assert_eq!(answer.json()["error"]["details"]["errors"].as_array().unwrap().len(), 1, "{message}");
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried}");
    assert_eq!(Everything::of(&store).await, before);
});

/// Paths and messages of what is wrong.
fn errors(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let json = answer.json();
    let errors = json["error"]["details"]["errors"].as_array().unwrap().iter();
    errors.map(|error| (text(&error["path"]), text(&error["message"]))).collect()
}

both!(what_is_around_a_body_is_told_without_it_too, async |server: TestServer| {
    let (session, store) = (server.session().await, server.ready().await.store);
    let before = Everything::of(&store).await;
    let mut tried = 0;
    for operation in ADMIN_OPERATIONS.iter() {
        let Some((_, Value::Object(good))) = operation.request else { continue };
        let path = path(operation);
        let expected = ["key", "meta"].map(|name| (format!("{path}/{name}"), AROUND.to_owned()));
        let mut merged = good.clone();
        merged.insert("key".to_owned(), json!("x"));
        merged.insert("meta".to_owned(), json!({"href": path, "parent": "/api"}));
        let answer = session.send(operation.method.clone(), &path, Some(&json!(merged))).await;
        let (kind, _, message) = refusal(&answer);
        assert_eq!((&*kind, errors(&answer)), ("SyntacticError", expected.to_vec()), "{message}");
        // Before what else is wrong.
        let bare = json!({"key": "x", "meta": {}});
        let answer = session.send(operation.method.clone(), &path, Some(&bare)).await;
        assert_eq!(errors(&answer)[..2], expected, "{}", operation.id);
        assert!(errors(&answer).len() > 2, "{}", operation.id);
        tried += 1;
    }
    assert!(tried > 15, "{tried}");
    assert_eq!(Everything::of(&store).await, before);
    // Further in, a name is just a name.
    let path = "/api/configuration/management/email";
    let mut email = session.body(path).await;
    email["smtp_auth"]["key"] = json!("x");
    let (_, place, message) = refusal(&session.put(path, email).await);
    assert_eq!(place, format!("{path}/smtp_auth/key"));
    assert!(message.contains("is not known"), "{message}");
});

/// What was just read.
async fn read(session: &Session<'_>, path: &str) -> Value {
    session.get(path).await.expect(200)
}

both!(a_whole_answer_is_no_body, async |server: TestServer| {
    let session = server.session().await;
    for path in [
        "/api/configuration/aaa/acls",
        "/api/configuration/alerting/system_alerts",
        "/api/configuration/datetime/ntp_servers",
        "/api/configuration/datetime/timezone",
        "/api/configuration/management/email",
        "/api/configuration/management/monitoring",
    ] {
        let whole = read(&session, path).await;
        let (kind, place, message) = refusal(&session.put(path, whole.clone()).await);
        assert_eq!((&*kind, place), ("SyntacticError", format!("{path}/body")), "{message}");
        assert!(message.contains(WORDS), "{message}");
        // As the words say.
        session.put(path, whole["body"].clone()).await.expect(201);
    }
});

both!(of_a_query_there_is_none, async |server: TestServer| {
    let session = server.session().await;
    let (kind, place, message) = refusal(&session.get("/api/audit?body=1").await);
    assert_eq!((&*kind, &*place), ("SyntacticError", "/api/audit/body"));
    assert!(message.contains("is not known"), "{message}");
});
