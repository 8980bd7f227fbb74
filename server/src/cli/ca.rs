//! `vouchsafe ca export` and `vouchsafe ca import`

use std::{fs, io::ErrorKind, path::PathBuf};

use anyhow::Context;
use clap::Subcommand;
use vouchsafe_domain::Secret;
use vouchsafe_pki::Authority;

use super::say;
use crate::{
    clock,
    config::Config,
    service::{Authorities, PLATFORM},
    setup,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the platform CA's certificate and those above it
    Export {
        /// Also write its private key, unencrypted, to this new file
        #[arg(long, value_name = "FILE")]
        private_key: Option<PathBuf>,
    },
    /// Use your own platform CA, for example an intermediate under an offline root
    ///
    /// On an empty database this is the first start. Else every tenant's CA certificate is renewed under the new CA
    /// with its old key, so that certificates issued before stay valid. Restart running servers afterwards.
    Import {
        /// PEM file: the CA's certificate, then those above it
        #[arg(long, value_name = "FILE")]
        certificate: PathBuf,
        /// PEM file: its private key, not encrypted
        #[arg(long, value_name = "FILE")]
        private_key: PathBuf,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    match command {
        Command::Export { private_key } => export(private_key, config).await,
        Command::Import { certificate, private_key } => {
            let read = |path: &PathBuf| {
                fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
            };
            let (certificate, key) = (read(&certificate)?, Secret::new(read(&private_key)?));
            let platform = Authority::import(&certificate, key.expose(), clock::now())?;
            import(platform, config).await
        }
    }
}

async fn export(private_key: Option<PathBuf>, config: &Config) -> anyhow::Result<()> {
    let ready = setup::existing(config).await?;
    let platform = Authorities::new(ready.store.clone(), ready.master_key.clone()).get(PLATFORM).await?;
    if let Some(path) = private_key {
        let key = platform.key_pair().private_key_pem();
        match setup::write_new_secret(&path, key.expose().trim_end().as_bytes()) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                anyhow::bail!("{} exists already: name a new file", path.display())
            }
            written => written.with_context(|| format!("writing {}", path.display()))?,
        }
    }
    ready.store.close().await;
    say(platform.chain_pem().trim_end())
}

async fn import(platform: Authority, config: &Config) -> anyhow::Result<()> {
    let store = setup::open(config).await?;
    let empty = setup::is_empty(&store).await?;
    store.close().await;
    if empty {
        let url = config.base_url(config.listen);
        let ready = setup::prepare(config, &url, Some(platform)).await?;
        ready.store.close().await;
        anyhow::ensure!(
            ready.first_start,
            "another first start was faster, with a CA of its own: import yours again"
        );
        return say(&format!(
            "first start with your CA; credentials: {}",
            config.data_dir.join("bootstrap.json").display()
        ));
    }
    let ready = setup::existing(config).await?;
    let tenants = setup::import_platform(config, &ready, &platform).await?;
    ready.store.close().await;
    say(&format!("renewed the CA certificates of {tenants} tenants under your CA; restart running servers"))
}
