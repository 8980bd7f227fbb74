//! Public certificates: what a verifier needs to trust a tenant's clients.

use std::sync::Arc;

use poem::{IntoResponse, Response, handler, web::Data, web::Path};
use vouchsafe_domain::TenantId;

use super::{Shared, error::HttpError, operations::named};
use crate::service::Error;

/// The platform CA's certificate.
#[handler]
pub(super) async fn platform_ca(shared: Data<&Arc<Shared>>) -> Response {
    answer(shared.service.platform_certificate().await, "platform_ca_get")
}

/// A tenant CA's certificate.
#[handler]
pub(super) async fn tenant_ca(shared: Data<&Arc<Shared>>, Path(tenant): Path<String>) -> Response {
    let certificate = match TenantId::parse(tenant) {
        Ok(tenant) => shared.service.tenant_certificate(&tenant).await,
        Err(_) => Err(Error::NotFound("tenant")),
    };
    answer(certificate, "tenant_ca_get")
}

fn answer(certificate: Result<String, Error>, name: &'static str) -> Response {
    let response = match certificate {
        Ok(pem) => Response::builder().content_type("application/x-pem-file").body(pem),
        Err(error) => HttpError::from(error).into_response(),
    };
    named(response, name)
}
