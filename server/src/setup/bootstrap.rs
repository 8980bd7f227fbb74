//! The first start: makes one of everything, in one transaction, under a lock all replicas share.

use std::sync::Arc;

use anyhow::Context;
use serde_json::json;
use vouchsafe_domain::{CommonName, ScopeSet, Secret, TenantId, Timestamp, Username};
use vouchsafe_pki::{Authority, KeyPair};
use vouchsafe_store::{AdminUserRow, OauthClientRow, Store, Tx};

use super::{
    FINGERPRINT, INITIALIZED, Newcomers, Ready, adopt, audit, import, master_key, secret_file::write_secret,
    tenant, token_key,
};
use crate::{
    auth::{PasswordHasher, hash_secret, random_secret},
    clock,
    config::Config,
    service::{PLATFORM, authority_row},
    telemetry::Metrics,
};

const TENANT: &str = "default";
const ADMIN: &str = "admin";
const CLIENT: &str = "default";

/// Makes everything, unless another replica was faster.
pub(super) async fn first_start(
    config: &Config,
    store: Store,
    base_url: &str,
    platform: Option<Authority>,
) -> anyhow::Result<Ready> {
    let mut tx = store.begin_bootstrap().await.context("waiting for another first start")?;
    if tx.setting(INITIALIZED).await?.is_some() {
        let fingerprint = tx.setting(FINGERPRINT).await?.context("the database names no master key")?;
        drop(tx);
        let master_key = Arc::new(master_key::require(config, &fingerprint)?);
        return Ok(Ready { store, master_key, first_start: false });
    }
    let master_key = master_key::find_or_make(config)?;
    let now = clock::now();
    let platform = match platform {
        Some(imported) => imported,
        None => make_platform(config, now)?,
    };
    let key_type = import::key_type(&platform);
    tx.authority_insert(authority_row(PLATFORM, None, &platform, key_type, &master_key, now)?).await?;
    let tenant = TenantId::parse(TENANT)?;
    tenant::insert(&tx, config, &tenant, &platform, &master_key, now).await?;
    token_key::insert(&tx, &master_key, now).await?;
    let client_secret = random_secret()?;
    tx.oauth_client_insert(&OauthClientRow {
        tenant: tenant.clone(),
        client_id: CLIENT.to_owned(),
        secret_hash: Secret::new(hash_secret(&client_secret)),
        scopes: ScopeSet::all(),
        created_at: now,
    })
    .await?;
    let admin_password = admin(&tx, config, now).await?;
    let new = Newcomers {
        tenants: vec![(tenant.clone(), tenant::ca_key_type(config))],
        clients: vec![(tenant.clone(), CLIENT.to_owned(), ScopeSet::all())],
        users: vec![Username::parse(ADMIN)?],
    };
    adopt(&tx, new, now).await?;
    tx.setting_put(FINGERPRINT, &master_key.fingerprint()).await?;
    tx.setting_put(INITIALIZED, &now.as_micros().to_string()).await?;
    let file = json!({
        "url": base_url,
        "adminUser": ADMIN,
        "adminPassword": admin_password.expose(),
        "tenant": tenant.as_str(),
        "clientId": CLIENT,
        "clientSecret": client_secret.expose(),
    });
    // Before the commit: a database whose secrets nobody knows would be lost; a file without its database is
    // overwritten by the next start.
    let path = config.data_dir.join("bootstrap.json");
    write_secret(&path, serde_json::to_string_pretty(&file)?.as_bytes())
        .with_context(|| format!("writing {}", path.display()))?;
    tx.record(audit("first_start", None, PLATFORM));
    tx.commit().await.context("storing the first start")?;
    Ok(Ready { store, master_key: Arc::new(master_key), first_start: true })
}

fn make_platform(config: &Config, now: Timestamp) -> anyhow::Result<Authority> {
    let key = KeyPair::generate(tenant::ca_key_type(config))?;
    let name = CommonName::parse("Vouchsafe Platform")?;
    // The platform outlives the tenants' CAs, whose lifetime the setting names: a tenant made a year later has it whole.
    Ok(Authority::create_platform(&name, key, now, 2 * tenant::ca_lifetime(config))?)
}

async fn admin(tx: &Tx, config: &Config, now: Timestamp) -> anyhow::Result<Secret> {
    let password = random_secret()?;
    let hasher = PasswordHasher::new(&config.passwords, Arc::new(Metrics::default()));
    let password_hash = Secret::new(hasher.hash(password.expose()).await?);
    let username = Username::parse(ADMIN)?;
    tx.admin_user_insert(&AdminUserRow { username, password_hash, created_at: now, updated_at: now }).await?;
    Ok(password)
}
