//! Around every request: its id, its log line, its counter, and an answer even where a handler fails.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use futures_util::FutureExt;
use http::{StatusCode, header::SET_COOKIE};
use poem::{
    Endpoint, IntoResponse, Request, Response,
    error::{MethodNotAllowedError, NotFoundError, ParsePathError},
};
use serde_json::json;
use tracing::Instrument;
use vouchsafe_api::{
    generated::OPERATIONS,
    runtime::{self, Operation},
};

use super::{
    admin::failure,
    error::message,
    integrations::{keep_contract, without_key},
};
use crate::telemetry::Metrics;

/// The id of a request, in its answer and in the log.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

/// The cookie of a session whose time has begun anew, for its answer: the client's copy must not end before the session.
#[derive(Debug, Clone, Default)]
pub(super) struct Renewal(Arc<OnceLock<String>>);

impl Renewal {
    /// Says what the answer is to set.
    pub(super) fn set(&self, cookie: String) {
        // Only the first counts, and there is only one.
        let _ = self.0.set(cookie);
    }
}

/// The name under which a path outside the document is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route(pub(super) &'static str);

/// Answers a request whatever happens to it.
pub(super) async fn answer<E: Endpoint>(
    endpoint: Arc<E>,
    mut request: Request,
    metrics: Arc<Metrics>,
) -> poem::Result<Response> {
    let started = Instant::now();
    let id = request_id(&request);
    let (method, path) = (request.method().clone(), without_key(request.uri().path()));
    request.set_data(RequestId(id.clone()));
    let renewal = Renewal::default();
    request.set_data(renewal.clone());
    let span = tracing::info_span!("request", id);
    let handled = AssertUnwindSafe(endpoint.call(request)).catch_unwind().instrument(span.clone()).await;
    let response = match handled {
        Ok(Ok(output)) => output.into_response(),
        Ok(Err(error)) => refusal(error, &path),
        Err(_) => refused(&path, 500, "InternalError", "internal server error"),
    };
    let mut response = keep_contract(&path, response);
    runtime::header(&mut response, "x-request-id", &id);
    if let Some(cookie) = renewal.0.get().filter(|_| !response.headers().contains_key(SET_COOKIE)) {
        runtime::header(&mut response, "set-cookie", cookie);
    }
    let (name, status, took) = (name(&response), response.status().as_u16(), started.elapsed());
    metrics.answered(name, status, took);
    span.in_scope(|| {
        let milliseconds = took.as_secs_f64() * 1000.0;
        tracing::info!(%method, path, status, operation = name, milliseconds, "answered");
    });
    Ok(response)
}

fn name(response: &Response) -> &'static str {
    let operation = response.data::<&'static Operation>().map(|operation| operation.id);
    operation.or_else(|| response.data::<Route>().map(|route| route.0)).unwrap_or("none")
}

/// The client's own id where it is short and plain, else a new one.
fn request_id(request: &Request) -> String {
    let plain = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if let Some(id) = request.header("x-request-id").filter(plain) {
        return id.to_owned();
    }
    static PROCESS: LazyLock<u64> = LazyLock::new(|| {
        let mut bytes = [0; 8];
        // Without randomness ids repeat, which harms the log only.
        let _ = aws_lc_rs::rand::fill(&mut bytes);
        u64::from_ne_bytes(bytes)
    });
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // An id is to be one of its kind, not a secret.
    format!("{:016x}{:016x}", *PROCESS, COUNT.fetch_add(1, Ordering::Relaxed))
}

/// What the router refused.
fn refusal(error: poem::Error, path: &str) -> Response {
    // A segment that is no UTF-8 names nothing either.
    if error.is::<NotFoundError>() || error.is::<ParsePathError>() {
        return refused(path, 404, "NotFound", "there is nothing at this path");
    }
    if error.is::<MethodNotAllowedError>() {
        let allow = allowed(path);
        let mut response = refused(path, 405, "MethodNotAllowed", &format!("this path has {allow}"));
        runtime::header(&mut response, "allow", &allow);
        return response;
    }
    match error.status() {
        status if status.is_client_error() => {
            refused(path, status.as_u16(), "InvalidRequestBody", "the request can't be read")
        }
        _ => {
            tracing::error!(%error, "a handler failed");
            let status = StatusCode::INTERNAL_SERVER_ERROR.as_u16();
            refused(path, status, "InternalError", "internal server error")
        }
    }
}

/// In the shape of the plane that the path is on.
fn refused(path: &str, status: u16, kind: &str, text: &str) -> Response {
    let below =
        |plane: &str| path.strip_prefix(plane).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let admin = below("/api") && !below("/api/v1");
    if admin { failure(status, kind, text, json!({"path": path})) } else { message(status, text) }
}

/// The methods of a path (RFC 9110 section 15.5.6), by the document; a path beside it has one.
fn allowed(path: &str) -> String {
    let mut methods = Vec::new();
    // A path that is named leads nowhere else, as the router has it.
    let named = OPERATIONS.iter().any(|operation| operation.path == path);
    let leads_here = |template: &str| if named { template == path } else { matches(template, path) };
    for operation in OPERATIONS.iter().filter(|operation| leads_here(operation.path)) {
        methods.push(operation.method);
        if operation.method == "GET" {
            methods.push("HEAD");
        }
    }
    match (methods.is_empty(), path) {
        (true, path) if path == "/oauth2/token" || path.ends_with("/ocsp") => "POST".to_owned(),
        (true, _) => "GET, HEAD".to_owned(),
        (false, _) => methods.join(", "),
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(known), Some(segment)) if known == segment || known.starts_with('{') => {}
            _ => return false,
        }
    }
}
