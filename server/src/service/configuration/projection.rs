//! Applies changes to the rows of the configuration, and to the tables that requests are served from: tenants with
//! their CAs, OAuth clients, integration keys, users.

use std::collections::BTreeMap;

use anyhow::anyhow;
use serde_json::Value;
use vouchsafe_domain::{
    ScopeSet, Secret, TenantId, Timestamp, Username,
    configuration::{IntegrationKey, Kind, OauthClient},
};
use vouchsafe_pki::{Authority, PresentedCertificate};
use vouchsafe_store::{
    AdminUserRow, AuthorityRow, ChangeKind, ChangeRow, ConfigurationRow, IntegrationKeyRow, OauthClientRow,
    TenantRow, Tx,
};

use super::{change::tenant_id, draft::Draft, parent};
use crate::service::{AdminCtx, AdminError, PLATFORM};

/// The setting that remembers a deleted tenant.
#[must_use]
pub fn tombstone(id: &TenantId) -> String {
    format!("deleted_tenant/{id}")
}

/// Applies all changes.
pub(super) async fn apply(
    draft: &Draft,
    changes: &[ChangeRow],
    mut prepared: BTreeMap<String, AuthorityRow>,
    platform: &Authority,
    ctx: &AdminCtx,
) -> Result<(), AdminError> {
    let (tx, now) = (&draft.tx, ctx.now);
    users(draft, changes, &ctx.session, now).await?;
    // Tenants before their clients; what goes, goes the other way round.
    let (gone, kept): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.kind == ChangeKind::Delete);
    for change in gone.iter().filter(|change| is(change, Kind::OauthClients)) {
        tx.oauth_client_delete(client(stored(draft, change)?)?.client_id.as_str()).await?;
    }
    let known_keys = take_integration_keys(draft, changes).await?;
    for change in gone.iter().filter(|change| is(change, Kind::Tenants)) {
        let id = tenant_id(stored(draft, change)?)?;
        revoke_authority(tx, &id, platform, now).await?;
        tx.tenant_delete(&id).await?;
        tx.setting_put(&tombstone(&id), &now.as_micros().to_string()).await?;
    }
    for change in kept.iter().filter(|change| is(change, Kind::Tenants) && change.kind == ChangeKind::Create)
    {
        let id = tenant_id(change.body.as_ref().ok_or_else(damaged)?)?;
        tx.tenant_insert(&TenantRow { id, created_at: now }).await?;
        let authority = prepared.remove(&change.path).ok_or_else(damaged)?;
        tx.authority_insert(authority).await?;
    }
    for change in kept.iter().filter(|change| is(change, Kind::OauthClients)) {
        oauth_client(draft, change, now).await?;
    }
    for change in kept.iter().filter(|change| is(change, Kind::IntegrationKeys)) {
        put_integration_key(draft, change, known_keys.get(&change.path), now).await?;
    }
    for change in gone {
        tx.configuration_delete(&change.path).await?;
    }
    for change in kept {
        put(tx, change).await?;
    }
    Ok(())
}

/// The CA of a tenant that goes is revoked, if the platform's has issued it: its certificates end with it.
async fn revoke_authority(
    tx: &Tx,
    id: &TenantId,
    platform: &Authority,
    now: Timestamp,
) -> Result<(), AdminError> {
    let Some(row) = tx.authority_get(id.as_str()).await? else { return Ok(()) };
    let certificate = PresentedCertificate::from_pem(&row.certificate_pem);
    let Ok(certificate) = certificate else { return Ok(()) };
    if let Some(number) = certificate.serial_number().filter(|_| platform.is_issuer_of(&certificate)) {
        tx.authority_revoke(PLATFORM, &number.to_string(), certificate.not_after(), now).await?;
    }
    Ok(())
}

/// The row of a changed object. Hashes of passwords, client secrets and integration keys stay in their own tables.
async fn put(tx: &Tx, change: &ChangeRow) -> Result<(), AdminError> {
    let secret = match Kind::of(&change.path) {
        Some(Kind::Users | Kind::IntegrationKeys | Kind::OauthClients) => None,
        _ => change.secret.clone(),
    };
    let body = change.body.clone().ok_or_else(damaged)?;
    Ok(tx.configuration_put(&ConfigurationRow { path: change.path.clone(), body, secret }).await?)
}

async fn oauth_client(draft: &Draft, change: &ChangeRow, now: Timestamp) -> Result<(), AdminError> {
    let client = client(change.body.as_ref().ok_or_else(damaged)?)?;
    let scopes: ScopeSet = client.scopes.iter().copied().collect();
    if change.kind == ChangeKind::Replace {
        return Ok(draft.tx.oauth_client_update_scopes(client.client_id.as_str(), &scopes).await?);
    }
    let row = OauthClientRow {
        tenant: tenant_above(draft, change)?,
        client_id: client.client_id.to_string(),
        secret_hash: Secret::new(text(change.secret.as_deref())?),
        scopes,
        created_at: now,
    };
    Ok(draft.tx.oauth_client_insert(&row).await?)
}

