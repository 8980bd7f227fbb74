//! `vouchsafe tenant create`

use clap::Subcommand;
use vouchsafe_domain::TenantId;

use super::say;
use crate::{config::Config, setup};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a tenant and its CA
    Create {
        /// Its id: lower-case letters, digits and inner hyphens
        id: String,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    let Command::Create { id } = command;
    let tenant = TenantId::parse(id)?;
    let ready = setup::existing(config).await?;
    setup::create_tenant(config, &ready, &tenant).await?;
    ready.store.close().await;
    say(&format!("made tenant {tenant}"))
}
