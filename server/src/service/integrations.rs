//! Proxies and brokers that ask on behalf of devices: each proves itself with an integration key, and speaks for one tenant.

use vouchsafe_domain::{Scope, ScopeSet, Secret};

use super::{Ctx, Error, Service, sessions::Origin};
use crate::auth::hash_secret;

/// Somebody who has shown an integration key.
#[derive(Debug, Clone)]
pub struct Integration {
    /// For whom they speak, and that they may have credentials verified.
    pub ctx: Ctx,
    /// Whether client certificates that they pass on count.
    pub client_certificates: bool,
}

impl Service {
    /// Who has that key.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], [`Error::Busy`].
    pub async fn integration(&self, origin: &Origin, key: &Secret) -> Result<Integration, Error> {
        let row = self.store.integration_key_get(&hash_secret(key)).await?.ok_or_else(unknown)?;
        let mut settings = self.settings(origin.now).await?;
        if !settings.tenants.contains_key(&row.tenant) {
            settings = self.latest_settings(origin.now).await?;
        }
        let verify = [Scope::BasicCredentialsVerify, Scope::X509CredentialsVerify];
        let ctx = Ctx {
            tenant: row.tenant,
            actor: format!("integration key {}", row.name),
            scopes: verify.into_iter().collect::<ScopeSet>(),
            settings,
            address: origin.address.clone(),
            request_id: origin.request_id.clone(),
            now: origin.now,
        };
        Ok(Integration { ctx, client_certificates: row.client_certificates })
    }
}

fn unknown() -> Error {
    Error::Unauthenticated { message: "the integration key is unknown".to_owned(), token_sent: true }
}