/// All that change go first, so that a name may pass from one to another. What they were, by path.
async fn take_integration_keys(
    draft: &Draft,
    changes: &[ChangeRow],
) -> Result<BTreeMap<String, IntegrationKeyRow>, AdminError> {
    let mut known = BTreeMap::new();
    for change in changes.iter().filter(|change| is(change, Kind::IntegrationKeys)) {
        let Some(row) = draft.rows.get(&change.path) else { continue };
        let Some(tenant) = draft.rows.get(parent(parent(&change.path))) else { continue };
        let (tenant, name) = (tenant_id(&tenant.body)?, integration_key(&row.body)?.name);
        if let Some(row) = draft.tx.integration_key_delete(&tenant, name.as_str()).await? {
            known.insert(change.path.clone(), row);
        }
    }
    Ok(known)
}

async fn put_integration_key(
    draft: &Draft,
    change: &ChangeRow,
    before: Option<&IntegrationKeyRow>,
    now: Timestamp,
) -> Result<(), AdminError> {
    let key = integration_key(change.body.as_ref().ok_or_else(damaged)?)?;
    let row = IntegrationKeyRow {
        tenant: tenant_above(draft, change)?,
        name: key.name.to_string(),
        key_hash: match before {
            Some(row) => row.key_hash.clone(),
            None => text(change.secret.as_deref())?.to_owned(),
        },
        client_certificates: key.client_certificates,
        created_at: before.map_or(now, |row| row.created_at),
    };
    Ok(draft.tx.integration_key_insert(&row).await?)
}

/// The tenant that a changed object belongs to.
fn tenant_above(draft: &Draft, change: &ChangeRow) -> Result<TenantId, AdminError> {
    tenant_id(draft.snapshot.0.get(parent(parent(&change.path))).ok_or_else(damaged)?)
}

/// Users go first, so that a name may pass from one to another; a user who goes or is renamed is logged out.
async fn users(
    draft: &Draft,
    changes: &[ChangeRow],
    session: &str,
    now: Timestamp,
) -> Result<(), AdminError> {
    let mut known = BTreeMap::new();
    let changes: Vec<&ChangeRow> = changes.iter().filter(|change| is(change, Kind::Users)).collect();
    for change in &changes {
        let Some(row) = draft.rows.get(&change.path) else { continue };
        let name = username(&row.body)?;
        if let Some(user) = draft.tx.admin_user_get(&name).await? {
            known.insert(change.path.as_str(), user);
        }
        draft.tx.admin_user_delete(&name).await?;
        if change.body.as_ref().map(username).transpose()?.as_ref() != Some(&name) {
            draft.tx.sessions_delete_of(name.as_str(), "").await?;
        } else if change.secret.is_some() {
            // Whoever knew the old password is logged out; who changes their own goes on.
            draft.tx.sessions_delete_of(name.as_str(), session).await?;
        }
    }
    for change in changes {
        let Some(body) = &change.body else { continue };
        let before = known.get(change.path.as_str());
        let password_hash = match &change.secret {
            Some(hash) => Secret::new(text(Some(hash))?),
            // A user without a password logs in by certificate.
            None => before.map_or_else(|| Secret::new(""), |user| user.password_hash.clone()),
        };
        let created_at = before.map_or(now, |user| user.created_at);
        let row = AdminUserRow { username: username(body)?, password_hash, created_at, updated_at: now };
        draft.tx.admin_user_insert(&row).await?;
    }
    Ok(())
}

fn is(change: &ChangeRow, kind: Kind) -> bool {
    Kind::of(&change.path) == Some(kind)
}

fn stored<'a>(draft: &'a Draft, change: &ChangeRow) -> Result<&'a Value, AdminError> {
    draft.rows.get(&change.path).map(|row| &row.body).ok_or_else(damaged)
}

fn integration_key(body: &Value) -> Result<IntegrationKey, AdminError> {
    serde_json::from_value(body.clone())
        .map_err(|error| AdminError::internal("reading a stored integration key")(error.into()))
}

fn client(body: &Value) -> Result<OauthClient, AdminError> {
    serde_json::from_value(body.clone())
        .map_err(|error| AdminError::internal("reading a stored OAuth client")(error.into()))
}

pub(super) fn username(body: &Value) -> Result<Username, AdminError> {
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    Username::parse(name).map_err(|error| AdminError::internal("reading a stored user")(error.into()))
}

fn text(bytes: Option<&[u8]>) -> Result<&str, AdminError> {
    bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or_else(damaged)
}

fn damaged() -> AdminError {
    AdminError::internal("applying a transaction")(anyhow!("a staged change lacks a part"))
}
