//! What a request's body becomes before it is staged: the body to store, and its secrets hashed or sealed.

use serde_json::{Value, json};
use vouchsafe_domain::{
    Password,
    configuration::{Finding, Kind, Secrets},
};
use vouchsafe_pki::{CertificateInfo, TrustAnchor};

use crate::service::{AdminCtx, AdminError, Service};

/// The most authorities of one trust store.
const AUTHORITIES: usize = 1000;
/// The most bytes of a trust store as it is answered, so that it can be sent back: the limit of a body.
const STORE: usize = 1024 * 1024;

/// A body that keeps every rule of its kind, and what was secret in it.
pub(super) struct Input {
    pub(super) body: Value,
    pub(super) secrets: Secrets,
    /// The hash of a user's new password.
    pub(super) password_hash: Option<String>,
}

impl Service {
    /// Reads a body. Passwords are hashed here, before any lock is taken.
    pub(super) async fn input(&self, ctx: &AdminCtx, kind: Kind, body: Value) -> Result<Input, AdminError> {
        let read = match kind {
            Kind::TrustStores => derive(body).and_then(|body| kind.parse(body)),
            _ => kind.parse(body),
        };
        let parsed = read.map_err(|findings| syntactic(ctx, findings))?;
        self.not_ourselves(ctx, kind, &parsed.body)?;
        let password_hash = match (kind, parsed.secrets.get("password")) {
            (Kind::Users, Some(password)) => {
                let password = Password::parse(password.expose()).map_err(crate::service::Error::from)?;
                Some(self.passwords.hash(password.expose()).await?)
            }
            _ => None,
        };
        Ok(Input { body: parsed.body, secrets: parsed.secrets, password_hash })
    }
}

impl Service {
    /// Our own tokens name their tenant themselves: as an external issuer we would give one tenant's to another.
    fn not_ourselves(&self, ctx: &AdminCtx, kind: Kind, body: &Value) -> Result<(), AdminError> {
        let issuers =
            body.get("external_issuers").and_then(Value::as_array).filter(|_| kind == Kind::Tenants);
        let own = |issuer: &Value| issuer.get("issuer").and_then(Value::as_str) == Some(&*self.issuer);
        match issuers.and_then(|issuers| issuers.iter().position(own)) {
            None => Ok(()),
            Some(index) => {
                let path = format!("/external_issuers/{index}/issuer");
                let message = "is this server itself, whose tokens are trusted anyway".to_owned();
                Err(syntactic(ctx, vec![Finding { path, message }]))
            }
        }
    }
}

/// Findings in a request's body, with the request's path before them.
pub(in crate::service) fn syntactic(ctx: &AdminCtx, findings: Vec<Finding>) -> AdminError {
    let absolute = |finding: Finding| Finding { path: format!("{}{}", ctx.path, finding.path), ..finding };
    AdminError::Syntactic(findings.into_iter().map(absolute).collect())
}

/// Puts what certificates say in the place of what was sent about them: a bare PEM becomes an object, derived members
/// that were sent must be true.
fn derive(mut body: Value) -> Result<Value, Vec<Finding>> {
    let Some(authorities) = body.get_mut("authorities").and_then(Value::as_array_mut) else {
        return Ok(body);
    };
    if authorities.len() > AUTHORITIES {
        let message = format!("must not have more than {AUTHORITIES} authorities");
        return Err(vec![Finding { path: "/authorities".to_owned(), message }]);
    }
    let mut findings = Vec::new();
    for (index, authority) in authorities.iter_mut().enumerate() {
        match derive_one(authority) {
            Ok(derived) => *authority = derived,
            Err((field, message)) => {
                findings.push(Finding { path: format!("/authorities/{index}{field}"), message })
            }
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    if body.to_string().len() > STORE {
        let message =
            "are too many: as it is read, the trust store must fit into 1 MiB, so that it can be sent back";
        return Err(vec![Finding { path: "/authorities".to_owned(), message: message.to_owned() }]);
    }
    Ok(body)
}

fn derive_one(sent: &Value) -> Result<Value, (String, String)> {
    let (pem, at) = match sent {
        Value::String(pem) => (pem.as_str(), ""),
        sent => (sent.get("pem").and_then(Value::as_str).unwrap_or_default(), "/pem"),
    };
    let anchor = TrustAnchor::from_pem(pem).map_err(|error| (at.to_owned(), error.to_string()))?;
    let certificate = anchor.info();
    let algorithm = CertificateInfo::FINGERPRINT_ALGORITHM;
    let derived = json!({
        "fingerprint": {"digest": certificate.fingerprint, "hash_algorithm": algorithm},
        "issuer": certificate.issuer,
        "pem": certificate.pem,
        "subject": certificate.subject,
    });
    for field in ["fingerprint", "issuer", "subject"] {
        if sent.get(field).is_some_and(|sent| *sent != derived[field]) {
            let message = "does not match the certificate: leave it out, or send it as it is read".to_owned();
            return Err((format!("/{field}"), message));
        }
    }
    Ok(derived)
}
