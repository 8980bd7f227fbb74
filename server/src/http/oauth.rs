//! The token endpoint (RFC 6749 section 4.4), its keys (RFC 7517) and its metadata (RFC 8414).

use std::{collections::HashMap, sync::Arc};

use data_encoding::BASE64;
use http::{HeaderMap, header::AUTHORIZATION};
use poem::{Body, Request, Response, handler, web::Data};
use serde_json::json;
use vouchsafe_api::runtime;
use vouchsafe_domain::{Scope, ScopeSet, Secret};

use super::{Shared, operations::named, origin::origin};
use crate::{
    clock,
    service::{self, Error},
};

/// The most bytes of a token request.
const LIMIT: usize = 16 * 1024;

/// Why a token request fails: RFC 6749 section 5.2.
#[derive(Debug, Clone, Copy)]
enum Refusal {
    InvalidRequest(&'static str),
    InvalidClient,
    UnsupportedGrantType,
    InvalidScope,
    Busy,
    ServerError,
}

impl Refusal {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Self::InvalidRequest(why) => (400, "invalid_request", why),
            Self::InvalidClient => (401, "invalid_client", "the client or its secret is unknown"),
            Self::UnsupportedGrantType => {
                (400, "unsupported_grant_type", "grant_type must be client_credentials")
            }
            Self::InvalidScope => (400, "invalid_scope", "a scope is unknown or not granted to the client"),
            Self::Busy => (503, "temporarily_unavailable", "the server is busy, try again"),
            Self::ServerError => (500, "server_error", "internal server error"),
        };
        let mut response = runtime::json(status, &json!({"error": error, "error_description": description}));
        if matches!(self, Self::InvalidClient) {
            runtime::header(&mut response, "www-authenticate", r#"Basic realm="vouchsafe""#);
        }
        if matches!(self, Self::Busy) {
            runtime::header(&mut response, "retry-after", "1");
        }
        response
    }
}

/// `POST /oauth2/token`
#[handler]
pub(super) async fn token(request: &Request, body: Body, shared: Data<&Arc<Shared>>) -> Response {
    let mut response = match issue(request.headers(), body, &shared).await {
        Ok(response) => response,
        Err(refusal) => {
            if matches!(refusal, Refusal::InvalidClient) {
                let origin = origin(request, "token_create");
                shared.service.refused(service::Refusal::of(
                    &origin,
                    "unknown".to_owned(),
                    "wrong client credentials",
                ));
            }
            refusal.into_response()
        }
    };
    runtime::header(&mut response, "cache-control", "no-store");
    runtime::header(&mut response, "pragma", "no-cache");
    named(response, "token_create")
}

async fn issue(headers: &HeaderMap, body: Body, shared: &Shared) -> Result<Response, Refusal> {
    let form = form(headers, body).await?;
    match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => {}
        Some(_) => return Err(Refusal::UnsupportedGrantType),
        None => return Err(Refusal::InvalidRequest("grant_type is missing")),
    }
    let (id, secret) = client(headers, &form)?;
    let client = shared.service.client_authenticate(&id, &secret).await.map_err(|error| match error {
        Error::Unauthenticated { .. } => Refusal::InvalidClient,
        Error::Busy => Refusal::Busy,
        error => {
            tracing::error!(?error, "a token request failed");
            Refusal::ServerError
        }
    })?;
    let scopes = match form.get("scope").filter(|scope| !scope.is_empty()) {
        None => client.scopes,
        Some(list) => requested(list, client.scopes)?,
    };
    let access_token = shared
        .tokens
        .issue(&client.tenant, &client.id, scopes, clock::now())
        .map_err(|_| Refusal::ServerError)?;
    Ok(runtime::json(
        200,
        &json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": shared.tokens.ttl_seconds(),
            "scope": scopes.to_string(),
        }),
    ))
}

/// The body, each parameter at most once (RFC 6749 section 3.2).
async fn form(headers: &HeaderMap, body: Body) -> Result<HashMap<String, String>, Refusal> {
    let media = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::InvalidRequest("the body must be application/x-www-form-urlencoded"));
    }
    let malformed = Refusal::InvalidRequest("the body is malformed or too long");
    let bytes = body.into_bytes_limit(LIMIT).await.map_err(|_| malformed)?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).map_err(|_| malformed)?;
    let count = pairs.len();
    let form: HashMap<_, _> = pairs.into_iter().collect();
    if form.len() != count {
        return Err(Refusal::InvalidRequest("a parameter is there twice"));
    }
    Ok(form)
}

/// The client's id and secret, by HTTP Basic or in the body, never both (RFC 6749 section 2.3).
fn client(headers: &HeaderMap, form: &HashMap<String, String>) -> Result<(String, Secret), Refusal> {
    let in_body = form.get("client_secret");
    let Some(header) = headers.get(AUTHORIZATION) else {
        let id = form.get("client_id").ok_or(Refusal::InvalidClient)?;
        return Ok((id.clone(), Secret::new(in_body.ok_or(Refusal::InvalidClient)?.as_str())));
    };
    if in_body.is_some() {
        return Err(Refusal::InvalidRequest("the client's secret is there twice"));
    }
    let (id, secret) =
        basic(header.to_str().map_err(|_| Refusal::InvalidClient)?).ok_or(Refusal::InvalidClient)?;
    if form.get("client_id").is_some_and(|other| *other != id) {
        return Err(Refusal::InvalidRequest("the client's id is there twice"));
    }
    Ok((id, secret))
}

/// `Basic base64(id:secret)`, each form-encoded first (RFC 6749 section 2.3.1).
fn basic(header: &str) -> Option<(String, Secret)> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64.decode(value.trim().as_bytes()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id)?, Secret::new(form_decoded(secret)?)))
}

fn form_decoded(text: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&format!("{text}=")).ok()?;
    match pairs.as_slice() {
        [] if text.is_empty() => Some(String::new()),
        [(name, value)] if value.is_empty() => Some(name.clone()),
        _ => None,
    }
}

fn requested(list: &str, granted: ScopeSet) -> Result<ScopeSet, Refusal> {
    let scopes: Option<ScopeSet> =
        list.split(' ').filter(|scope| !scope.is_empty()).map(Scope::parse).collect();
    scopes.filter(|scopes| !scopes.is_empty() && granted.is_superset(*scopes)).ok_or(Refusal::InvalidScope)
}

/// `GET /oauth2/jwks.json`
#[handler]
pub(super) fn jwks(shared: Data<&Arc<Shared>>) -> Response {
    named(runtime::json(200, &shared.tokens.jwks()), "jwks_get")
}

/// `GET /.well-known/oauth-authorization-server`
#[handler]
pub(super) fn metadata(shared: Data<&Arc<Shared>>) -> Response {
    let issuer = shared.tokens.issuer();
    let scopes: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let metadata = json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "jwks_uri": format!("{issuer}/oauth2/jwks.json"),
        "scopes_supported": scopes,
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    named(runtime::json(200, &metadata), "oauth_metadata_get")
}
