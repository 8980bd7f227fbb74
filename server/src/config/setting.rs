//! The list of settings: their names, their environment variables, and what each may be.

use std::net::SocketAddr;

use toml::Value;

use crate::outbound::Network;

/// One setting: its dotted name in TOML, and its values.
#[derive(Debug)]
pub struct Setting {
    /// Dotted name, e.g. `database.url`.
    pub name: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Flag,
    Number(u32, u32),
    Address,
    OneOf(&'static [&'static str]),
    Networks,
}

use Kind::{Address, Flag, Networks, Number, OneOf, Text};

/// More connections than any database serves.
const MANY: u32 = 10_000;

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    setting("data_dir", Text),
    setting("listen", Address),
    setting("public_url", Text),
    setting("database.url", Text),
    setting("database.max_connections", Number(1, MANY)),
    setting("database.migrate", Flag),
    setting("auth.enabled", Flag),
    setting("auth.token_ttl_seconds", Number(1, u32::MAX)),
    setting("passwords.memory_kib", Number(8, 4 * 1024 * 1024)),
    setting("passwords.iterations", Number(1, 1000)),
    setting("passwords.parallelism", Number(1, 255)),
    setting("passwords.queue", Number(0, 1_000_000)),
    setting("passwords.remembered", Number(0, 10_000_000)),
    setting("pki.ca_key_type", OneOf(&["rsa-2048", "ec-p256"])),
    setting("pki.ca_ttl_days", Number(1, u32::MAX)),
    setting("pki.key_pool", Number(0, MANY)),
    setting("master_key.value", Text),
    setting("master_key.command", Text),
    setting("master_key.file", Text),
    setting("tls.enabled", Flag),
    setting("tls.certificate", Text),
    setting("tls.private_key", Text),
    setting("outbound.allow", Networks),
    setting("outbound.trust_store", Text),
    setting("trusted_proxies", Networks),
    setting("log.format", OneOf(&["human", "json"])),
    setting("log.filter", Text),
];

const fn setting(name: &'static str, kind: Kind) -> Setting {
    Setting { name, kind }
}

impl Setting {
    /// The environment variable, e.g. `VOUCHSAFE_DATABASE_URL`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("VOUCHSAFE_{}", self.name.replace('.', "_").to_uppercase())
    }

    /// The value that a text stands for, if it may be one.
    pub(super) fn read(&self, text: &str) -> Option<Value> {
        let value = match self.kind {
            Number(..) => Value::Integer(text.parse().ok()?),
            Flag => Value::Boolean(text.parse().ok()?),
            Text | Address | OneOf(_) => Value::String(text.to_owned()),
            Networks => {
                let networks = text.split(',').map(str::trim).filter(|network| !network.is_empty());
                Value::Array(networks.map(Value::from).collect())
            }
        };
        self.accepts(&value).then_some(value)
    }

    /// Whether it may have that value.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        match (self.kind, value) {
            (Text, Value::String(_)) | (Flag, Value::Boolean(_)) => true,
            (Number(least, most), Value::Integer(number)) => {
                (i64::from(least)..=i64::from(most)).contains(number)
            }
            (Address, Value::String(text)) => text.parse::<SocketAddr>().is_ok(),
            (OneOf(names), Value::String(text)) => names.contains(&text.as_str()),
            (Networks, Value::Array(networks)) => networks
                .iter()
                .all(|network| network.as_str().is_some_and(|text| text.parse::<Network>().is_ok())),
            _ => false,
        }
    }

    /// What it must be, to end a sentence with. A refused value is never repeated: it may be a secret in a wrong place.
    pub(super) fn expected(&self) -> String {
        match self.kind {
            Text => "text".to_owned(),
            Flag => "true or false".to_owned(),
            Number(least, most) => format!("a whole number from {least} to {most}"),
            Address => "an address with a port, such as 127.0.0.1:8080".to_owned(),
            OneOf(names) => names.join(" or "),
            Networks => "a list of addresses and networks, such as 10.0.0.0/8".to_owned(),
        }
    }
}
