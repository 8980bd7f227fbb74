//! Every constraint of every operation, broken once.

use reqwest::Method;
use serde_json::Value;

use super::{generate, kind, path, subjects};
use crate::harness::{
    Answer, TestServer, both,
    database::Everything,
    document::{OPERATIONS, Operation},
};

/// Whether a refusal repeats a text it was sent. Short ones and known words are in messages anyway.
fn repeats(message: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().count() > 3 && message.contains(text.as_str()),
        Value::Array(items) => items.iter().any(|item| repeats(message, item)),
        Value::Object(map) => map.values().any(|value| repeats(message, value)),
        Value::Number(number) => number.to_string().len() > 4 && message.contains(&number.to_string()),
        Value::Null | Value::Bool(_) => false,
    }
}

async fn send(server: &TestServer, operation: &Operation, path: &str, body: &Value) -> Answer {
    Answer::of(server.request(operation.method.clone(), path).json(body)).await
}

both!(of_bodies, async |server: TestServer| {
    let (subjects, store) = (subjects(&server).await, server.ready().await.store);
    let before = Everything::of(&store).await;
    let mut tried = 0;
    for operation in OPERATIONS.iter() {
        let Some((schema, good)) = operation.request else { continue };
        for (field, (constraint, body)) in generate::object(schema, good) {
            let answer = send(&server, operation, &path(operation, &subjects), &body).await;
            let what = format!("{} {constraint}: {body}", operation.id);
            let message = answer.message(400);
            assert!(message.starts_with(&format!("{field} ")), "{what}: {message}");
            assert!(!repeats(&message, &body), "{what}: {message}");
            let got = kind(body.get(&field).unwrap_or(&body));
            assert!(constraint != "type" || message.ends_with(&format!(", not {got}")), "{what}: {message}");
            assert_eq!(Everything::of(&store).await, before, "{what}");
            tried += 1;
        }
    }
    // A walk that finds nothing must not pass.
    assert!(tried > 100, "{tried}");
});

fn parameters(
    operation: &'static Operation,
    place: &str,
) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let all = operation.parameters.iter().filter(move |parameter| parameter["in"] == place);
    all.map(|parameter| (parameter["name"].as_str().unwrap(), &parameter["schema"]))
}

/// A value as it stands in a URL; what is no text there is left out, and so is what JSON alone tells apart.
fn in_url(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) | Value::Null => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

both!(of_queries, async |server: TestServer| {
    subjects(&server).await;
    let mut tried = 0;
    for operation in OPERATIONS.iter() {
        for (name, schema) in parameters(operation, "query") {
            let text = crate::harness::document::resolve(schema)["type"] == "string";
            for (constraint, value) in generate::scalar(schema) {
                let Some(sent) = in_url(&value) else { continue };
                // In a URL everything is text: for a name of a user `true` is one.
                if text && !value.is_string() && schema["$ref"].as_str().unwrap().ends_with("/Username") {
                    continue;
                }
                let request = server.request(Method::GET, operation.path).query(&[(name, &sent)]);
                let message = Answer::of(request).await.message(400);
                let what = format!("{} {name} {constraint} {sent:?}: {message}", operation.id);
                assert!(message.starts_with(&format!("{name} ")), "{what}");
                assert!(!repeats(&message, &value), "{what}");
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "{tried}");
});

both!(of_paths, async |server: TestServer| {
    let store = server.ready().await.store;
    subjects(&server).await;
    let before = Everything::of(&store).await;
    let mut tried = 0;
    for operation in OPERATIONS.iter() {
        for (name, schema) in parameters(operation, "path") {
            assert_eq!(name, "id");
            for (constraint, value) in generate::scalar(schema) {
                let Some(sent) = in_url(&value).filter(|text| !text.is_empty()) else { continue };
                let encoded: String = sent.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let body = operation.request.map(|(_, example)| example.clone());
                let mut request = server.request(operation.method.clone(), &operation.path_with(&encoded));
                if let Some(body) = body {
                    request = request.json(&body);
                }
                let message = Answer::of(request).await.message(404);
                let what = format!("{} {constraint} {sent:?}: {message}", operation.id);
                assert_eq!(message, "there is nothing with this id", "{what}");
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "{tried}");
    assert_eq!(Everything::of(&store).await, before);
});
