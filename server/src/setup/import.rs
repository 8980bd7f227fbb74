//! Puts an operator's own platform CA in the place of ours.

use std::time::Duration;

use anyhow::Context;
use vouchsafe_domain::KeyType;
use vouchsafe_pki::{Authority, KeyAlgorithm};
use vouchsafe_store::TenantRow;

use super::{Ready, audit, tenant::ca_lifetime};
use crate::{
    clock,
    config::Config,
    service::{Authorities, PLATFORM, authority_row},
};

/// Replaces the platform CA and renews every tenant's CA certificate under it, with the tenant's old key: certificates
/// issued before are valid under the new chain too. Running servers must be restarted.
///
/// # Errors
/// When a tenant's CA can't be renewed; then nothing has changed.
pub async fn import_platform(config: &Config, ready: &Ready, platform: &Authority) -> anyhow::Result<usize> {
    let (now, lifetime) = (clock::now(), ca_lifetime(config));
    // Taken before the tenants are read: none is made meanwhile.
    let mut tx = ready.store.begin_configuration().await?;
    let authorities = Authorities::new(ready.store.clone(), ready.master_key.clone());
    let tenants = all_tenants(ready).await?;
    let mut rows = vec![authority_row(PLATFORM, None, platform, key_type(platform), &ready.master_key, now)?];
    for TenantRow { id, .. } in &tenants {
        let old =
            authorities.get(id.as_str()).await.with_context(|| format!("opening the CA of tenant {id}"))?;
        let renewed = renew(platform, &old, id, now, lifetime)?;
        rows.push(authority_row(
            id.as_str(),
            Some(id.clone()),
            &renewed,
            key_type(&old),
            &ready.master_key,
            now,
        )?);
    }
    for row in rows {
        tx.authority_put(row).await?;
    }
    // The list that is there is the old CA's.
    tx.revocation_list_expire(PLATFORM, now).await?;
    tx.record(audit("ca_import", None, PLATFORM));
    tx.commit().await?;
    Ok(tenants.len())
}

fn renew(
    platform: &Authority,
    old: &Authority,
    tenant: &vouchsafe_domain::TenantId,
    now: vouchsafe_domain::Timestamp,
    lifetime: Duration,
) -> anyhow::Result<Authority> {
    let key = vouchsafe_pki::KeyPair::from_pkcs8_der(&old.key_pair().to_pkcs8_der())?;
    Ok(platform.create_tenant(tenant, key, now, lifetime)?)
}

async fn all_tenants(ready: &Ready) -> anyhow::Result<Vec<TenantRow>> {
    let mut tenants: Vec<TenantRow> = Vec::new();
    loop {
        let page = ready.store.tenants_page(tenants.last().map(|row| &row.id), 1000).await?;
        if page.is_empty() {
            return Ok(tenants);
        }
        tenants.extend(page);
    }
}

/// The kind of an authority's key, as far as the row tells kinds apart.
pub(super) fn key_type(authority: &Authority) -> KeyType {
    match authority.key_pair().algorithm() {
        KeyAlgorithm::Rsa => KeyType::Rsa2048,
        KeyAlgorithm::EcP256 => KeyType::EcP256,
        KeyAlgorithm::EcP384 => KeyType::EcP384,
        KeyAlgorithm::Ed25519 => KeyType::Ed25519,
    }
}
