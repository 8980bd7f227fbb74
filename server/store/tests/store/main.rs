//! The store on `SQLite` and on `PostgreSQL`: every test runs on both.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod access;
mod backend;
mod basic_credentials;
mod bootstrap;
mod configuration;
mod configuration_lock;
mod fixtures;
mod last_use;
mod outage;
mod processes;
mod queue;
mod schema;
mod sessions;
mod states;
mod tenants;
mod trail;
mod x509_credentials;
