//! The rules, free of IO: what a name, an id, a state, a scope may be and which change is legal; what the configuration
//! may say; who may read and write it.
//!
//! Everything here is decided by its arguments alone: no clock, no database, no network, no async.

pub mod access;
pub mod configuration;

mod basic;
mod credentials_id;
mod issuance;
mod revocation_reason;
mod scope;
mod secret;
mod state;
mod tenant;
mod timestamp;

pub use basic::{Password, Username};
pub use credentials_id::CredentialsId;
pub use issuance::{CommonName, KeyType, SerialNumber, Ttl};
pub use revocation_reason::RevocationReason;
pub use scope::{Scope, ScopeSet};
pub use secret::Secret;
pub use state::{Event, IllegalTransition, State, Transition, transition};
pub use tenant::TenantId;
pub use timestamp::Timestamp;

/// Why a text is not the value it should be. The message names the rule, never the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} {rule}")]
pub struct Invalid {
    /// What was being read, e.g. `username`.
    pub what: &'static str,
    /// The rule it breaks, e.g. `must be 1 to 255 characters long`.
    pub rule: &'static str,
}

/// The rule behind every free text of the API: printable ASCII (space to tilde), 1 to `max` characters.
fn printable(what: &'static str, text: &str, max: usize, too_long: &'static str) -> Result<(), Invalid> {
    if text.is_empty() || text.len() > max {
        return Err(Invalid { what, rule: too_long });
    }
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(Invalid { what, rule: "must be printable ASCII" });
    }
    Ok(())
}
