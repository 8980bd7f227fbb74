//! What the rest of the world needs to trust our CAs' certificates, and to learn when it no longer should: certificates,
//! revocation lists (RFC 5280), OCSP (RFC 6960 appendix A). All of it is public and signed.

use std::sync::Arc;

use data_encoding::{BASE64, BASE64_NOPAD};
use poem::{Body, IntoResponse, Response, handler, web::Data, web::Path};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use vouchsafe_api::runtime;
use vouchsafe_domain::Timestamp;
use vouchsafe_pki::OcspRefusal;

use super::{Shared, error::HttpError, operations::named};
use crate::{
    clock,
    service::{Error, OcspAnswer, PublishedList},
};

/// The most bytes of an OCSP request.
const REQUEST: usize = 16 * 1024;
/// For how many seconds others may keep what they fetch. Much less than it is valid for: it may change at any time.
const KEEP: i64 = 60;

/// A CA's certificate, PEM.
#[handler]
pub(super) async fn certificate_pem(shared: Data<&Arc<Shared>>, Path(ca): Path<String>) -> Response {
    let certificate = shared.service.ca_certificate(&ca, clock::now()).await;
    let answer = certificate.map(|(pem, _)| file("application/x-pem-file", lines(pem)));
    named(answer.unwrap_or_else(refused), "ca_certificate_get")
}

/// The same, DER (RFC 2585 section 4.1): what the certificates it signed point to.
#[handler]
pub(super) async fn certificate_der(shared: Data<&Arc<Shared>>, Path(ca): Path<String>) -> Response {
    let certificate = shared.service.ca_certificate(&ca, clock::now()).await;
    let answer = certificate.map(|(_, der)| file("application/pkix-cert", der));
    named(answer.unwrap_or_else(refused), "ca_certificate_get")
}

/// A CA's revocation list, DER (RFC 2585 section 4.2).
#[handler]
pub(super) async fn revocation_list(shared: Data<&Arc<Shared>>, Path(ca): Path<String>) -> Response {
    let list = list(&shared, &ca, |list| file("application/pkix-crl", list.der.clone())).await;
    named(list.unwrap_or_else(refused), "revocation_list_get")
}

/// The same, PEM (RFC 7468 section 6).
#[handler]
pub(super) async fn revocation_list_in_pem(shared: Data<&Arc<Shared>>, Path(ca): Path<String>) -> Response {
    let list = list(&shared, &ca, |list| file("application/x-pem-file", list.pem())).await;
    named(list.unwrap_or_else(refused), "revocation_list_get")
}

async fn list(
    shared: &Shared,
    ca: &str,
    write: impl Fn(&PublishedList) -> Response,
) -> Result<Response, Error> {
    let now = clock::now();
    let list = shared.service.revocation_list(ca, now).await?;
    let mut response = write(&list);
    keep(&mut response, list.this_update, list.next_update, now);
    Ok(response)
}

/// An OCSP request in the body.
#[handler]
pub(super) async fn ocsp_post(shared: Data<&Arc<Shared>>, Path(ca): Path<String>, request: Body) -> Response {
    let answer = match request.into_bytes_limit(REQUEST).await {
        Ok(request) => ocsp(&shared, &ca, &request).await,
        Err(_) => Ok(malformed()),
    };
    named(answer.unwrap_or_else(refused), "ocsp_post")
}

/// An OCSP request in the path: base64, percent-encoded.
#[handler]
pub(super) async fn ocsp_get(
    shared: Data<&Arc<Shared>>,
    Path((ca, request)): Path<(String, String)>,
) -> Response {
    let request = request.as_bytes();
    let answer = match BASE64.decode(request).or_else(|_| BASE64_NOPAD.decode(request)) {
        Ok(request) if request.len() <= REQUEST => ocsp(&shared, &ca, &request).await,
        _ => Ok(malformed()),
    };
    named(answer.unwrap_or_else(refused), "ocsp_get")
}

async fn ocsp(shared: &Shared, ca: &str, request: &[u8]) -> Result<Response, Error> {
    let now = clock::now();
    let OcspAnswer { der, valid } = shared.service.ocsp(ca, request, now).await?;
    let mut response = file("application/ocsp-response", der.to_vec());
    match valid {
        Some((since, until)) => keep(&mut response, since, until, now),
        None => runtime::header(&mut response, "cache-control", "no-store"),
    }
    Ok(response)
}

fn file(media: &str, bytes: impl Into<Body>) -> Response {
    Response::builder().content_type(media).body(bytes)
}

/// A text that ends with its last line, so that files can be put together.
fn lines(mut pem: String) -> String {
    if !pem.ends_with('\n') {
        pem.push('\n');
    }
    pem
}

fn malformed() -> Response {
    let mut response = file("application/ocsp-response", OcspRefusal::MalformedRequest.to_der().to_vec());
    runtime::header(&mut response, "cache-control", "no-store");
    response
}

fn refused(error: Error) -> Response {
    HttpError::from(error).into_response()
}

/// Says how long it may be kept (RFC 5019 section 6.2).
fn keep(response: &mut Response, since: Timestamp, until: Timestamp, now: Timestamp) {
    let seconds = (until.as_secs() - now.as_secs()).clamp(0, KEEP);
    let expires = now.as_secs() + seconds;
    let kept = format!("max-age={seconds}, public, no-transform, must-revalidate");
    runtime::header(response, "cache-control", &kept);
    runtime::header(response, "last-modified", &date(since.as_secs()));
    runtime::header(response, "expires", &date(expires));
}

/// A date of HTTP (RFC 9110 section 5.6.7).
fn date(seconds: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc2822).unwrap_or_default().replace("+0000", "GMT")
}
