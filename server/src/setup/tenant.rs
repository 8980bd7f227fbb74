//! Makes tenants, each with its CA.

use std::time::Duration;

use anyhow::{Context, bail};
use vouchsafe_domain::{KeyType, TenantId, Timestamp};
use vouchsafe_pki::{Authority, KeyPair, MasterKey};
use vouchsafe_store::{TenantRow, Tx};

use super::{Newcomers, Ready, adopt, audit};
use crate::{
    clock,
    config::Config,
    service::{Authorities, PLATFORM, authority_row, tombstone},
};

/// The key type of new CAs. The setting was checked when it was read.
pub(super) fn ca_key_type(config: &Config) -> KeyType {
    KeyType::parse(&config.pki.ca_key_type).unwrap_or(KeyType::Rsa2048)
}

pub(super) fn ca_lifetime(config: &Config) -> Duration {
    Duration::from_secs(u64::from(config.pki.ca_ttl_days) * 86_400)
}

pub(super) async fn insert(
    tx: &Tx,
    config: &Config,
    tenant: &TenantId,
    platform: &Authority,
    master_key: &MasterKey,
    now: Timestamp,
) -> anyhow::Result<()> {
    let key_type = ca_key_type(config);
    let authority = platform.create_tenant(tenant, KeyPair::generate(key_type)?, now, ca_lifetime(config))?;
    tx.tenant_insert(&TenantRow { id: tenant.clone(), created_at: now }).await?;
    let row = authority_row(tenant.as_str(), Some(tenant.clone()), &authority, key_type, master_key, now)?;
    Ok(tx.authority_insert(row).await?)
}

/// Makes a tenant and its CA.
///
/// # Errors
/// When there is one with that id.
pub async fn create_tenant(config: &Config, ready: &Ready, tenant: &TenantId) -> anyhow::Result<()> {
    let authorities = Authorities::new(ready.store.clone(), ready.master_key.clone());
    let platform = authorities.get(PLATFORM).await.context("opening the platform CA")?;
    // The same lock as a change of the platform CA, which renews every tenant's.
    let mut tx = ready.store.begin_configuration().await?;
    if tx.setting(&tombstone(tenant)).await?.is_some() {
        bail!("{tenant} was the id of a tenant that is deleted: choose another");
    }
    let now = clock::now();
    insert(&tx, config, tenant, &platform, &ready.master_key, now).await?;
    let tenants = vec![(tenant.clone(), ca_key_type(config))];
    adopt(&tx, Newcomers { tenants, ..Newcomers::default() }, now).await?;
    tx.record(audit("tenant_create", Some(tenant), tenant.as_str()));
    Ok(tx.commit().await?)
}
