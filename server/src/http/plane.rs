//! The tenant plane: who calls, on whose credentials, with which scopes.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use poem::Request;
use vouchsafe_api::runtime::{Operation, Plane};
use vouchsafe_domain::{Scope, ScopeSet, TenantId};

use super::{Shared, error::HttpError, middleware::RequestId};
use crate::{
    clock,
    service::{Ctx, Error},
};

/// The operations under `/api/v1`.
#[derive(Debug)]
pub struct TenantPlane(pub Arc<Shared>);

/// Who a request without a token is, where none is asked for.
const ANONYMOUS: &str = "anonymous";

impl Plane for TenantPlane {
    type Caller = Ctx;
    type Error = HttpError;

    async fn authorize(&self, request: &Request, operation: &'static Operation) -> Result<Ctx, HttpError> {
        let ctx = self.ctx(request)?;
        // Before the body is read: who may not call learns nothing from it.
        for scope in operation.scopes().iter().filter_map(|scope| Scope::parse(scope)) {
            ctx.require(scope)?;
        }
        Ok(ctx)
    }
}

impl TenantPlane {
    fn ctx(&self, request: &Request) -> Result<Ctx, Error> {
        let now = clock::now();
        let request_id = request.data::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        if !self.0.auth_enabled {
            let tenant = TenantId::parse("default")?;
            return Ok(Ctx { tenant, actor: ANONYMOUS.to_owned(), scopes: ScopeSet::all(), request_id, now });
        }
        let token = bearer(request)?;
        let claims = self.0.tokens.verify(token, now).map_err(|error| refuse(error.to_string(), true))?;
        let scopes = claims.scopes();
        let tenant = TenantId::parse(claims.tenant)
            .map_err(|_| refuse("the access token names no tenant".to_owned(), true))?;
        Ok(Ctx { tenant, actor: claims.client_id, scopes, request_id, now })
    }
}

fn refuse(message: String, token_sent: bool) -> Error {
    Error::Unauthenticated { message, token_sent }
}

/// The token of `Authorization: Bearer` (RFC 6750 section 2.1).
fn bearer(request: &Request) -> Result<&str, Error> {
    let missing =
        || refuse("an access token is needed: send 'Authorization: Bearer TOKEN'".to_owned(), false);
    let header = request.headers().get(AUTHORIZATION).ok_or_else(missing)?;
    let malformed = || refuse("the Authorization header is malformed".to_owned(), true);
    let (scheme, token) = header.to_str().map_err(|_| malformed())?.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    Ok(token.trim())
}
