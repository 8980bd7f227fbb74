//! nginx's `auth_request`: 2xx lets a request pass, 401 and 403 refuse it, and anything else is a 500 to the client.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use poem::{Request, Response, handler, http::StatusCode, web::Data, web::Path};
use vouchsafe_api::runtime;

use super::caller;
use crate::{
    http::{Shared, admin::basic, operations::named},
    service::{BasicPresented, Error, Integration, Reason, X509Accepted, X509Presented},
};

const OPERATION: &str = "nginx_auth";
const PATH: &str = "/integrations/nginx/auth";

/// What nginx is told.
enum Decision {
    /// Whoever asks is who they say: names and values of headers for what is behind the proxy.
    Pass(Vec<(&'static str, String)>),
    /// Nobody, or somebody else: they may try again.
    Unauthorized,
    /// Not now.
    Forbidden,
}

/// `GET /integrations/nginx/auth`
#[handler]
pub(in crate::http) async fn nginx_auth(request: &Request, shared: Data<&Arc<Shared>>) -> Response {
    answer(caller::in_time(decide(request, &shared, None)).await)
}

/// `GET /integrations/key/{key}/nginx/auth`
#[handler]
pub(in crate::http) async fn nginx_auth_with_key(
    request: &Request,
    shared: Data<&Arc<Shared>>,
    Path(key): Path<String>,
) -> Response {
    answer(caller::in_time(decide(request, &shared, Some(&key))).await)
}

fn answer(decision: Result<Decision, Error>) -> Response {
    let decision = decision.unwrap_or_else(|error| {
        tracing::warn!(%error, "nginx is told that a request is forbidden");
        Decision::Forbidden
    });
    let status = match decision {
        Decision::Pass(_) => StatusCode::NO_CONTENT,
        Decision::Unauthorized => StatusCode::UNAUTHORIZED,
        Decision::Forbidden => StatusCode::FORBIDDEN,
    };
    let mut response = Response::builder().status(status).finish();
    runtime::header(&mut response, "cache-control", "no-store");
    match decision {
        Decision::Pass(headers) => {
            for (name, value) in headers {
                runtime::header(&mut response, name, &value);
            }
        }
        Decision::Unauthorized => {
            runtime::header(&mut response, "www-authenticate", r#"Basic realm="vouchsafe", charset="UTF-8""#);
        }
        Decision::Forbidden => {}
    }
    named(response, OPERATION)
}

/// Turns whatever else there is into a refusal that nginx passes on.
pub(super) fn keep(mut response: Response) -> Response {
    let status = response.status();
    if !status.is_success() && !matches!(status.as_u16(), 401 | 403) {
        response = named(Response::builder().status(StatusCode::FORBIDDEN).finish(), OPERATION);
    }
    response
}

async fn decide(request: &Request, shared: &Shared, key: Option<&str>) -> Result<Decision, Error> {
    // Who has no key learns nothing, and sees no dialog of a browser either.
    let caller = caller::integration(request, shared, key, OPERATION, PATH).await?;
    if let Some((username, password)) = basic(request) {
        let client_address = caller::device(request, &shared.trusted_proxies);
        return by_password(shared, &caller, BasicPresented { username, password, client_address }).await;
    }
    match certificate(request, &caller) {
        Some(pem) => by_certificate(shared, &caller, pem).await,
        None => Ok(Decision::Unauthorized),
    }
}

async fn by_password(
    shared: &Shared,
    caller: &Integration,
    presented: BasicPresented,
) -> Result<Decision, Error> {
    Ok(match shared.service.basic_credentials_verify(&caller.ctx, &presented).await? {
        Ok(row) => Decision::Pass(vec![
            ("x-vouchsafe-tenant", caller.ctx.tenant.to_string()),
            ("x-vouchsafe-credentials-id", row.id.to_string()),
            ("x-vouchsafe-username", row.username.to_string()),
        ]),
        Err(rejection) => refusal(rejection.reason),
    })
}

async fn by_certificate(shared: &Shared, caller: &Integration, pem: String) -> Result<Decision, Error> {
    let presented = X509Presented::Chain(vec![pem]);
    Ok(match shared.service.x509_credentials_verify(&caller.ctx, &presented).await? {
        Ok(accepted) => {
            let name = accepted.common_name().map(str::to_owned);
            let mut headers = vec![("x-vouchsafe-tenant", caller.ctx.tenant.to_string())];
            headers.push(match accepted {
                X509Accepted::Credentials(row) => ("x-vouchsafe-credentials-id", row.id.to_string()),
                // A name that somebody else has given is not one of ours.
                X509Accepted::Foreign { trust_store, .. } => ("x-vouchsafe-trust-store", trust_store),
            });
            headers.extend(name.map(|name| ("x-vouchsafe-common-name", name)));
            Decision::Pass(headers)
        }
        Err(rejection) => refusal(rejection.reason),
    })
}

/// The client certificate that nginx has verified the possession of, PEM. It counts only from a caller whose key says so,
/// and only with SUCCESS: any client can write such headers, where a proxy doesn't overwrite them.
fn certificate(request: &Request, caller: &Integration) -> Option<String> {
    if !caller.client_certificates || only(request, "x-ssl-client-verify")? != "SUCCESS" {
        return None;
    }
    let escaped = only(request, "x-ssl-client-cert")?;
    Some(percent_decode_str(escaped).decode_utf8().ok()?.into_owned())
}

/// A header's one value. Of two, one is the client's own, beside that of a proxy that adds where it should set.
fn only<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

/// What is for good, or can be mended by other credentials, is 401; what ends by waiting or by an operator, 403.
const fn refusal(reason: Reason) -> Decision {
    match reason {
        Reason::Suspended | Reason::Locked | Reason::RevocationUnknown => Decision::Forbidden,
        _ => Decision::Unauthorized,
    }
}
