//! Faults in what HTTP itself demands: methods, content types, malformed bodies.

use poem::http::{HeaderValue, header};
use serde_json::json;

use super::Mutant;
use crate::proxy::{Call, Reply};

const METHODS: &[&str] = &["*::method-*", "errors::method-not-allowed::*"];
const TYPES: &[&str] = &["*-credentials::*::content-type-*"];
const BODIES: &[&str] = &["*-credentials::*::body-*"];
const ERRORS: &[&str] = &["errors::*"];

fn is_credentials(call: &Call) -> bool {
    call.path.starts_with("/api/v1/")
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::answers("protocol: a wrong method is not found", METHODS, |_, reply, _| {
        if reply.status == 405 {
            reply.status = 404;
        }
    }),
    Mutant::answers("protocol: a wrong method without Allow", METHODS, |_, reply, _| {
        if reply.status == 405 {
            reply.headers.remove(header::ALLOW);
        }
    }),
    Mutant::answers("protocol: a wrong method is done", METHODS, |_, reply, _| {
        if reply.status == 405 {
            reply.status = 200;
        }
    }),
    Mutant::takes("protocol: any content type will do", TYPES, |call, _| {
        if is_credentials(call) {
            call.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        None
    }),
    Mutant::answers("protocol: a content type breaks the server", TYPES, |call, reply, _| {
        if is_credentials(call) && reply.status == 415 {
            *reply = Reply::json(500, json!({"message": "Internal error."}));
        }
    }),
    Mutant::answers("protocol: malformed JSON breaks the server", BODIES, |call, reply, _| {
        if is_credentials(call) && call.json.is_null() && reply.status == 400 {
            *reply = Reply::json(500, json!({"message": "Internal error."}));
        }
    }),
    Mutant::takes("protocol: malformed JSON is an empty object", BODIES, |call, _| {
        let body = call.method == "POST" || call.method == "PATCH";
        if is_credentials(call) && body && call.json.is_null() {
            call.say(json!({}));
        }
        None
    }),
    Mutant::takes("protocol: a charset is refused", TYPES, |call, _| {
        let sent = call.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let refused = is_credentials(call) && sent.contains("charset");
        refused.then(|| Reply::json(415, json!({"message": "application/json only"})))
    }),
    Mutant::answers("protocol: errors are pages for people", ERRORS, |_, reply, _| {
        if reply.status >= 400 {
            *reply = Reply { status: reply.status, ..Reply::empty(400) };
            reply.bytes = b"<html><h1>Error</h1></html>".to_vec();
            reply.set("content-type", "text/html");
        }
    }),
    Mutant::answers("protocol: a path that is not there is empty", ERRORS, |_, reply, _| {
        if reply.status == 404 {
            *reply = Reply::empty(204);
        }
    }),
];
