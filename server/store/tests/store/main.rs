//! The store on `SQLite` and on `PostgreSQL`: every test runs on both.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod access;
mod backend;
mod basic_credentials;
mod bootstrap;
mod configuration;
mod configuration_lock;
mod fetched_crls;
mod fixtures;
mod integration_keys;
mod jobs;
mod last_use;
mod outage;
mod outbox;
mod processes;
mod queue;
mod revocation_lists;
mod schema;
mod sessions;
mod states;
mod tenants;
mod trail;
mod verification;
mod verification_failures;
mod x509_credentials;
