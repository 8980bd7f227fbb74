//! The admin plane: who calls, by which session, and whether an ACL lets them.

mod aaa;
mod alerting;
mod answers;
mod audit;
mod authentication;
mod configuration;
mod date_and_time;
mod failure;
mod management;
mod tenants;
mod transactions;
mod trust_stores;
mod x509_certificates;

use std::sync::Arc;

use http::header::{AUTHORIZATION, COOKIE};
use poem::Request;
use rustls_pki_types::CertificateDer;
use vouchsafe_api::runtime::{BadInput, Operation, Plane, SchemeKind};
use vouchsafe_domain::{Secret, access::Permission, configuration::canonical};

pub(super) use failure::{Failed, failure};

use super::{Shared, middleware::Renewal, origin::origin};
use crate::{
    listener::PeerCertificates,
    service::{AdminCtx, AdminError, Origin, Refusal},
};

/// The operations under `/api` that are not the tenant plane's.
#[derive(Debug)]
pub struct AdminPlane(pub Arc<Shared>);

/// Who calls an operation of the admin plane.
#[derive(Debug)]
pub enum AdminCaller {
    /// Nobody in particular.
    Anonymous(Origin),
    /// Somebody who logs in.
    Login(Login),
    /// A session.
    Session(AdminCtx),
}

/// What somebody who logs in shows.
#[derive(Debug)]
pub struct Login {
    /// Where they come from.
    pub origin: Origin,
    /// Name and password of HTTP Basic.
    pub basic: Option<(String, Secret)>,
    /// The connection's client certificates.
    pub certificates: Vec<CertificateDer<'static>>,
}

impl Plane for AdminPlane {
    type Caller = AdminCaller;
    type Error = Failed;

    async fn authorize(
        &self,
        request: &Request,
        operation: &'static Operation,
    ) -> Result<AdminCaller, Failed> {
        let origin = origin(request, operation.id);
        let path = origin.path.clone();
        match operation.security.map(|(scheme, _)| &scheme.kind) {
            None => Ok(AdminCaller::Anonymous(origin)),
            Some(SchemeKind::Basic) => Ok(AdminCaller::Login(login(request, origin))),
            Some(_) => {
                let ctx = self.session(request, operation, origin).await;
                Ok(AdminCaller::Session(ctx.map_err(|error| Failed::at(&path, error))?))
            }
        }
    }

    fn refuse(&self, request: &Request, input: BadInput) -> Failed {
        Failed::Input(request.uri().path().to_owned(), input)
    }
}

impl AdminPlane {
    /// The session of the cookie. Before the body is read: who may not call learns nothing from it.
    async fn session(
        &self,
        request: &Request,
        operation: &'static Operation,
        origin: Origin,
    ) -> Result<AdminCtx, AdminError> {
        let service = &self.0.service;
        let id = cookie(request).map(Secret::new);
        let ctx = match &id {
            Some(id) => service.authenticate(&origin, id).await,
            None => Err(AdminError::Unauthenticated),
        };
        let ctx = match ctx {
            Err(AdminError::Unauthenticated) => {
                service.refused(Refusal::unknown(&origin, operation.path, "no session"));
                return Err(AdminError::Unauthenticated);
            }
            ctx => ctx?,
        };
        if let (Some(id), Some(seconds), Some(renewal)) = (&id, ctx.renewed, request.data::<Renewal>()) {
            renewal.set(self.cookie(id.expose(), origin.now.as_secs() + i64::from(seconds)));
        }
        if let Some(permission) = needed(operation) {
            let path = canonical(&origin.path);
            if let Err(error) = ctx.require(path, permission) {
                service.refused(Refusal::of(&origin, ctx.username.clone(), "no ACL grants it"));
                return Err(error);
            }
        }
        Ok(ctx)
    }
}

/// What an ACL must grant: nothing for what a session does with itself and its own transaction, but to open one takes
/// something to write.
fn needed(operation: &Operation) -> Option<Permission> {
    let own = ["/api/authentication", "/api/transaction"];
    match operation.method {
        "POST" if operation.path == "/api/transaction" => Some(Permission::Write),
        _ if own.iter().any(|path| operation.path.starts_with(path)) => None,
        "GET" => Some(Permission::Read),
        // It changes nothing: whoever may see a trust store may ask it.
        "POST" if operation.id == "trust_stores_verify" => Some(Permission::Read),
        _ => Some(Permission::Write),
    }
}

fn login(request: &Request, origin: Origin) -> Login {
    let certificates = request.extensions().get::<PeerCertificates>();
    let certificates = certificates.map(|peer| peer.0.to_vec());
    Login { origin, basic: basic(request), certificates: certificates.unwrap_or_default() }
}

/// Name and password of `Authorization: Basic`, UTF-8 (RFC 7617 section 2.1).
pub(super) fn basic(request: &Request) -> Option<(String, Secret)> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = data_encoding::BASE64.decode(encoded.trim().as_bytes()).ok()?;
    let text = zeroize::Zeroizing::new(String::from_utf8(bytes).ok()?);
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), Secret::new(password)))
}

/// The session's id of the cookie `session_id` (RFC 6265 section 5.4).
fn cookie(request: &Request) -> Option<&str> {
    let headers = request.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = headers.flat_map(|header| header.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix("session_id="))
}
