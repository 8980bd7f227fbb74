//! Bodies and whole configurations, good and bad.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod bodies;
mod secrets;
mod tree;
mod whole;

use serde_json::{Value, json};

use super::Kind;

pub(super) const KEY: &str = "0b4e7a0e-5f0a-4c5b-8e0e-3c2d1b0a9f8e";

pub(super) const KINDS: [Kind; 16] = [
    Kind::Acls,
    Kind::AaaSettings,
    Kind::Users,
    Kind::Groups,
    Kind::SystemAlerts,
    Kind::TrafficAlerts,
    Kind::NtpServers,
    Kind::Timezone,
    Kind::Accounting,
    Kind::Email,
    Kind::HealthMonitoring,
    Kind::SnmpTrap,
    Kind::Tenants,
    Kind::IntegrationKeys,
    Kind::OauthClients,
    Kind::TrustStores,
];

/// A body of that kind in which as much is set as can be, as it is stored.
pub(super) fn good(kind: Kind) -> Value {
    match kind {
        Kind::Acls => json!([
            {"group": "admins", "objects": ["/api"], "permission": "write"},
            {"group": "auditors", "objects": ["/api/audit", "/api/configuration"], "permission": "read"},
        ]),
        Kind::AaaSettings => json!({
            "session": {"inactivity_minutes": 1440},
            "lockout": {"failures": 1, "initial_delay_seconds": 3600, "maximum_delay_seconds": 86_400},
            "trust_store": KEY,
        }),
        Kind::Users => json!({"name": "admin"}),
        Kind::Groups => json!({"members": ["admin"], "name": "admins"}),
        Kind::NtpServers => json!([
            {"selection": "ip", "value": "192.0.2.1"},
            {"selection": "ip", "value": "2001:db8::1"},
            {"selection": "fqdn", "value": "ntp.example.com"},
        ]),
        Kind::Timezone => json!("America/New_York"),
        Kind::Accounting => json!({"require_commitlog": true}),
        Kind::Email => json!({
            "admin_address": "admin@example.com",
            "alerting_address": "alerts+vouchsafe@example.com",
            "reporting_address": null,
            "sender_address": "o'neil@mail.example.com",
            "smtp_auth": {"enabled": true, "username": "vouchsafe"},
            "smtp_encryption": {"selection": "starttls", "trust_store": KEY},
            "smtp_server": {"selection": "fqdn", "value": "mail.example.com", "port": 587},
        }),
        Kind::HealthMonitoring => json!({
            "maximum_disk_utilization_ratio": 100,
            "maximum_load1": 8,
            "maximum_load15": null,
            "maximum_load5": 0.5,
            "maximum_swap_utilization_ratio": 1,
        }),
        Kind::SnmpTrap => json!({"enabled": true, "version": {"selection": "3", "value": {
            "auth_method": "sha256",
            "encryption_method": "aes",
            "engine_id": "0x80001F8804",
            "server": {"selection": "ip", "value": "10.20.30.40", "port": 1162},
            "username": "vouchsafe",
        }}}),
        Kind::Tenants => json!({
            "certificate_profile": {
                "ca_key_type": "ec-p256",
                "default_key_type": "ed25519",
                "default_ttl": 3600,
                "maximum_ttl": 86_400,
            },
            "external_issuers": [
                {"audience": "vouchsafe", "clock_leeway_seconds": 300, "issuer": "https://issuer.example.com/"},
                {"audience": "vouchsafe", "clock_leeway_seconds": 0, "issuer": "http://127.0.0.1:8080/realm"},
            ],
            "id": "acme",
            "lockout": {"duration_seconds": 60, "failures": 1000},
            "name": "Ácme & Co.",
            "password_rules": {"minimum_length": 72},
            "trust_stores": [KEY, "-7001"],
        }),
        Kind::IntegrationKeys => json!({"client_certificates": true, "name": "Gateway 1"}),
        Kind::OauthClients => {
            json!({"client_id": "billing", "scopes": ["tenant:basic-credentials:read"]})
        }
        Kind::TrustStores => json!({
            "name": "My_Custom_Trust_Store",
            "authorities": [{
                "fingerprint": {"digest": "01:25", "hash_algorithm": "sha256"},
                "issuer": "C=HU/CN=None",
                "pem": "-----BEGIN CERTIFICATE-----\nMIID\nZzCC\n-----END CERTIFICATE-----\n",
                "subject": "C=HU/CN=None",
            }],
            "crl_urls": ["http://crl.it/sec", "https://crl.example.com/ca.crl?x=1"],
            "revocation_check": "full",
            "trust_store_type": "custom",
        }),
        Kind::SystemAlerts | Kind::TrafficAlerts => kind.default_body().unwrap(),
    }
}

/// Puts a value at a pointer, the last segment of which may be new; `-` is the end of a list (RFC 6901 section 4).
pub(super) fn set(body: &mut Value, pointer: &str, value: Value) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        *body = value;
        return;
    };
    match body.pointer_mut(parent).unwrap() {
        Value::Object(members) => _ = members.insert(name.to_owned(), value),
        Value::Array(items) => match name.parse::<usize>() {
            Ok(index) => items[index] = value,
            Err(_) => items.push(value),
        },
        _ => panic!("nothing can be set at {pointer}"),
    }
}

/// Removes what a pointer points at.
pub(super) fn remove(body: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
}
