//! What the server does: one method an operation, each in its resource's file. It decides and writes; it knows
//! nothing of HTTP.

mod admin;
mod audit;
mod authorities;
mod basic_credentials;
mod basic_verification;
mod clients;
mod configuration;
mod crls;
mod ctx;
mod error;
mod events;
mod guard;
mod ids;
mod integrations;
mod listing;
mod names;
mod ocsp;
mod own_cas;
mod pointers;
mod record;
mod refusals;
mod revocation_lists;
mod sessions;
mod tenants;
mod trust;
mod trust_verification;
mod upkeep;
mod uses;
mod verdict;
mod x509_credentials;
mod x509_verification;

use std::{sync::Arc, time::Duration};

use vouchsafe_domain::Timestamp;
use vouchsafe_pki::{KeyPool, MasterKey, PresentedCertificate};
use vouchsafe_store::Store;

pub use admin::{AdminCtx, AdminError, Holder};
pub use authorities::{Authorities, PLATFORM, authority_row};
pub use basic_credentials::BasicCreated;
pub use basic_verification::{BasicPresented, BasicVerdict};
pub use configuration::{
    CertificateChain, Change, Created, Listing, Meta, Object, TRANSACTION_SECONDS, TransactionState, new_key,
    tombstone, transaction_ends,
};
pub use ctx::Ctx;
pub use error::Error;
pub use events::Told;
pub use integrations::Integration;
pub use listing::Page;
pub use ocsp::OcspAnswer;
pub use refusals::{FLUSH, Refusal};
pub use revocation_lists::PublishedList;
pub use sessions::{LoggedIn, Origin};
pub use tenants::Settings;
pub use trust_verification::{TrustQuestion, TrustVerdict};
pub use verdict::{Reason, Rejection};
pub use x509_credentials::{KeyRequest, X509Issued};
pub use x509_verification::{X509Accepted, X509Presented, X509Verdict};

use crate::{
    auth::{PasswordHasher, Remembered},
    outbound,
    telemetry::Metrics,
    work_queue::WorkQueue,
};
use crls::Crls;
use events::Events;
use guard::Guard;
use ids::CredentialsIds;
use ocsp::Responders;
use own_cas::OwnCas;
use refusals::Refusals;
use revocation_lists::Published;
use tenants::Tenants;
use uses::LastUses;

/// The operations and what they stand on.
pub struct Service {
    store: Store,
    passwords: PasswordHasher,
    authorities: Authorities,
    ids: CredentialsIds,
    key_pool: KeyPool,
    key_queue: WorkQueue,
    /// Verifications of chains, which keep a core busy.
    chain_queue: WorkQueue,
    remembered: Remembered,
    guard: Guard,
    last_uses: LastUses,
    events: Events,
    responders: Responders,
    own_cas: OwnCas,
    published: Published,
    /// Where clients reach this server, if it is settled for good: certificates point there.
    public_url: Option<String>,
    /// The host under which clients reach this server: no tenant may have a certificate for it.
    own_host: String,
    /// Who our own access tokens are from: no tenant can have it as an external issuer.
    issuer: String,
    has_tls: bool,
    /// How long a new tenant's CA lives.
    ca_ttl: Duration,
    tenants: Tenants,
    refusals: Refusals,
    crls: Crls,
    metrics: Arc<Metrics>,
}

/// What the settings say to the operations.
#[derive(Debug)]
pub struct Options {
    /// How many RSA keys are kept ready.
    pub key_pool: usize,
    /// How many verified passwords are remembered.
    pub remembered: usize,
    /// Where clients reach this server, if it is settled for good.
    pub public_url: Option<String>,
    /// The key of the trust store that https servers are verified by.
    pub outbound_trust_store: Option<String>,
    /// The host under which clients reach this server.
    pub own_host: String,
    /// Who our own access tokens are from.
    pub issuer: String,
    /// Whether clients can show certificates.
    pub has_tls: bool,
    /// How long a new tenant's CA lives.
    pub ca_ttl: Duration,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// How many key generations may wait.
const WAITING_KEYS: usize = 64;
/// How many verifications of chains may wait.
const WAITING_CHAINS: usize = 256;

impl Service {
    /// The operations on a store.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new(
        store: Store,
        passwords: PasswordHasher,
        authorities: Authorities,
        outbound: Arc<outbound::Client>,
        options: Options,
        metrics: Arc<Metrics>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            store,
            passwords,
            authorities,
            ids: CredentialsIds::new()?,
            key_pool: KeyPool::new(options.key_pool),
            key_queue: WorkQueue::new(WAITING_KEYS),
            chain_queue: WorkQueue::new(WAITING_CHAINS),
            remembered: Remembered::new(options.remembered)?,
            guard: Guard::default(),
            last_uses: LastUses::default(),
            events: Events::default(),
            responders: Responders::default(),
            own_cas: OwnCas::default(),
            published: Published::default(),
            public_url: options.public_url,
            own_host: options.own_host,
            issuer: options.issuer,
            has_tls: options.has_tls,
            ca_ttl: options.ca_ttl,
            tenants: Tenants::new(Arc::clone(&outbound), options.outbound_trust_store),
            refusals: Refusals::default(),
            crls: Crls::new(outbound),
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

    /// A CA's certificate, PEM and DER. From its row: to show a certificate, its key need not be opened.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn ca_certificate(&self, authority: &str, now: Timestamp) -> Result<(String, Vec<u8>), Error> {
        self.is_published(authority, now).await?;
        let row = self.store.authority_get(authority).await?;
        let pem = row.ok_or(Error::NotFound("certificate authority"))?.certificate_pem;
        let read = PresentedCertificate::from_pem(&pem);
        let read = read.map_err(|error| Error::internal("reading a CA's certificate")(error.into()))?;
        Ok((pem, read.der().to_vec()))
    }

    /// What the configuration says of tenants and issuers, at most a second old.
    ///
    /// # Errors
    /// What the database says.
    pub async fn settings(&self, now: Timestamp) -> Result<Arc<Settings>, Error> {
        self.tenants.get(&self.store, now).await
    }

    /// The same, as new as the database's: for what is not found in those of a moment ago.
    ///
    /// # Errors
    /// What the database says.
    pub async fn latest_settings(&self, now: Timestamp) -> Result<Arc<Settings>, Error> {
        self.tenants.recheck();
        self.settings(now).await
    }

    /// Notes a refused access for the audit trail.
    pub fn refused(&self, refusal: (Refusal, Timestamp, String)) {
        self.refusals.note(refusal);
    }

    /// Writes what waits: refusals, and moments of use.
    pub async fn flush(&self) {
        self.refusals.flush(&self.store).await;
        self.last_uses.flush(&self.store).await;
    }

    /// Ends the streams of events, so that the server can stop.
    pub fn end_streams(&self) {
        self.events.close();
    }

    fn master_key(&self) -> &MasterKey {
        self.authorities.master_key()
    }

    /// Closes the database when everything has been answered.
    pub async fn close(&self) {
        self.flush().await;
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
            // The tenant has just been deleted: the next request is refused by its token.
            Store::NoParent => Self::Unauthenticated {
                message: "the access token's tenant does not exist".to_owned(),
                token_sent: true,
            },
            // A commit that broke off must not be answered with a 503: a client would do it again.
            error => Self::Internal { context: "using the database", source: error.into() },
        }
    }
}
