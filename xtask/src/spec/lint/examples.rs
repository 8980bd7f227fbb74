//! Every body has examples, and a request's example finds its answer under the same name.

use serde_json::Value;

use super::{Lint, entries, escape};

pub(super) fn check(lint: &mut Lint<'_>) {
    lint.operations(|lint, operation, at, _| {
        let extension = is_extension(operation);
        let body = operation.get("requestBody").unwrap_or(&Value::Null);
        contents(lint, body, &format!("{at}/requestBody"), extension);
        for (status, response) in entries(operation, "responses") {
            let (response, at) = lint.resolve(response, &format!("{at}/responses/{status}"));
            contents(lint, response, &at, extension);
            if status.starts_with('2') {
                pairs(lint, body, response, &at);
            }
        }
    });
    // Two operations may share a response.
    let mut seen = Vec::new();
    lint.problems.retain(|problem| {
        let again = seen.contains(&problem.to_string());
        seen.push(problem.to_string());
        !again
    });
}

/// Checks all media types of a request body or response; `extension` says whether its operation is one.
fn contents(lint: &mut Lint<'_>, holder: &Value, at: &str, extension: bool) {
    for (kind, content) in entries(holder, "content") {
        let at = format!("{at}/content/{}", escape(kind));
        if entries(content, "examples").next().is_none() {
            lint.report("examples", &at, "has no examples");
        }
        let ours = extension || is_extension(holder) || is_extension(content);
        for (name, example) in entries(content, "examples") {
            let listed = super::items(content, "x-vouchsafe-extension-examples").any(|item| item == name);
            let (example, at) = lint.resolve(example, &format!("{at}/examples/{}", escape(name)));
            one(lint, example, &at, ours || listed);
        }
    }
}

fn one(lint: &mut Lint<'_>, example: &Value, at: &str, ours: bool) {
    let summary = example.get("summary").and_then(Value::as_str).unwrap_or_default();
    if example.get("value").is_none() || summary.is_empty() {
        lint.report("examples", at, "must have `summary` and `value`");
    }
    if ours && !summary.starts_with("Ours: ") {
        lint.report("examples", at, "is an extension: its summary must start with `Ours: `");
    }
    if !ours && summary.starts_with("Ours: ") {
        lint.report("examples", at, "must be named by `x-vouchsafe-extension-examples`");
    }
}

/// Reports request examples whose answer has no example, where other answers have one.
fn pairs(lint: &mut Lint<'_>, body: &Value, response: &Value, at: &str) {
    for (kind, content) in entries(response, "content") {
        let requests = body.get("content").and_then(|content| content.get(kind)).unwrap_or(&Value::Null);
        for (name, _) in entries(requests, "examples") {
            if content.get("examples").and_then(|examples| examples.get(name)).is_none() {
                lint.report("examples", at, format!("has no example `{name}`, though the request has one"));
            }
        }
    }
}

fn is_extension(value: &Value) -> bool {
    value.get("x-vouchsafe-extension") == Some(&Value::Bool(true))
}
