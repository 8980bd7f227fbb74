//! The HTTP surface, by what is asked of it.

mod auth;
mod bad_input;
mod basic_credentials;
mod configuration;
mod mixed;
mod operations;
mod states;
mod x509_credentials;
