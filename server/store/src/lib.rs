//! Persistence on `SQLite` and `PostgreSQL`: the only home of SQL.
//!
//! [`Store`] is the handle. Reads take any free connection; a page of a list holds one only while it is read. Writes
//! of credentials go through a queue that commits many of them together (see [`Store`]); everything rarer goes through
//! a transaction, [`Tx`]. What crosses this boundary are plain structs of domain types. No clock is read here: every
//! moment that is stored comes from the caller.

mod admin_users;
mod audit;
mod authorities;
mod basic_credentials;
mod configuration;
mod configuration_changes;
mod configuration_lock;
mod connect;
mod credentials;
mod entity;
mod error;
mod fetched_crls;
mod integration_keys;
mod login_failures;
mod migration;
mod nul;
mod oauth_clients;
mod outbox;
mod queue;
mod quick_reads;
mod record;
mod revocation_lists;
mod sealed_key;
mod sessions;
mod settings;
mod store;
mod tenants;
mod token_keys;
mod tx;
mod verification;
mod verification_failures;
mod x509_credentials;

pub use admin_users::AdminUserRow;
pub use audit::{AuditFilter, AuditRow, Outcome};
pub use authorities::AuthorityRow;
pub use basic_credentials::{BasicCredentialsFilter, BasicCredentialsRow, PasswordChange};
pub use configuration::ConfigurationRow;
pub use configuration_changes::{ChangeKind, ChangeRow};
pub use configuration_lock::LockRow;
pub use connect::{Options, Synchronous, sqlite_url};
pub use credentials::{CredentialsKind, LastUse, StateChange};
pub use error::{Conflict, Error, Source};
pub use fetched_crls::FetchedCrlRow;
pub use integration_keys::IntegrationKeyRow;
pub use login_failures::LoginFailureRow;
pub use oauth_clients::OauthClientRow;
pub use outbox::OutboxRow;
pub use record::Record;
pub use revocation_lists::{RevocationListHead, RevocationListRow, RevokedRow};
pub use sealed_key::SealedKey;
pub use sessions::SessionRow;
pub use store::{Exclusive, Job, PoolStatus, Store, StoreStatus};
pub use tenants::TenantRow;
pub use token_keys::TokenKeyRow;
pub use tx::Tx;
pub use verification::BasicLookup;
pub use verification_failures::VerificationFailures;
pub use x509_credentials::{X509CredentialsFilter, X509CredentialsRow};
