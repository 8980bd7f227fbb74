//! For those who run the server: `/health`, `/ready`, `/metrics`.

use std::sync::Arc;

use poem::{Response, handler, web::Data};
use serde_json::json;
use vouchsafe_api::runtime;

use super::{Shared, middleware::Route};

/// The process lives.
#[handler]
pub(super) fn health() -> Response {
    named(runtime::json(200, &json!({"status": "ok"})), "health")
}

/// The database answers.
#[handler]
pub(super) async fn ready(shared: Data<&Arc<Shared>>) -> Response {
    let response = match shared.service.ready().await {
        Ok(()) => runtime::json(200, &json!({"status": "ok"})),
        Err(error) => {
            tracing::warn!(error = %error, "not ready");
            runtime::json(503, &json!({"status": "the database does not answer"}))
        }
    };
    named(response, "ready")
}

/// Counters in the OpenMetrics text format.
#[handler]
pub(super) fn metrics(shared: Data<&Arc<Shared>>) -> Response {
    shared.service.observe_pool();
    let text = Response::builder()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(shared.metrics.render());
    named(text, "metrics")
}

/// Names the response for the counters.
pub(super) fn named(mut response: Response, name: &'static str) -> Response {
    response.set_data(Route(name));
    response
}
