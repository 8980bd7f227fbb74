//! The stream of events over HTTP.

mod curl;
mod kinds;
mod replicas;
mod resume;
mod sdk;
mod shutdown;
mod stream;

use serde_json::{Value, json};

use crate::harness::TestServer;

const EVENTS: &str = "/api/v1/events";
const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

/// New basic credentials; their id.
async fn basic(server: &TestServer, username: &str) -> String {
    let body = json!({"username": username, "password": "correct horse"});
    server.post(BASIC, body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn state(server: &TestServer, collection: &str, id: &str, state: &str) {
    server.patch(&format!("{collection}/{id}/state"), json!({"state": state})).await.expect(204);
}

/// What is told of an event, without its number and time.
fn told(event: &Value) -> (&str, &str, &str) {
    let text = |name: &str| event[name].as_str().unwrap();
    (text("kind"), text("credentialsKind"), text("credentialsId"))
}
