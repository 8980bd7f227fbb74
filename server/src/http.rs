//! The HTTP surface: which path leads where. Handlers read, call one service method, and answer.

mod admin;
mod basic_credentials;
mod convert;
mod docs;
mod error;
mod events;
mod integrations;
mod listing;
mod middleware;
mod oauth;
mod operations;
mod origin;
mod pki;
mod plane;
mod verification;
mod x509_credentials;

use std::sync::Arc;

use poem::{EndpointExt, IntoEndpoint, Route, endpoint::BoxEndpoint, get, post};
use poem_openapi::{OpenApi, OpenApiService};
use vouchsafe_api::{
    generated::{
        aaa::AaaRoutes, alerting::AlertingRoutes, audit::AuditRoutes, authentication::AuthenticationRoutes,
        basic_credentials::BasicCredentialsRoutes, configuration::ConfigurationRoutes,
        date_and_time::DateAndTimeRoutes, document::INFO, events::EventsRoutes, management::ManagementRoutes,
        tenants::TenantsRoutes, transactions::TransactionsRoutes, trust_stores::TrustStoresRoutes,
        x509_certificates::X509CertificatesRoutes, x509_credentials::X509CredentialsRoutes,
    },
    runtime,
};

pub use admin::AdminPlane;
pub use plane::TenantPlane;

use crate::{
    auth::{Issuers, TokenIssuer},
    listener::ServerCertificate,
    outbound::Network,
    service::Service,
    telemetry::Metrics,
};

/// What the endpoints share.
#[derive(Debug)]
pub struct Shared {
    /// The operations.
    pub service: Service,
    /// Access tokens.
    pub tokens: TokenIssuer,
    /// Access tokens of other issuers.
    pub issuers: Issuers,
    /// Whether clients reach the server by https, so that cookies must not travel without.
    pub secure_cookies: bool,
    /// Whether the tenant plane asks for a token.
    pub auth_enabled: bool,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// The certificate that the TLS listener shows.
    pub server_certificate: Arc<ServerCertificate>,
    /// Proxies whose forwarded headers tell a device's address.
    pub trusted_proxies: Vec<Network>,
}

/// The operations of the document, as poem-openapi serves and describes them.
pub fn api(shared: &Arc<Shared>) -> OpenApiService<impl OpenApi + 'static, ()> {
    let tenant = || Arc::new(TenantPlane(Arc::clone(shared)));
    let admin = || Arc::new(AdminPlane(Arc::clone(shared)));
    let routes = (
        BasicCredentialsRoutes(tenant()),
        X509CredentialsRoutes(tenant()),
        EventsRoutes(tenant()),
        AuthenticationRoutes(admin()),
        TransactionsRoutes(admin()),
        ConfigurationRoutes(admin()),
        AaaRoutes(admin()),
        AlertingRoutes(admin()),
        DateAndTimeRoutes(admin()),
        ManagementRoutes(admin()),
        TenantsRoutes(admin()),
        TrustStoresRoutes(admin()),
        X509CertificatesRoutes(admin()),
        AuditRoutes(admin()),
    );
    runtime::service(routes, &INFO)
}

/// Every path of the server.
pub fn routes(shared: &Arc<Shared>) -> BoxEndpoint<'static> {
    let route = Route::new()
        .nest_no_strip("/api", api(shared))
        .at("/oauth2/token", post(oauth::token))
        .at("/oauth2/jwks.json", get(oauth::jwks))
        .at("/.well-known/oauth-authorization-server", get(oauth::metadata))
        .at("/pki/:ca/ca.pem", get(pki::certificate_pem))
        .at("/pki/:ca/ca.cer", get(pki::certificate_der))
        .at("/pki/:ca/crl", get(pki::revocation_list))
        .at("/pki/:ca/crl.pem", get(pki::revocation_list_in_pem))
        .at("/pki/:ca/ocsp", post(pki::ocsp_post))
        .at("/pki/:ca/ocsp/*request", get(pki::ocsp_get))
        .at("/integrations/nginx/auth", get(integrations::nginx_auth))
        .at("/integrations/emqx/authn", post(integrations::emqx_authn))
        .at("/integrations/key/:key/nginx/auth", get(integrations::nginx_auth_with_key))
        .at("/integrations/key/:key/emqx/authn", post(integrations::emqx_authn_with_key))
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
