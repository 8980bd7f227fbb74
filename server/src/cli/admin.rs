//! `vouchsafe admin reset-password`

use std::sync::Arc;

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;
use vouchsafe_domain::{Secret, Username};

use super::say;
use crate::{
    auth::{PasswordHasher, random_secret},
    clock,
    config::Config,
    setup,
    telemetry::Metrics,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Give an administrator a new password and print it
    ResetPassword {
        /// The administrator
        #[arg(default_value = "admin")]
        username: String,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    let Command::ResetPassword { username } = command;
    let username = Username::parse(username)?;
    let ready = setup::existing(config).await?;
    let password = random_secret()?;
    let hasher = PasswordHasher::new(&config.passwords, Arc::new(Metrics::default()));
    let hash = Secret::new(hasher.hash(password.expose()).await?);
    let mut tx = ready.store.begin_configuration().await?;
    if !tx.admin_user_set_password_hash(&username, &hash, clock::now()).await? {
        bail!("there is no administrator {username}");
    }
    // Whoever knew the old password is logged out.
    tx.sessions_delete_of(username.as_str(), "").await?;
    tx.record(setup::audit("admin_reset_password", None, username.as_str()));
    tx.commit().await?;
    ready.store.close().await;
    let printed = json!({"adminUser": username.as_str(), "adminPassword": password.expose()});
    say(&serde_json::to_string_pretty(&printed)?)
}
