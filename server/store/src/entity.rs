//! The tables as sea-orm sees them. None of these types leaves the crate.
#![expect(unreachable_pub, reason = "the derive needs public models")]

pub(crate) mod admin_users;
pub(crate) mod audit;
pub(crate) mod authorities;
pub(crate) mod basic_credentials;
pub(crate) mod configuration;
pub(crate) mod configuration_changes;
pub(crate) mod configuration_lock;
pub(crate) mod fetched_crls;
pub(crate) mod integration_keys;
pub(crate) mod login_failures;
pub(crate) mod oauth_clients;
pub(crate) mod outbox;
pub(crate) mod revocation_lists;
pub(crate) mod revoked_authorities;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod tenants;
pub(crate) mod token_keys;
pub(crate) mod verification_failures;
pub(crate) mod x509_credentials;
