//! The HTTP surface: which path leads where. Handlers read, call one service method, and answer.

mod basic_credentials;
mod convert;
mod docs;
mod error;
mod listing;
mod middleware;
mod oauth;
mod operations;
mod pki;
mod plane;
mod x509_credentials;

use std::sync::Arc;

use poem::{EndpointExt, IntoEndpoint, Route, endpoint::BoxEndpoint, get, post};
use poem_openapi::OpenApiService;
use vouchsafe_api::{
    generated::{
        basic_credentials::BasicCredentialsRoutes, document::INFO, x509_credentials::X509CredentialsRoutes,
    },
    runtime,
};

pub use plane::TenantPlane;

use crate::{auth::TokenIssuer, service::Service, telemetry::Metrics};

/// What the endpoints share.
#[derive(Debug)]
pub struct Shared {
    /// The operations.
    pub service: Service,
    /// Access tokens.
    pub tokens: TokenIssuer,
    /// Whether the tenant plane asks for a token.
    pub auth_enabled: bool,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

/// The operations of the document, as poem-openapi serves and describes them.
pub fn api(
    shared: &Arc<Shared>,
) -> OpenApiService<(BasicCredentialsRoutes<TenantPlane>, X509CredentialsRoutes<TenantPlane>), ()> {
    let plane = Arc::new(TenantPlane(Arc::clone(shared)));
    runtime::service((BasicCredentialsRoutes(Arc::clone(&plane)), X509CredentialsRoutes(plane)), &INFO)
}

/// Every path of the server.
pub fn routes(shared: &Arc<Shared>) -> BoxEndpoint<'static> {
    let route = Route::new()
        .nest_no_strip("/api", api(shared))
        .at("/oauth2/token", post(oauth::token))
        .at("/oauth2/jwks.json", get(oauth::jwks))
        .at("/.well-known/oauth-authorization-server", get(oauth::metadata))
        .at("/pki/platform/ca.pem", get(pki::platform_ca))
        .at("/pki/:tenant/ca.pem", get(pki::tenant_ca))
        .at("/openapi.json", get(docs::openapi_json))
        .at("/openapi.yaml", get(docs::openapi_yaml))
        .nest_no_strip("/docs", get(docs::swagger_ui))
        .at("/health", get(operations::health))
        .at("/ready", get(operations::ready))
        .at("/metrics", get(operations::metrics))
        .at("/", get(docs::redirect));
    let metrics = Arc::clone(&shared.metrics);
    route
        .data(Arc::clone(shared))
        .around(move |endpoint, request| middleware::answer(endpoint, request, Arc::clone(&metrics)))
        .into_endpoint()
        .boxed()
}
