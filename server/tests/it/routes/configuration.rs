//! The admin plane: sessions, transactions, the configuration.

mod access;
mod alerting;
mod audit;
mod bad_input;
mod certificate_login;
mod resources;
mod secrets;
mod sessions;
mod tenants;
mod transactions;
mod trust_stores;
mod users;

use serde_json::{Value, json};

/// A sample of the reference.
fn documented(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../api-spec/tests/documented");
    serde_json::from_slice(&std::fs::read(format!("{folder}/{name}.json")).unwrap()).unwrap()
}

/// A tenant with EC keys.
fn tenant(id: &str) -> Value {
    json!({
        "id": id,
        "name": id,
        "external_issuers": [],
        "trust_stores": [],
        "certificate_profile": {
            "ca_key_type": "ec-p256",
            "default_key_type": "ec-p256",
            "default_ttl": 86400,
            "maximum_ttl": 864000,
        },
        "password_rules": {"minimum_length": 1},
        "lockout": {"failures": 0, "duration_seconds": 60},
    })
}
