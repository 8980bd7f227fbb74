//! What the tenant plane asks of the configuration: a tenant's profile and rules, the issuers that are trusted.
//!
//! Kept in memory and read again when the configuration's revision has changed, which is asked for once a second: a
//! commit counts here at once, on other replicas within that second.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use vouchsafe_domain::{TenantId, Timestamp, configuration::Tenant};
use vouchsafe_store::Store;

use super::{Error, configuration::TENANTS};
use crate::auth::{ConfiguredIssuers, IssuerConfig};

const FRESH: i64 = 1_000_000;

/// The tenants' settings as last read.
#[derive(Debug, Default)]
pub(super) struct Tenants(RwLock<Option<Known>>);

#[derive(Debug, Clone)]
struct Known {
    read_at: Timestamp,
    all: Arc<Settings>,
}

/// The settings of all tenants at one revision of the configuration.
#[derive(Debug)]
pub struct Settings {
    /// The configuration's revision.
    pub revision: i64,
    /// By tenant.
    pub tenants: HashMap<TenantId, Tenant>,
    /// The issuers of all tenants.
    pub issuers: ConfiguredIssuers,
}

impl Tenants {
    /// The settings, at most a second old.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn get(&self, store: &Store, now: Timestamp) -> Result<Arc<Settings>, Error> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = &known
            && (known.read_at.as_micros() - now.as_micros()).abs() < FRESH
        {
            return Ok(Arc::clone(&known.all));
        }
        let revision = store.configuration_revision().await?;
        let all = match known {
            Some(known) if known.all.revision == revision => known.all,
            _ => Arc::new(read(store, revision).await?),
        };
        let fresh = Known { read_at: now, all: Arc::clone(&all) };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(all)
    }

    /// Makes the next request look whether they have changed.
    pub(super) fn recheck(&self) {
        if let Some(known) = &mut *self.0.write().unwrap_or_else(PoisonError::into_inner) {
            known.read_at = Timestamp::from_micros(0);
        }
    }
}

async fn read(store: &Store, revision: i64) -> Result<Settings, Error> {
    let (mut tenants, mut issuers) = (HashMap::new(), Vec::new());
    for row in store.configuration_children(TENANTS).await? {
        let tenant: Tenant = serde_json::from_value(row.body)
            .map_err(|error| Error::Internal { context: "reading a stored tenant", source: error.into() })?;
        let trusted = tenant.external_issuers.iter().map(|issuer| IssuerConfig {
            tenant: tenant.id.clone(),
            issuer: issuer.issuer.as_str().to_owned(),
            audience: issuer.audience.as_str().to_owned(),
            clock_leeway: Duration::from_secs(issuer.clock_leeway_seconds.into()),
        });
        issuers.extend(trusted);
        tenants.insert(tenant.id.clone(), tenant);
    }
    // A token that was checked under other settings is checked again.
    let issuers = ConfiguredIssuers::new(revision.unsigned_abs(), issuers);
    Ok(Settings { revision, tenants, issuers })
}
