//! What clients of the admin plane send by mistake or in bad faith: a clear answer that names the place, and nothing
//! changed.

mod bodies;
mod constraints;
mod nul;
mod queries;
mod wrappers;

use serde_json::Value;
use vouchsafe_store::{ChangeRow, ConfigurationRow, Store};

use crate::harness::{Answer, document::Operation, session::Session};

/// The key of nothing.
const NOBODY: &str = "3f0a1c52-6d0e-4b8f-9f57-0c9a5f7be2d4";

/// Everything of the configuration that a request can change.
#[derive(Debug, PartialEq)]
struct Everything {
    rows: Vec<ConfigurationRow>,
    changes: Vec<ChangeRow>,
    revision: i64,
    locked: bool,
}

impl Everything {
    async fn of(store: &Store) -> Self {
        Self {
            rows: store.configuration_all().await.unwrap(),
            changes: store.configuration_changes().await.unwrap(),
            revision: store.configuration_revision().await.unwrap(),
            locked: store.configuration_lock().await.unwrap().is_some(),
        }
    }
}

/// The operation's path; of an item one that is not there, which nobody gets to see before the body is right.
fn path(operation: &Operation) -> String {
    operation.path_of_object(NOBODY, NOBODY)
}

/// Sends a body of bytes as JSON.
async fn send_raw(session: &Session<'_>, operation: &Operation, body: impl Into<reqwest::Body>) -> Answer {
    let request = session.request(operation.method.clone(), &path(operation));
    Answer::of(request.header("content-type", "application/json").body(body)).await
}

/// Type, `details.path` and message of an answer that must be a 400, with details that make sense.
#[track_caller]
fn refusal(answer: &Answer) -> (String, String, String) {
    let error = answer.failure(400);
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{error}")).to_owned();
    let errors = error["details"]["errors"].as_array().unwrap_or_else(|| panic!("no errors: {error}"));
    assert!((1..=100).contains(&errors.len()), "{error}");
    assert_eq!(errors[0]["path"], error["details"]["path"], "the first is the one that is named");
    let (path, message) = (text(&error["details"]["path"]), text(&error["message"]));
    assert!(message.starts_with(&format!("{path}: ")), "the message names the place: {error}");
    assert!(answer.text.len() < 64 * 1024, "{}", answer.text.len());
    (text(&error["type"]), path, message)
}
