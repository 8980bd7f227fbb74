//! Gives what is made outside of a transaction on the configuration its place there: on the first start, by commands, and
//! by versions that had no configuration.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use vouchsafe_domain::{
    KeyType, ScopeSet, TenantId, Timestamp, Username,
    configuration::{ClientId, OauthClient, Tenant},
};
use vouchsafe_store::{ConfigurationRow, Store, Tx};

use crate::service::{new_key, transaction_ends};

/// The setting that says since when there is a configuration.
const ADOPTED: &str = "configuration_since";
const TENANTS: &str = "/api/configuration/tenants";
const USERS: &str = "/api/configuration/aaa/local_database/users";
const GROUPS: &str = "/api/configuration/aaa/local_database/groups";
const ACLS: &str = "/api/configuration/aaa/acls";
/// The group of those who may do everything.
const ADMINISTRATORS: &str = "administrators";

/// What has no place yet.
#[derive(Debug, Default)]
pub struct Newcomers {
    /// Tenants, with the kind of their CA's key.
    pub tenants: Vec<(TenantId, KeyType)>,
    /// OAuth clients of tenants.
    pub clients: Vec<(TenantId, String, ScopeSet)>,
    /// Users, who become administrators.
    pub users: Vec<Username>,
}

/// Writes the rows of the configuration, in the transaction that makes the rest.
///
/// # Errors
/// When somebody is changing the configuration: what they are about to commit was checked without the newcomers.
pub async fn adopt(tx: &Tx, new: Newcomers, now: Timestamp) -> anyhow::Result<()> {
    if let Some(lock) = tx.configuration_lock().await?.filter(|lock| transaction_ends(lock) > now) {
        bail!("{} is changing the configuration: wait until their transaction ends", lock.username);
    }
    let mut known = by_id(tx).await?;
    for (id, ca_key_type) in new.tenants {
        let path = format!("{TENANTS}/{}", new_key()?);
        let tenant = Tenant::plain(&id, Some(ca_key_type));
        put(tx, &path, serde_json::to_value(&tenant)?).await?;
        known.insert(id.to_string(), path);
    }
    for (tenant, client_id, scopes) in new.clients {
        let above = known.get(tenant.as_str()).context("a client's tenant is not in the configuration")?;
        let client = OauthClient { client_id: ClientId::parse(client_id)?, scopes: scopes.iter().collect() };
        put(tx, &format!("{above}/oauth_clients/{}", new_key()?), serde_json::to_value(&client)?).await?;
    }
    if !new.users.is_empty() {
        administrators(tx, &new.users).await?;
    }
    tx.setting_put(ADOPTED, &now.as_micros().to_string()).await?;
    tx.configuration_revision_bump().await?;
    Ok(())
}

/// Adopts all there is, once, on a database of a version that had no configuration.
pub(super) async fn upgrade(store: &Store, now: Timestamp) -> anyhow::Result<()> {
    if store.setting(ADOPTED).await?.is_some() {
        return Ok(());
    }
    let mut new = Newcomers::default();
    let mut after = None;
    loop {
        let page = store.tenants_page(after.as_ref(), 1000).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        for tenant in page {
            let authority = store.authority_get(tenant.id.as_str()).await?.context("a tenant has no CA")?;
            new.tenants.push((tenant.id, authority.key_type));
        }
    }
    let clients = store.oauth_clients_all().await?.into_iter();
    new.clients = clients.map(|client| (client.tenant, client.client_id, client.scopes)).collect();
    new.users = store.admin_users_all().await?.into_iter().map(|user| user.username).collect();
    let tx = store.begin_configuration().await?;
    // Another replica may have been faster.
    if tx.setting(ADOPTED).await?.is_none() {
        adopt(&tx, new, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn administrators(tx: &Tx, users: &[Username]) -> anyhow::Result<()> {
    for user in users {
        put(tx, &format!("{USERS}/{}", new_key()?), json!({"name": user.as_str()})).await?;
    }
    let members: Vec<&str> = users.iter().map(Username::as_str).collect();
    let group = json!({"name": ADMINISTRATORS, "members": members});
    put(tx, &format!("{GROUPS}/{}", new_key()?), group).await?;
    put(tx, ACLS, json!([{"group": ADMINISTRATORS, "objects": ["/api"], "permission": "write"}])).await
}

async fn by_id(tx: &Tx) -> anyhow::Result<BTreeMap<String, String>> {
    let rows = tx.configuration_all().await?.into_iter();
    let tenants = rows.filter(|row| row.path.rsplit_once('/').is_some_and(|(above, _)| above == TENANTS));
    Ok(tenants
        .filter_map(|row| Some((row.body.get("id").and_then(Value::as_str)?.to_owned(), row.path)))
        .collect())
}

async fn put(tx: &Tx, path: &str, body: Value) -> anyhow::Result<()> {
    Ok(tx.configuration_put(&ConfigurationRow { path: path.to_owned(), body, secret: None }).await?)
}
