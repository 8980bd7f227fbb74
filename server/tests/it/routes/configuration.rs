//! The admin plane: sessions, transactions, the configuration.

mod alerting;
mod sessions;
mod transactions;
