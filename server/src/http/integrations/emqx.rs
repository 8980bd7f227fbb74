//! EMQX's HTTP authenticator: `200` with `{"result": "allow"}` or `{"result": "deny"}`. Any other answer makes EMQX ask its
//! next authenticator, or let everybody in where there is none: so there is no other answer.

use std::{net::IpAddr, sync::Arc};

use poem::{Body, Request, Response, handler, web::Data, web::Path};
use serde::Deserialize;
use serde_json::{Value, json};
use vouchsafe_api::runtime;
use vouchsafe_domain::Secret;

use super::caller;
use crate::{
    http::{Shared, operations::named},
    service::{BasicPresented, Error, Integration, X509Accepted, X509Presented},
};

const OPERATION: &str = "emqx_authn";
const PATH: &str = "/integrations/emqx/authn";
/// The most bytes of a request.
const LIMIT: usize = 64 * 1024;

/// What EMQX's templates send. What a template has no value for is absent, empty or `undefined`, by version.
#[derive(Deserialize)]
struct Asked {
    username: Option<String>,
    password: Option<String>,
    peerhost: Option<String>,
    cert_pem: Option<String>,
}

/// `POST /integrations/emqx/authn`
#[handler]
pub(in crate::http) async fn emqx_authn(
    request: &Request,
    body: Body,
    shared: Data<&Arc<Shared>>,
) -> Response {
    answer(caller::in_time(decide(request, body, &shared, None)).await)
}

/// `POST /integrations/key/{key}/emqx/authn`
#[handler]
pub(in crate::http) async fn emqx_authn_with_key(
    request: &Request,
    body: Body,
    shared: Data<&Arc<Shared>>,
    Path(key): Path<String>,
) -> Response {
    answer(caller::in_time(decide(request, body, &shared, Some(&key))).await)
}

/// An answer of this contract: others are replaced.
#[derive(Debug, Clone, Copy)]
struct Kept;

fn answer(decided: Result<Option<Value>, Error>) -> Response {
    let decided = decided.unwrap_or_else(|error| {
        tracing::warn!(%error, "EMQX is told that a client is denied");
        None
    });
    let mut response = runtime::json(200, &decided.unwrap_or_else(|| json!({"result": "deny"})));
    runtime::header(&mut response, "cache-control", "no-store");
    response.set_data(Kept);
    named(response, OPERATION)
}

/// Turns whatever else there is into a denial.
pub(super) fn keep(response: Response) -> Response {
    match response.data::<Kept>() {
        Some(_) => response,
        None => answer(Ok(None)),
    }
}

/// The acceptance, if it is one.
async fn decide(
    request: &Request,
    body: Body,
    shared: &Shared,
    key: Option<&str>,
) -> Result<Option<Value>, Error> {
    let caller = caller::integration(request, shared, key, OPERATION, PATH).await?;
    let Some(asked) = read(request, body).await else { return Ok(None) };
    let client_address = sent(asked.peerhost).and_then(|address| address.parse::<IpAddr>().ok());
    let certificate = sent(asked.cert_pem).filter(|_| caller.client_certificates);
    let password = asked.password.filter(|password| match certificate {
        // A client that has a certificate may have no password.
        Some(_) => !is_empty(password),
        None => true,
    });
    match (sent(asked.username), password, certificate) {
        (Some(username), Some(password), _) => {
            let password = Secret::new(password);
            by_password(shared, &caller, BasicPresented { username, password, client_address }).await
        }
        (username, _, Some(certificate)) => by_certificate(shared, &caller, username, certificate).await,
        _ => Ok(None),
    }
}

async fn read(request: &Request, body: Body) -> Option<Asked> {
    let media = request.content_type()?.split(';').next()?.trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return None;
    }
    let bytes = zeroize::Zeroizing::new(body.into_bytes_limit(LIMIT).await.ok()?.to_vec());
    serde_json::from_slice(&bytes).ok()
}

/// A value that a template had.
fn sent(value: Option<String>) -> Option<String> {
    value.filter(|value| !is_empty(value))
}

fn is_empty(value: &str) -> bool {
    matches!(value, "" | "undefined")
}

async fn by_password(
    shared: &Shared,
    caller: &Integration,
    presented: BasicPresented,
) -> Result<Option<Value>, Error> {
    let verdict = shared.service.basic_credentials_verify(&caller.ctx, &presented).await?;
    Ok(verdict.ok().map(|row| {
        let attributes = json!({
            "tenant": caller.ctx.tenant.as_str(),
            "credentials_id": row.id.as_str(),
        });
        json!({"result": "allow", "is_superuser": false, "client_attrs": attributes})
    }))
}

/// What EMQX calls `cert_pem` is a PEM text's base64 without the lines around it.
fn armoured(certificate: String) -> String {
    match certificate.contains("-----BEGIN ") {
        true => certificate,
        false => format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"),
    }
}

/// A session ends when its certificate does. EMQX goes on with the username that the client chose: nobody but the one in
/// the certificate has it.
async fn by_certificate(
    shared: &Shared,
    caller: &Integration,
    username: Option<String>,
    certificate: String,
) -> Result<Option<Value>, Error> {
    let presented = X509Presented::Chain(vec![armoured(certificate)]);
    let verdict = shared.service.x509_credentials_verify(&caller.ctx, &presented).await?;
    let accepted = verdict.ok().filter(|accepted| match &username {
        Some(username) => accepted.common_name() == Some(username),
        None => true,
    });
    Ok(accepted.map(|accepted| {
        let mut attributes = json!({"tenant": caller.ctx.tenant.as_str()});
        let ends_at = match accepted {
            X509Accepted::Credentials(row) => {
                attributes["credentials_id"] = row.id.as_str().into();
                row.not_after
            }
            X509Accepted::Foreign { trust_store, certificate } => {
                attributes["trust_store"] = trust_store.into();
                certificate.not_after()
            }
        };
        json!({
            "result": "allow",
            "is_superuser": false,
            "client_attrs": attributes,
            "expire_at": ends_at.as_secs(),
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::armoured;

    #[test]
    fn certificates_come_with_and_without_the_lines_of_pem() {
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        assert_eq!(armoured("MIIB".to_owned()), pem);
        assert_eq!(armoured(pem.to_owned()), pem);
    }
}
