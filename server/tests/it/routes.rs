//! The HTTP surface, by what is asked of it.

mod auth;
mod basic_credentials;
mod states;
mod x509_credentials;
