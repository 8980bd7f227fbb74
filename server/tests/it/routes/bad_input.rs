//! What clients send by mistake or in bad faith: a clear answer of the 4xx kind, and nothing written.

pub(super) mod bodies;
mod constraints;
mod generate;
mod headers;
mod media_types;
pub(super) mod nested;
mod paths;
mod queries;
pub(super) mod sizes;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, document::Operation};

const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

/// Credentials of both kinds, so that every operation has something to act on; their ids.
async fn subjects(server: &TestServer) -> [String; 2] {
    let basic = server.post(BASIC, json!({"username": "Subject"})).await.expect(201);
    let x509 = server.post(X509, json!({"keyType": "ec-p256"})).await.expect(201);
    [basic, x509].map(|created| created["id"].as_str().unwrap().to_owned())
}

/// The operation's path with the id of credentials that are there.
fn path(operation: &Operation, subjects: &[String; 2]) -> String {
    operation.path_with(&subjects[usize::from(operation.path.contains("x509"))])
}

/// Sends a body of bytes as JSON.
async fn send_raw(server: &TestServer, method: Method, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = server.request(method, path).header("content-type", "application/json");
    Answer::of(request.body(body)).await
}

/// A value's name in our messages.
const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
