//! Certificate authorities, opened with the master key and kept at hand.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use anyhow::Context;
use vouchsafe_domain::{KeyType, TenantId, Timestamp};
use vouchsafe_pki::{Authority, KeyPair, MasterKey};
use vouchsafe_store::{AuthorityRow, SealedKey, Store};

use super::Error;

/// The platform CA's id. No tenant can have it.
pub const PLATFORM: &str = "platform";

/// The CAs of one database.
pub struct Authorities {
    store: Store,
    master_key: Arc<MasterKey>,
    open: RwLock<HashMap<String, Arc<Authority>>>,
}

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authorities").finish_non_exhaustive()
    }
}

impl Authorities {
    /// None open yet.
    #[must_use]
    pub fn new(store: Store, master_key: Arc<MasterKey>) -> Self {
        Self { store, master_key, open: RwLock::default() }
    }

    /// The key that opens them, and whatever else is sealed.
    pub(super) fn master_key(&self) -> &MasterKey {
        &self.master_key
    }

    /// A new tenant's CA under the platform's, not stored yet.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub(super) async fn create(
        &self,
        tenant: &TenantId,
        key_type: KeyType,
        ttl: Duration,
        now: Timestamp,
    ) -> Result<AuthorityRow, Error> {
        let platform = self.get(PLATFORM).await?;
        let (tenant, master_key) = (tenant.clone(), Arc::clone(&self.master_key));
        let make = move || {
            let authority = platform.create_tenant(&tenant, KeyPair::generate(key_type)?, now, ttl)?;
            authority_row(tenant.as_str(), Some(tenant.clone()), &authority, key_type, &master_key, now)
        };
        let made = tokio::task::spawn_blocking(make).await.map_err(anyhow::Error::from);
        made.and_then(|row| row).map_err(Error::internal("making a tenant's certificate authority"))
    }

    /// The CA with that id: `platform` or a tenant's.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Internal`] when its key can't be opened.
    pub async fn get(&self, id: &str) -> Result<Arc<Authority>, Error> {
        let known = self.open.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(authority) = known {
            return Ok(authority);
        }
        let row = self.store.authority_get(id).await?.ok_or(Error::NotFound("tenant"))?;
        let authority =
            open(&row, &self.master_key).map_err(Error::internal("opening a certificate authority"))?;
        let authority = Arc::new(authority);
        self.open
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned(), Arc::clone(&authority));
        Ok(authority)
    }
}

/// Decrypts an authority's key.
///
/// # Errors
/// When the master key is another one, or the row is damaged.
fn open(row: &AuthorityRow, master_key: &MasterKey) -> anyhow::Result<Authority> {
    let key = master_key.open(row.sealed_key.as_bytes(), row.id.as_bytes())?;
    let key = KeyPair::from_pkcs8_der(&key)?;
    Authority::load(&format!("{}\n{}", row.certificate_pem, row.chain_pem), key)
        .context("loading the certificate")
}

/// An authority as a row, its key encrypted with the row's id as associated data.
///
/// # Errors
/// When the system has no randomness to give.
pub fn authority_row(
    id: &str,
    tenant: Option<TenantId>,
    authority: &Authority,
    key_type: KeyType,
    master_key: &MasterKey,
    now: Timestamp,
) -> anyhow::Result<AuthorityRow> {
    let certificate_pem = authority.certificate_pem().to_owned();
    let chain = authority.chain_pem();
    Ok(AuthorityRow {
        id: id.to_owned(),
        tenant,
        chain_pem: chain.strip_prefix(&certificate_pem).unwrap_or(&chain).trim_start().to_owned(),
        certificate_pem,
        sealed_key: SealedKey::new(master_key.seal(&authority.key_pair().to_pkcs8_der(), id.as_bytes())?),
        key_type,
        created_at: now,
    })
}
