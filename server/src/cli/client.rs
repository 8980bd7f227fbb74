//! `vouchsafe client create`

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;
use vouchsafe_domain::{Scope, ScopeSet, Secret, TenantId};
use vouchsafe_store::{Conflict, Error, OauthClientRow};

use super::say;
use crate::{
    auth::{hash_secret, random_secret},
    clock,
    config::Config,
    setup::{self, Newcomers},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an OAuth client and print its secret, which is not stored
    Create {
        /// The tenant it works for
        #[arg(long)]
        tenant: String,
        /// A scope it may ask for; repeat for more [default: all]
        #[arg(long)]
        scope: Vec<String>,
        /// Its id [default: a random one]
        #[arg(long)]
        id: Option<String>,
    },
}

pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<()> {
    let Command::Create { tenant, scope, id } = command;
    let tenant = TenantId::parse(tenant)?;
    let scopes = scopes(&scope)?;
    let client_id = match id {
        Some(id)
            if (1..=255).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':') =>
        {
            id
        }
        Some(_) => bail!("--id must be 1 to 255 printable ASCII characters without spaces and ':'"),
        None => format!("client-{}", random_secret()?.expose()[..12].to_lowercase()),
    };
    let ready = setup::existing(config).await?;
    if ready.store.tenant_get(&tenant).await?.is_none() {
        bail!("there is no tenant {tenant}: make it with `vouchsafe tenant create {tenant}`");
    }
    let secret = random_secret()?;
    let mut tx = ready.store.begin_configuration().await?;
    let row = OauthClientRow {
        tenant: tenant.clone(),
        client_id: client_id.clone(),
        secret_hash: Secret::new(hash_secret(&secret)),
        scopes,
        created_at: clock::now(),
    };
    match tx.oauth_client_insert(&row).await {
        Err(Error::Conflict(Conflict::ClientId)) => {
            bail!("there is a client {client_id} already: choose another --id")
        }
        inserted => inserted?,
    }
    let clients = vec![(tenant.clone(), client_id.clone(), scopes)];
    setup::adopt(&tx, Newcomers { clients, ..Newcomers::default() }, row.created_at).await?;
    tx.record(setup::audit("client_create", Some(&tenant), &client_id));
    tx.commit().await?;
    ready.store.close().await;
    let printed = json!({
        "tenant": tenant.as_str(),
        "clientId": client_id,
        "clientSecret": secret.expose(),
        "scope": scopes.to_string(),
    });
    say(&serde_json::to_string_pretty(&printed)?)
}

fn scopes(names: &[String]) -> anyhow::Result<ScopeSet> {
    if names.is_empty() {
        return Ok(ScopeSet::all());
    }
    let parse = |name: &str| match Scope::parse(name) {
        Some(scope) => Ok(scope),
        None => bail!("there is no scope {name}; there are: {}", ScopeSet::all()),
    };
    names
        .iter()
        .flat_map(|names| names.split([' ', ',']).filter(|name| !name.is_empty()))
        .map(parse)
        .collect()
}
