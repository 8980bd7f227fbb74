//! A server with seeded tenants, for all rows that call one.

use std::{
    fmt::Display,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
};

use crate::{
    bench::{Bench, named, say},
    http::request,
    process::Process,
    seed::{self, Certificate},
    server::{Backend, Client, Installation, token},
};

/// The credentials in the big tenant that are not Revoked, for changes of state.
const INACTIVE: u32 = 1_000;

/// How many credentials tenant `fleet` has.
pub(crate) const FLEET: u32 = 20_000;

/// The first certificates of tenants `ten` and `crowd` that are not Revoked: to be suspended and resumed.
pub(crate) const HELD: u32 = 16;
/// The certificates after them: to be revoked.
pub(crate) const FRESH: u32 = 3_000;

/// A server with four tenants: `default`, `ten` with ten credentials, `crowd` with many, `fleet` with some to verify.
pub(crate) struct World {
    pub(crate) backend: Backend,
    pub(crate) installation: Installation,
    pub(crate) server: Process,
    /// The client of tenant `default`.
    pub(crate) client: Client,
    /// Tokens of the tenants.
    pub(crate) default: String,
    pub(crate) ten: String,
    pub(crate) crowd: String,
    /// The token of tenant `fleet`, whose credentials all can be used: `device-00000000` and so on.
    pub(crate) fleet: String,
    /// How many devices of the fleet have been verified for the first time, for that row.
    pub(crate) verified: AtomicU32,
    /// Ids of credentials that can be suspended, in both tenants.
    pub(crate) ten_ids: Vec<String>,
    pub(crate) crowd_ids: Vec<String>,
    /// Certificates that are not Revoked, in tenants `ten` and `crowd`: [`HELD`] and [`FRESH`].
    pub(crate) ten_certificates: Vec<Certificate>,
    pub(crate) crowd_certificates: Vec<Certificate>,
}

impl World {
    /// A first start, the other tenants, their credentials, and a second start.
    pub(crate) fn new(bench: &Bench, backend: Backend) -> anyhow::Result<Self> {
        let rows = bench.options.rows;
        say(&format!("{}: a first start, and {rows} credentials", backend.as_str()));
        let installation = Installation::new(bench, backend, "ec-p256")?;
        installation.start()?.stop()?;
        let client = installation.default_client()?;
        let (ten, crowd) = (installation.new_tenant("ten")?, installation.new_tenant("crowd")?);
        let fleet = installation.new_tenant("fleet")?;
        let (url, runtime) = (installation.url()?, tokio::runtime::Runtime::new()?);
        let ten_ids = runtime.block_on(seed::basic_credentials(&url, "ten", 10, 10))?;
        let crowd_ids = runtime.block_on(seed::basic_credentials(&url, "crowd", rows, INACTIVE))?;
        runtime.block_on(seed::basic_credentials(&url, "fleet", FLEET, FLEET))?;
        let usable = HELD + FRESH;
        let certificates = |tenant, revoked| seed::x509_credentials(&url, tenant, revoked + usable, usable);
        let ten_certificates = runtime.block_on(certificates("ten", 10))?;
        let crowd_certificates = runtime.block_on(certificates("crowd", rows))?;
        let server = installation.start()?;
        let token = |client| token(&server, client);
        Ok(Self {
            default: token(&client)?,
            ten: token(&ten)?,
            crowd: token(&crowd)?,
            fleet: token(&fleet)?,
            backend,
            installation,
            server,
            client,
            verified: AtomicU32::new(0),
            ten_ids,
            crowd_ids,
            ten_certificates,
            crowd_certificates,
        })
    }

    /// The name of a row on this database.
    pub(crate) fn named(&self, name: impl Display) -> String {
        named(self.backend, &name.to_string())
    }
}

/// A number that no other call of this run has had.
pub(crate) fn unique() -> usize {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// A request to issue a certificate for a new key of that type.
pub(crate) fn issue_request(path: &str, token: &str, key_type: &str) -> Vec<u8> {
    let body = format!(r#"{{"commonName":"sensor-{}","keyType":"{key_type}"}}"#, unique());
    request("POST", path, token, &body)
}
