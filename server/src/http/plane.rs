//! The tenant plane: who calls, on whose credentials, with which scopes.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use poem::Request;
use vouchsafe_api::runtime::{BadInput, Operation, Plane};
use vouchsafe_domain::{Scope, ScopeSet, TenantId, Timestamp};

use super::{Shared, error::HttpError, origin::origin};
use crate::{
    auth::{Principal, TokenError},
    service::{Ctx, Error, Origin, Refusal, Settings},
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
        let origin = origin(request, operation.id);
        let ctx = match self.ctx(request, &origin).await {
            Ok(ctx) => ctx,
            Err(error @ Error::Unauthenticated { .. }) => {
                let reason = "no valid access token";
                self.0.service.refused(Refusal::unknown(&origin, operation.path, reason));
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        // Before the body is read: who may not call learns nothing from it.
        for scope in operation.scopes().iter().filter_map(|scope| Scope::parse(scope)) {
            if let Err(error) = ctx.require(scope) {
                self.refused(&ctx.tenant, &ctx.actor, &origin, "the access token lacks a scope");
                return Err(error.into());
            }
        }
        Ok(ctx)
    }

    fn refuse(&self, _: &Request, input: BadInput) -> HttpError {
        input.into()
    }
}

impl TenantPlane {
    async fn ctx(&self, request: &Request, origin: &Origin) -> Result<Ctx, Error> {
        let mut settings = self.0.service.settings(origin.now).await?;
        let Principal { tenant, actor, scopes } = match self.0.auth_enabled {
            true => self.verify(bearer(request)?, &settings, origin.now).await?,
            false => Principal {
                tenant: TenantId::parse("default")?,
                actor: ANONYMOUS.to_owned(),
                scopes: ScopeSet::all(),
            },
        };
        if !settings.tenants.contains_key(&tenant) {
            // A command or another replica may have made it a moment ago.
            settings = self.0.service.latest_settings(origin.now).await?;
        }
        if !settings.tenants.contains_key(&tenant) {
            return Err(refuse("the access token's tenant does not exist".to_owned(), true));
        }
        let (address, request_id, now) = (origin.address.clone(), origin.request_id.clone(), origin.now);
        Ok(Ctx { tenant, actor, scopes, settings, address, request_id, now })
    }

    /// By our own key; or by an issuer that a tenant trusts, whose tokens are for that tenant, whatever they say.
    async fn verify(&self, token: &str, settings: &Settings, now: Timestamp) -> Result<Principal, Error> {
        let verified = self.0.issuers.verify(token, &settings.issuers, now).await;
        let verified = verified.map_err(|error| match error {
            TokenError::Unreachable => Error::Busy,
            error => refuse(error.to_string(), true),
        });
        match verified? {
            Some(external) => Ok(external),
            None => self.0.tokens.verify(token, now).map_err(|error| refuse(error.to_string(), true)),
        }
    }

    fn refused(&self, tenant: &TenantId, actor: &str, origin: &Origin, reason: &'static str) {
        let (mut refusal, at, request_id) = Refusal::of(origin, actor.to_owned(), reason);
        refusal.tenant = Some(tenant.clone());
        self.0.service.refused((refusal, at, request_id));
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
