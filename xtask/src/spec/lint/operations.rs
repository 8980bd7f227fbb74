//! Every operation documents all its statuses and the headers that belong to them.

use serde_json::Value;

use super::{Lint, entries, items};

/// Statuses that every operation has.
const ALWAYS: [&str; 4] = ["401", "403", "500", "503"];

/// Headers that a status has, beside `X-Request-Id`, which all have.
const HEADERS: [(&str, &str); 4] =
    [("201", "Location"), ("401", "WWW-Authenticate"), ("403", "WWW-Authenticate"), ("503", "Retry-After")];

pub(super) fn check(lint: &mut Lint<'_>) {
    lint.operations(|lint, operation, at, path| {
        statuses(lint, operation, at, path);
        request_body(lint, operation, at);
        for (status, response) in entries(operation, "responses") {
            headers(lint, response, &format!("{at}/responses/{status}"), status);
        }
        security(lint, operation, at);
    });
}

fn statuses(lint: &mut Lint<'_>, operation: &Value, at: &str, path: &str) {
    let mut needed = ALWAYS.to_vec();
    let parameters = items(operation, "parameters").map(|parameter| lint.resolve(parameter, at).0);
    let query =
        parameters.into_iter().any(|parameter| parameter.get("in").is_some_and(|place| place == "query"));
    if operation.get("requestBody").is_some() {
        needed.extend(["400", "413", "415"]);
    } else if query {
        needed.push("400");
    }
    if path.contains('{') {
        needed.push("404");
    }
    let responses = operation.get("responses").unwrap_or(&Value::Null);
    for status in needed.into_iter().filter(|status| responses.get(status).is_none()) {
        lint.report("statuses", at, format!("does not document the status {status}"));
    }
    if entries(operation, "responses").filter(|(status, _)| status.starts_with('2')).count() != 1 {
        lint.report("statuses", at, "must document exactly one 2xx status");
    }
}

fn request_body(lint: &mut Lint<'_>, operation: &Value, at: &str) {
    let Some(body) = operation.get("requestBody") else { return };
    let at = format!("{at}/requestBody");
    if body.get("required") != Some(&Value::Bool(true)) {
        lint.report("request-body", &at, "must be required");
    }
    for (kind, content) in entries(body, "content") {
        let schema = content.get("schema").unwrap_or(&Value::Null);
        let (schema, at) = lint.resolve(schema, &at);
        if kind != "application/json" || schema.get("type").is_none_or(|kind| kind != "object") {
            lint.report("request-body", &at, "must be a JSON object");
        }
        if schema.get("additionalProperties") != Some(&Value::Bool(false)) {
            lint.report("request-body", &at, "must have `additionalProperties: false`");
        }
    }
}

fn headers(lint: &mut Lint<'_>, response: &Value, at: &str, status: &str) {
    let (response, _) = lint.resolve(response, at);
    let mut needed = vec!["X-Request-Id"];
    needed.extend(HEADERS.iter().filter(|(of, _)| *of == status).map(|(_, name)| *name));
    if carries_secret(lint, response) {
        needed.push("Cache-Control");
    }
    let headers = response.get("headers").unwrap_or(&Value::Null);
    for name in needed.into_iter().filter(|name| headers.get(name).is_none()) {
        lint.report("headers", at, format!("does not document the header {name}"));
    }
}

/// Whether a property of the body is marked as a secret.
fn carries_secret(lint: &Lint<'_>, response: &Value) -> bool {
    let secret = |value: &Value| lint.resolve(value, "").0.get("x-vouchsafe-secret").is_some();
    entries(response, "content").any(|(_, content)| {
        let schema = content.get("schema").map(|schema| lint.resolve(schema, "").0);
        schema.is_some_and(|schema| entries(schema, "properties").any(|(_, property)| secret(property)))
    })
}

fn security(lint: &mut Lint<'_>, operation: &Value, at: &str) {
    let schemes = lint.document.pointer("/components/securitySchemes").unwrap_or(&Value::Null);
    for (name, scopes) in items(operation, "security").filter_map(Value::as_object).flatten() {
        for scope in scopes.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let flows = schemes.get(name).and_then(|scheme| scheme.get("flows"));
            let mut flows = flows.and_then(Value::as_object).into_iter().flatten();
            if !flows.any(|(_, flow)| flow.get("scopes").is_some_and(|scopes| scopes.get(scope).is_some())) {
                lint.report("security", at, format!("the scope {scope} is not defined"));
            }
        }
    }
}
