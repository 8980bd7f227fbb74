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

use super::{
    Error,
    configuration::{BUILT_IN, TENANTS, TRUST_STORES},
    trust::Trust,
};
use crate::{
    auth::{ConfiguredIssuers, IssuerConfig},
    outbound::Client,
};

const FRESH: i64 = 1_000_000;

/// The tenants' settings as last read.
#[derive(Debug)]
pub(super) struct Tenants {
    known: RwLock<Option<Known>>,
    outbound: Arc<Client>,
    /// The trust store that https servers are verified by.
    outbound_trust_store: Option<String>,
}

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
    /// The trust stores by their keys.
    pub trust_stores: HashMap<String, Trust>,
}

impl Tenants {
    pub(super) fn new(outbound: Arc<Client>, outbound_trust_store: Option<String>) -> Self {
        Self { known: RwLock::default(), outbound, outbound_trust_store }
    }

    /// The settings, at most a second old.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn get(&self, store: &Store, now: Timestamp) -> Result<Arc<Settings>, Error> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = &known
            && (known.read_at.as_micros() - now.as_micros()).abs() < FRESH
        {
            return Ok(Arc::clone(&known.all));
        }
        let revision = store.configuration_revision().await?;
        let all = match known {
            Some(known) if known.all.revision == revision => known.all,
            _ => {
                let all = read(store, revision).await?;
                self.pin(&all);
                Arc::new(all)
            }
        };
        let fresh = Known { read_at: now, all: Arc::clone(&all) };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Who was slow to read must not put the old in the place of the new.
        if known.as_ref().is_none_or(|known| known.all.revision <= revision) {
            *known = Some(fresh);
        }
        Ok(all)
    }

    /// Has https servers verified by the trust store of the settings. One that isn't there trusts nobody: a typing error
    /// must not open what was to be closed.
    fn pin(&self, settings: &Settings) {
        let Some(key) = &self.outbound_trust_store else { return };
        let trust = settings.trust_stores.get(key);
        if trust.is_none() {
            tracing::error!(key, "outbound.trust_store names no trust store: calls by https fail");
        }
        let anchors = trust.map(Trust::anchors).unwrap_or_default();
        self.outbound.pin(anchors.iter().map(|anchor| anchor.certificate_der().clone()).collect());
    }

    /// Makes the next request look whether they have changed.
    pub(super) fn recheck(&self) {
        if let Some(known) = &mut *self.known.write().unwrap_or_else(PoisonError::into_inner) {
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
    Ok(Settings { revision, tenants, issuers, trust_stores: trust_stores(store).await? })
}

/// All trust stores. One that is damaged vouches for nobody.
async fn trust_stores(store: &Store) -> Result<HashMap<String, Trust>, Error> {
    let mut trust_stores = HashMap::from([(BUILT_IN.to_owned(), Trust::built_in())]);
    for row in store.configuration_children(TRUST_STORES).await? {
        let read = serde_json::from_value(row.body).map_err(anyhow::Error::from);
        match read.and_then(|stored| Trust::custom(&stored)) {
            Ok(trust) => {
                let key = row.path.rsplit('/').next().unwrap_or_default().to_owned();
                trust_stores.insert(key, trust);
            }
            Err(error) => {
                tracing::error!(path = row.path, error = format!("{error:#}"), "a trust store is damaged")
            }
        }
    }
    Ok(trust_stores)
}
