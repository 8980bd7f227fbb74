//! The HTTP surface, by what is asked of it.

mod auth;
mod bad_input;
mod basic_credentials;
mod configuration;
mod integrations;
mod mixed;
mod operations;
mod states;
mod verification;
mod x509_credentials;
