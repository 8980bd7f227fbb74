//! Secrets of the configuration that must be told to others (SMTP, SNMP): sealed under the master key, by field name.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::Value;
use vouchsafe_domain::{
    Secret,
    configuration::{Finding, Kind, Secrets},
};
use zeroize::Zeroizing;

use super::{input::syntactic, last};
use crate::service::{AdminCtx, AdminError, Service};

impl Service {
    /// The secrets that go with a body: those sent, and of those stored what the body still needs.
    pub(super) fn seal(
        &self,
        ctx: &AdminCtx,
        kind: Kind,
        path: &str,
        body: &Value,
        sent: &Secrets,
        before: Option<(&Value, &[u8])>,
    ) -> Result<Option<Vec<u8>>, AdminError> {
        let needed: Vec<String> =
            kind.missing_secrets(body, &[]).iter().map(|finding| last(&finding.path).to_owned()).collect();
        let mut secrets = match before {
            // Who may change the server, but doesn't know the password, must not have it sent to a server of theirs.
            Some((old, sealed)) if destination(kind, old) == destination(kind, body) => {
                self.unseal(path, sealed)?
            }
            _ => BTreeMap::new(),
        };
        secrets.retain(|name, _| needed.contains(name));
        for (name, secret) in sent.iter() {
            secrets.insert(name.to_owned(), Secret::new(secret.expose()));
        }
        let have: Vec<&str> = secrets.keys().map(String::as_str).collect();
        let missing: Vec<Finding> = kind.missing_secrets(body, &have);
        if !missing.is_empty() {
            return Err(syntactic(ctx, missing));
        }
        if secrets.is_empty() {
            return Ok(None);
        }
        let plain: BTreeMap<&str, &str> =
            secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose())).collect();
        let json = Zeroizing::new(serde_json::to_vec(&plain).map_err(|error| failed(error.into()))?);
        let sealed = self.master_key().seal(&json, path.as_bytes()).map_err(|error| failed(error.into()))?;
        Ok(Some(sealed))
    }

    /// Opens what [`Service::seal`] sealed.
    pub(super) fn unseal(&self, path: &str, sealed: &[u8]) -> Result<BTreeMap<String, Secret>, AdminError> {
        let json = self
            .master_key()
            .open(sealed, path.as_bytes())
            .context("is the master key another one?")
            .map_err(failed)?;
        let plain: BTreeMap<String, String> =
            serde_json::from_slice(&json).map_err(|error| failed(error.into()))?;
        Ok(plain.into_iter().map(|(name, text)| (name, Secret::new(text))).collect())
    }
}

/// Where a body has its secrets sent to, and how they are protected on the way.
fn destination(kind: Kind, body: &Value) -> Vec<Option<&Value>> {
    let parts: &[&str] = match kind {
        Kind::Email => &["/smtp_server", "/smtp_encryption"],
        // From messages under a key that comes of a password, the password can be guessed.
        Kind::SnmpTrap => &["/version/value/server", "/version/value/engine_id"],
        _ => &[],
    };
    parts.iter().map(|part| body.pointer(part)).collect()
}

fn failed(error: anyhow::Error) -> AdminError {
    AdminError::internal("sealing secrets of the configuration")(error)
}
