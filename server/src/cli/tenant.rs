//! `vouchsafe tenant create`

use anyhow::bail;
use clap::Subcommand;
use vouchsafe_domain::TenantId;
use vouchsafe_store::{Conflict, Error};

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
    match setup::create_tenant(config, &ready, &tenant).await {
        Err(error) if taken(&error) => bail!("there is a tenant {tenant} already: choose another id"),
        created => created?,
    }
    ready.store.close().await;
    say(&format!("made tenant {tenant}"))
}

fn taken(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::Conflict(Conflict::Tenant | Conflict::Authority)))
}
