//! Brings a database to the point where it can be served: schema, master key, and on a first start everything else.

mod adopt;
mod bootstrap;
mod import;
mod master_key;
mod secret_file;
mod tenant;
mod token_key;

use std::{
    fs::{self, OpenOptions},
    sync::Arc,
};

use anyhow::{Context, bail};
use vouchsafe_domain::TenantId;
use vouchsafe_pki::{Authority, MasterKey};
use vouchsafe_store::{AuditRow, Options, Outcome, Record, Store};

pub use adopt::{Newcomers, adopt};
pub use import::import_platform;
pub(crate) use secret_file::write_new_secret;
pub use tenant::create_tenant;
pub use token_key::token_issuer;

use crate::{
    clock,
    config::{Config, redact_url},
};

/// The setting that says since when the database is in use.
const INITIALIZED: &str = "initialized_at";
/// The setting that names the master key the database needs.
const FINGERPRINT: &str = "master_key_fingerprint";

/// A database that can be served.
pub struct Ready {
    /// The database.
    pub store: Store,
    /// The key that opens its keys.
    pub master_key: Arc<MasterKey>,
    /// Whether this was the first start.
    pub first_start: bool,
}

/// Opens the database and brings its schema up to date, or refuses an old one where `database.migrate` is off.
///
/// # Errors
/// When the database can't be reached or its schema is not the one this version needs.
pub async fn open(config: &Config) -> anyhow::Result<Store> {
    make_folder(config)?;
    let options = Options { connections: Some(config.database.max_connections), ..Options::default() };
    let url = config.database_url()?;
    let store = Store::connect(&url, &options)
        .await
        .with_context(|| format!("opening the database {}", redact_url(&url)))?;
    if config.database.migrate {
        for name in store.migrate().await.context("migrating the database")? {
            tracing::info!(name, "migrated");
        }
    } else if !store.pending_migrations().await.context("reading the database's schema")?.is_empty() {
        bail!("the database's schema is not up to date: run `vouchsafe migrate`");
    }
    Ok(store)
}

/// Opens the database and makes what a first start makes. `base_url` goes into `bootstrap.json`.
///
/// # Errors
/// When the database can't be used, or its master key is not at hand.
pub async fn prepare(config: &Config, base_url: &str, platform: Option<Authority>) -> anyhow::Result<Ready> {
    let store = open(config).await?;
    if let Some(fingerprint) = fingerprint(&store).await? {
        let master_key = Arc::new(master_key::require(config, &fingerprint)?);
        adopt::upgrade(&store, clock::now()).await.context("making the configuration of what there is")?;
        return Ok(Ready { store, master_key, first_start: false });
    }
    bootstrap::first_start(config, store, base_url, platform).await
}

/// Opens a database that was started before, with its master key: for commands that change one.
///
/// # Errors
/// When the database is empty, or its master key is not at hand.
pub async fn existing(config: &Config) -> anyhow::Result<Ready> {
    if config.database.url.is_none() && !config.sqlite_file().exists() {
        bail!(
            "there is no database in {}: name its folder by --data-dir, or start the server once with \
             `vouchsafe serve`",
            config.data_dir.display()
        );
    }
    let store = open(config).await?;
    match fingerprint(&store).await? {
        Some(fingerprint) => {
            let master_key = Arc::new(master_key::require(config, &fingerprint)?);
            adopt::upgrade(&store, clock::now())
                .await
                .context("making the configuration of what there is")?;
            Ok(Ready { store, master_key, first_start: false })
        }
        None => bail!("the database is empty: start the server once with `vouchsafe serve`"),
    }
}

/// Whether the database was never started.
///
/// # Errors
/// What the database says.
pub async fn is_empty(store: &Store) -> anyhow::Result<bool> {
    Ok(fingerprint(store).await?.is_none())
}

/// The fingerprint of the database's master key, once there is one.
async fn fingerprint(store: &Store) -> anyhow::Result<Option<String>> {
    match store.setting(INITIALIZED).await? {
        None => Ok(None),
        Some(_) => Ok(Some(store.setting(FINGERPRINT).await?.context("the database names no master key")?)),
    }
}

/// The audit row of a change from the command line, to be written with it.
#[must_use]
pub fn audit(action: &str, tenant: Option<&TenantId>, subject: &str) -> Record {
    let row = AuditRow {
        tenant: tenant.cloned(),
        at: clock::now(),
        actor: "command line".to_owned(),
        address: String::new(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        outcome: Outcome::Done,
        count: 1,
        request_id: String::new(),
        detail: String::new(),
    };
    Record { audit: vec![row], outbox: Vec::new() }
}

/// The data folder, and in it the database's file, so that SQLite doesn't make one that others may read: what it puts
/// beside the file has the file's permissions.
fn make_folder(config: &Config) -> anyhow::Result<()> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true);
    let mut file = OpenOptions::new();
    file.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        folder.mode(0o700);
        file.mode(0o600);
    }
    folder.create(&config.data_dir).with_context(|| {
        format!("making the data folder {} (setting data_dir)", config.data_dir.display())
    })?;
    if config.database.url.is_none() {
        let path = config.sqlite_file();
        file.open(&path).with_context(|| format!("making the database {}", path.display()))?;
    }
    Ok(())
}
