//! What the server does: one method an operation, each in its resource's file. It decides and writes; it knows
//! nothing of HTTP.

mod authorities;
mod basic_credentials;
mod clients;
mod ctx;
mod error;
mod ids;
mod listing;
mod names;
mod record;
mod x509_credentials;

use std::sync::Arc;

use vouchsafe_domain::{KeyType, TenantId};
use vouchsafe_pki::KeyPool;
use vouchsafe_store::Store;

pub use authorities::{Authorities, PLATFORM, authority_row};
pub use basic_credentials::BasicCreated;
pub use ctx::Ctx;
pub use error::Error;
pub use listing::Page;
pub use x509_credentials::{KeyRequest, X509Issued};

use crate::{auth::PasswordHasher, telemetry::Metrics, work_queue::WorkQueue};
use ids::CredentialsIds;

/// The operations and what they stand on.
pub struct Service {
    store: Store,
    passwords: PasswordHasher,
    authorities: Authorities,
    ids: CredentialsIds,
    key_pool: KeyPool,
    key_queue: WorkQueue,
    /// The host under which clients reach this server: no tenant may have a certificate for it.
    own_host: String,
    metrics: Arc<Metrics>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// How many key generations may wait.
const WAITING_KEYS: usize = 64;

impl Service {
    /// The operations on a store.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new(
        store: Store,
        passwords: PasswordHasher,
        authorities: Authorities,
        key_pool: usize,
        own_host: String,
        metrics: Arc<Metrics>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            store,
            passwords,
            authorities,
            ids: CredentialsIds::new()?,
            key_pool: KeyPool::new(key_pool),
            key_queue: WorkQueue::new(WAITING_KEYS),
            own_host,
            metrics,
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.store.ping().await?)
    }

    /// Brings the numbers of the database's connections to the metrics.
    pub fn observe_pool(&self) {
        let pools = self.store.status().pools;
        let sum = |count: fn(&vouchsafe_store::PoolStatus) -> u32| pools.iter().map(count).sum::<u32>();
        self.metrics.database_pool(sum(|pool| pool.size), sum(|pool| pool.idle));
    }

    /// The platform CA's certificate, PEM.
    ///
    /// # Errors
    /// [`Error::Internal`], [`Error::Busy`].
    pub async fn platform_certificate(&self) -> Result<String, Error> {
        self.certificate(PLATFORM).await
    }

    /// A tenant CA's certificate, PEM.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn tenant_certificate(&self, tenant: &TenantId) -> Result<String, Error> {
        self.certificate(tenant.as_str()).await
    }

    /// From its row: to show a certificate, its key need not be opened.
    async fn certificate(&self, authority: &str) -> Result<String, Error> {
        Ok(self.store.authority_get(authority).await?.ok_or(Error::NotFound("tenant"))?.certificate_pem)
    }

    /// Closes the database when everything has been answered.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

impl From<vouchsafe_store::Error> for Error {
    fn from(error: vouchsafe_store::Error) -> Self {
        use vouchsafe_store::Error as Store;
        match error {
            Store::Busy(_) | Store::Unavailable(_) | Store::Closed => {
                tracing::warn!(error = format!("{:#}", anyhow::Error::new(error)), "the database is away");
                Self::Busy
            }
            // A commit that broke off must not be answered with a 503: a client would do it again.
            error => Self::Internal { context: "using the database", source: error.into() },
        }
    }
}

/// The default key type of leaves, as documented.
const DEFAULT_KEY_TYPE: KeyType = KeyType::Rsa2048;
