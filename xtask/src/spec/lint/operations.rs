//! Every operation documents all its statuses and the headers that belong to them.

use serde_json::Value;

use super::{Lint, entries, items};

/// Headers that a status has, beside `X-Request-Id`, which all have.
const HEADERS: [(&str, &str); 4] =
    [("201", "Location"), ("401", "WWW-Authenticate"), ("429", "Retry-After"), ("503", "Retry-After")];

/// Whether the path is on the tenant plane; what else there is is on the admin plane.
fn of_tenant(path: &str) -> bool {
    path.starts_with("/api/v1/")
}

pub(super) fn check(lint: &mut Lint<'_>) {
    lint.operations(|lint, operation, at, path| {
        statuses(lint, operation, at, path);
        request_body(lint, operation, at);
        for (status, response) in entries(operation, "responses") {
            let at = format!("{at}/responses/{status}");
            headers(lint, response, &at, status, path);
            error_body(lint, response, &at, status, path);
        }
        security(lint, operation, at);
    });
}

fn statuses(lint: &mut Lint<'_>, operation: &Value, at: &str, path: &str) {
    let mut needed = vec!["500", "503"];
    needed.extend(match scheme(lint, operation) {
        Some("http") => &["401", "429"][..],
        Some(_) => &["401", "403"],
        None => &[],
    });
    let parameters = items(operation, "parameters").map(|parameter| lint.resolve(parameter, at).0);
    let read =
        parameters.into_iter().any(|parameter| parameter.get("in").is_some_and(|place| place != "path"));
    if operation.get("requestBody").is_some() {
        needed.extend(["400", "413", "415"]);
    } else if read {
        needed.push("400");
    }
    if path.contains('{') {
        needed.push("404");
    }
    let responses = operation.get("responses").unwrap_or(&Value::Null);
    // Another session may hold the lock. A POST that creates nothing asks a question.
    let asks = at.ends_with("/get") || at.ends_with("/post") && responses.get("201").is_none();
    if path.starts_with("/api/configuration/") && !asks {
        needed.push("409");
    }
    for status in needed.into_iter().filter(|status| responses.get(status).is_none()) {
        lint.report("statuses", at, format!("does not document the status {status}"));
    }
    if entries(operation, "responses").filter(|(status, _)| status.starts_with('2')).count() != 1 {
        lint.report("statuses", at, "must document exactly one 2xx status");
    }
}

/// The type of the security scheme; none where anyone may call.
fn scheme<'a>(lint: &Lint<'a>, operation: &'a Value) -> Option<&'a str> {
    let (name, _) = items(operation, "security").next()?.as_object()?.iter().next()?;
    lint.document.pointer("/components/securitySchemes")?.get(name)?.get("type")?.as_str()
}

fn request_body(lint: &mut Lint<'_>, operation: &Value, at: &str) {
    let Some(body) = operation.get("requestBody") else { return };
    let at = format!("{at}/requestBody");
    if body.get("required") != Some(&Value::Bool(true)) {
        lint.report("request-body", &at, "must be required");
    }
    for (kind, content) in entries(body, "content") {
        let schema = content.get("schema").unwrap_or(&Value::Null);
        if kind != "application/json" || schema.get("$ref").is_none() {
            lint.report("request-body", &at, "must be JSON with a named schema");
        }
        closed(lint, schema, &at);
    }
}

/// An object in a body refuses what it does not know; so do the items of a list and the alternatives of a union.
fn closed(lint: &mut Lint<'_>, schema: &Value, at: &str) {
    let (schema, at) = lint.resolve(schema, at);
    if schema.get("properties").is_some() && schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        lint.report("request-body", &at, "must have `additionalProperties: false`");
    }
    for inner in schema.get("items").into_iter().chain(items(schema, "oneOf")) {
        closed(lint, inner, &at);
    }
}

fn headers(lint: &mut Lint<'_>, response: &Value, at: &str, status: &str, path: &str) {
    let (response, _) = lint.resolve(response, at);
    let mut needed = vec!["X-Request-Id"];
    needed.extend(HEADERS.iter().filter(|(of, _)| *of == status).map(|(_, name)| *name));
    if status == "403" && of_tenant(path) {
        needed.push("WWW-Authenticate");
    }
    if carries_secret(lint, response) {
        needed.push("Cache-Control");
    }
    let headers = response.get("headers").unwrap_or(&Value::Null);
    for name in needed.into_iter().filter(|name| headers.get(name).is_none()) {
        lint.report("headers", at, format!("does not document the header {name}"));
    }
}

fn error_body(lint: &mut Lint<'_>, response: &Value, at: &str, status: &str, path: &str) {
    if status.starts_with('2') {
        return;
    }
    let name = if of_tenant(path) { "Message" } else { "Failure" };
    let (response, _) = lint.resolve(response, at);
    let reference = response.pointer("/content/application~1json/schema/$ref").and_then(Value::as_str);
    if reference != Some(&format!("#/components/schemas/{name}")) {
        lint.report("error-body", at, format!("the body of an error is `{name}` here"));
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
    if operation.get("security").and_then(Value::as_array).is_none_or(|all| all.len() > 1) {
        lint.report("security", at, "must have one security scheme, or `security: []` for anyone");
    }
    for (name, scopes) in items(operation, "security").filter_map(Value::as_object).flatten() {
        if schemes.get(name).is_none() {
            lint.report("security", at, format!("the scheme {name} is not defined"));
        }
        for scope in scopes.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let flows = schemes.get(name).and_then(|scheme| scheme.get("flows"));
            let mut flows = flows.and_then(Value::as_object).into_iter().flatten();
            if !flows.any(|(_, flow)| flow.get("scopes").is_some_and(|scopes| scopes.get(scope).is_some())) {
                lint.report("security", at, format!("the scope {scope} is not defined"));
            }
        }
    }
}
