//! The settings: defaults, then a TOML file, then `VOUCHSAFE_...` environment variables, then flags.

mod check;
mod load;
mod setting;
mod show;

use std::{net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::outbound::Network;

pub use load::{ConfigError, Overrides};
pub use setting::{SETTINGS, Setting};
pub(crate) use show::redact_url;

/// Every setting, with its default.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder of the database, the master key and `bootstrap.json`.
    pub data_dir: PathBuf,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// URL under which clients reach the server; issuer of tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// The database.
    pub database: Database,
    /// Access tokens.
    pub auth: Auth,
    /// Password hashing.
    pub passwords: Passwords,
    /// Certificate authorities.
    pub pki: Pki,
    /// The key that seals CA and token keys.
    pub master_key: MasterKey,
    /// The TLS listener.
    pub tls: Tls,
    /// Calls to other servers.
    pub outbound: Outbound,
    /// Networks of proxies whose forwarded headers tell a device's address.
    pub trusted_proxies: Vec<Network>,
    /// Logs.
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("./vouchsafe-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            database: Database::default(),
            auth: Auth::default(),
            passwords: Passwords::default(),
            pki: Pki::default(),
            master_key: MasterKey::default(),
            tls: Tls::default(),
            outbound: Outbound::default(),
            trusted_proxies: Vec::new(),
            log: Log::default(),
        }
    }
}

impl Config {
    /// The database's URL: the setting, or SQLite in the data folder.
    ///
    /// # Errors
    /// When the data folder's path is no Unicode text.
    pub fn database_url(&self) -> Result<String, vouchsafe_store::Error> {
        match &self.database.url {
            Some(url) => Ok(url.clone()),
            None => vouchsafe_store::sqlite_url(&self.sqlite_file()),
        }
    }

    /// Where the database is when there is no setting for it.
    #[must_use]
    pub fn sqlite_file(&self) -> PathBuf {
        self.data_dir.join("vouchsafe.db")
    }

    /// The URL under which clients reach a server that listens at `address`.
    #[must_use]
    pub fn base_url(&self, address: SocketAddr) -> String {
        let scheme = if self.tls.enabled { "https" } else { "http" };
        let url = self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
        url.trim_end_matches('/').to_owned()
    }
}

/// The database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://PATH?mode=rwc` or `postgres://...`; SQLite in the data folder when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Most connections to keep open.
    pub max_connections: u32,
    /// Whether `serve` brings the schema up to date.
    pub migrate: bool,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: None, max_connections: 16, migrate: true }
    }
}

/// Access tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Off: the tenant plane serves tenant `default` to everyone.
    pub enabled: bool,
    /// Lifetime of issued access tokens in seconds.
    pub token_ttl_seconds: u32,
}

impl Default for Auth {
    fn default() -> Self {
        Self { enabled: true, token_ttl_seconds: 3600 }
    }
}

/// Argon2id parameters and the queue in front of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Passwords {
    /// Memory of one hash in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
    /// How many hashes may wait; past it requests are answered with 503.
    pub queue: usize,
    /// How many verified passwords are remembered, so that they need no hash again.
    pub remembered: usize,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, parallelism: 1, queue: 256, remembered: 200_000 }
    }
}

/// Certificate authorities.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pki {
    /// Key type of new CAs: `rsa-2048` or `ec-p256`.
    pub ca_key_type: String,
    /// Lifetime of new CAs in days.
    pub ca_ttl_days: u32,
    /// How many RSA-2048 keys are kept ready.
    pub key_pool: usize,
}

impl Default for Pki {
    fn default() -> Self {
        Self { ca_key_type: "rsa-2048".to_owned(), ca_ttl_days: 3650, key_pool: 16 }
    }
}

/// Where the master key comes from: the first of value, command, file that is set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MasterKey {
    /// The key itself, 64 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// A shell command that prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// A file that holds it; `master.key` in the data folder when nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
}

/// The TLS listener.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Serve HTTPS instead of HTTP.
    pub enabled: bool,
    /// PEM file with the certificate and its chain; one from the platform CA when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// PEM file with its private key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<PathBuf>,
}

/// Calls to other servers: revocation lists, token issuers, and whatever else calls out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outbound {
    /// Private and loopback networks that may be called, beside public addresses.
    pub allow: Vec<Network>,
    /// Key of the trust store that https servers are verified by, instead of the system's CA certificates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trust_store: Option<String>,
}

/// Logs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `human` or `json`.
    pub format: LogFormat,
    /// A filter such as `info` or `vouchsafe=debug,warn`.
    pub filter: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        // PostgreSQL gives notice of everything that is there already.
        let filter = "info,sea_orm_migration=warn,sqlx::postgres::notice=warn".to_owned();
        Self { format: LogFormat::Human, filter }
    }
}
