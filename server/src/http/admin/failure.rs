//! The admin plane's map from errors to the wire: status, headers, and `{"error": {type, message, details}}`.

use http::{HeaderValue, header};
use poem::{IntoResponse, Response};
use serde_json::{Value, json};
use vouchsafe_api::runtime::{self, BadInput, Violation};
use vouchsafe_domain::configuration::Finding;

use crate::{
    http::convert,
    service::{AdminError, Error},
};

/// How many findings an answer lists.
const SHOWN: usize = 100;
const COOKIE: &str = r#"Cookie realm="Vouchsafe", cookie-name=session_id"#;
const BASIC: &str = r#"Basic realm="Vouchsafe", charset="UTF-8""#;

const WRAPPED: &str = "is not a property: send the object itself, without the wrapper `body`";
const AROUND: &str = "is not a property: send the object itself, without the wrapper's `key` and `meta`";

/// Why a request at a path fails.
#[derive(Debug)]
pub enum Failed {
    /// It can't be read.
    Input(String, BadInput),
    /// The operation fails.
    Admin(String, AdminError),
}

impl Failed {
    /// The operation at a path fails.
    pub(super) fn at(path: &str, error: AdminError) -> Self {
        Self::Admin(path.to_owned(), error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match self {
            Self::Input(path, input) => bad_input(&path, &input),
            Self::Admin(path, error) => admin(&path, &error),
        }
    }
}

/// An error response of the admin plane.
pub(in crate::http) fn failure(status: u16, kind: &str, message: &str, details: Value) -> Response {
    runtime::json(status, &json!({"error": {"type": kind, "message": message, "details": details}}))
}

fn bad_input(path: &str, input: &BadInput) -> Response {
    let text = input.to_string();
    match input {
        BadInput::NotFound => failure(404, "NotFound", "there is no such object", json!({"path": path})),
        BadInput::Violations(violations) | BadInput::Query(violations) => {
            let findings = match input {
                BadInput::Violations(_) => in_body(path, violations),
                _ => violations.iter().map(|violation| finding(path, violation)).collect(),
            };
            admin(path, &AdminError::Syntactic(findings))
        }
        BadInput::TooLarge(_) => failure(413, "ContentTooLarge", &text, json!({})),
        BadInput::ContentType => failure(415, "UnsupportedMediaType", &text, json!({})),
        _ => failure(input.status(), "InvalidRequestBody", &text, json!({})),
    }
}

/// What is wrong with a body; first of all, that it is wrapped as answers are.
fn in_body(path: &str, violations: &[Violation]) -> Vec<Finding> {
    let is =
        |violation: &Violation, names: &[&str]| violation.unknown && names.contains(&&*violation.pointer);
    if violations.iter().any(|violation| is(violation, &["/body"])) {
        // Whatever else is wrong with it comes from the wrapper.
        return vec![Finding { path: format!("{path}/body"), message: WRAPPED.to_owned() }];
    }
    let (around, others): (Vec<_>, Vec<_>) =
        violations.iter().partition(|violation| is(violation, &["/key", "/meta"]));
    let around = around.into_iter().map(|violation| Finding {
        path: format!("{path}{}", violation.pointer),
        message: AROUND.to_owned(),
    });
    around.chain(others.into_iter().map(|violation| finding(path, violation))).collect()
}

fn finding(path: &str, violation: &Violation) -> Finding {
    let message = match violation.field.rsplit('.').next() {
        // What has no name to repeat, and so no pointer.
        Some(name @ ("a property" | "query")) if !violation.pointer.ends_with(name) => {
            format!("{name} {}", violation.rule)
        }
        _ => violation.rule.clone(),
    };
    Finding { path: format!("{path}{}", violation.pointer), message }
}

fn admin(path: &str, error: &AdminError) -> Response {
    let text = error.to_string();
    let here = json!({"path": path});
    match error {
        AdminError::Syntactic(findings) => failure(400, "SyntacticError", &text, found(findings)),
        AdminError::Semantic(findings) => failure(400, "SemanticError", &text, found(findings)),
        AdminError::Unauthenticated => challenge(failure(401, "Unauthenticated", &text, here), COOKIE),
        AdminError::AuthenticationFailure(_) => {
            challenge(failure(401, "AuthenticationFailure", &text, here), BASIC)
        }
        AdminError::Unauthorized => failure(403, "Unauthorized", &text, here),
        AdminError::NotFound => failure(404, "NotFound", &text, here),
        AdminError::Locked(holder) => {
            let since = convert::moment(holder.since);
            let holder = json!({
                "username": holder.username,
                "since": since,
                "remaining_seconds": holder.remaining_seconds,
            });
            failure(409, "ConfigurationLocked", &text, json!({"holder": holder}))
        }
        AdminError::TransactionNotOpen => failure(409, "TransactionNotOpen", &text, json!({})),
        AdminError::TransactionExpired => failure(409, "TransactionExpired", &text, json!({})),
        AdminError::TooManyAttempts(seconds) => {
            let mut response = failure(429, "TooManyRequests", &text, here);
            runtime::header(&mut response, "retry-after", &seconds.to_string());
            response
        }
        AdminError::Service(error) => service(path, error),
    }
}

fn service(path: &str, error: &Error) -> Response {
    let text = error.to_string();
    match error {
        Error::Invalid(_) => failure(
            400,
            "SyntacticError",
            &text,
            json!({"path": path, "errors": [{"path": path, "message": text}]}),
        ),
        Error::NotFound(_) | Error::Gone(_) => failure(404, "NotFound", &text, json!({"path": path})),
        Error::Conflict(_) => failure(
            400,
            "SemanticError",
            &text,
            json!({"path": path, "errors": [{"path": path, "message": text}]}),
        ),
        Error::Unauthenticated { .. } => {
            challenge(failure(401, "Unauthenticated", &text, json!({"path": path})), COOKIE)
        }
        Error::Forbidden(_) => failure(403, "Unauthorized", &text, json!({"path": path})),
        Error::Busy => {
            let mut response = failure(503, "ServiceUnavailable", &text, json!({}));
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        Error::Internal { context, source } => {
            tracing::error!(context, error = format!("{source:#}"), "internal error");
            failure(500, "InternalError", "internal server error", json!({}))
        }
    }
}

/// How to authenticate (RFC 9110 section 11.6.1).
fn challenge(mut response: Response, challenge: &str) -> Response {
    runtime::header(&mut response, "www-authenticate", challenge);
    response
}

fn found(findings: &[Finding]) -> Value {
    let shown = findings.get(..SHOWN).unwrap_or(findings);
    match findings.first() {
        Some(first) => json!({"path": first.path, "errors": shown}),
        None => json!({}),
    }
}
