//! Changes of a session: each is checked against the whole configuration and staged in its transaction, which the
//! first one opens.

use serde_json::Value;
use vouchsafe_domain::{
    Secret, TenantId,
    configuration::{Finding, Kind, Snapshot},
};
use vouchsafe_store::{ChangeKind, ConfigurationRow, Tx};

use super::{
    BUILT_IN, Meta, TENANTS, TRUST_STORES,
    draft::Draft,
    input::{Input, syntactic},
    key::new_key,
    last, parent,
    projection::tombstone,
};
use crate::{
    auth::{NoRandomness, hash_secret, random_key, random_secret},
    service::{AdminCtx, AdminError, Service},
};

/// What a create answers.
#[derive(Debug)]
pub struct Created {
    /// The new object's key.
    pub key: String,
    /// Where it stands.
    pub meta: Meta,
    /// What is shown once, with its name: the secret of an OAuth client, an integration key.
    pub secret: Option<(&'static str, Secret)>,
}

impl Service {
    /// Replaces an object.
    ///
    /// # Errors
    /// Every [`AdminError`] but those of logging in.
    pub async fn object_replace(
        &self,
        ctx: &AdminCtx,
        path: &str,
        body: Value,
    ) -> Result<(String, Meta), AdminError> {
        not_built_in(ctx, path)?;
        let kind = Kind::of(path).ok_or(AdminError::NotFound)?;
        let input = self.input(ctx, kind, body).await?;
        let mut draft = self.draft(ctx).await?;
        let old = draft.body(kind, path).ok_or(AdminError::NotFound)?;
        immutable(ctx, kind, &old, &input.body)?;
        let secret = self.secret(ctx, kind, path, &input, &draft)?;
        draft.snapshot.0.insert(path.to_owned(), input.body.clone());
        draft.check(path)?;
        draft.replace(path, input.body, secret).await?;
        let meta = draft.commit(ctx, path).await?;
        Ok((last(path).to_owned(), meta))
    }

    /// Adds an object to a collection.
    ///
    /// # Errors
    /// As [`Service::object_replace`].
    pub async fn object_create(
        &self,
        ctx: &AdminCtx,
        collection: &str,
        body: Value,
    ) -> Result<Created, AdminError> {
        let key = new_key().map_err(|error| AdminError::internal("making a key")(error.into()))?;
        let path = format!("{collection}/{key}");
        let kind = Kind::of(&path).ok_or(AdminError::NotFound)?;
        let input = self.input(ctx, kind, body).await?;
        let mut draft = self.draft(ctx).await?;
        let above = parent(collection);
        if parent(above) == TENANTS && !draft.snapshot.0.contains_key(above) {
            return Err(AdminError::NotFound);
        }
        was_deleted(ctx, kind, &input.body, &draft).await?;
        let shown = match kind {
            Kind::OauthClients => Some(("client_secret", random_secret().map_err(no_randomness)?)),
            Kind::IntegrationKeys => Some(("integration_key", random_key().map_err(no_randomness)?)),
            _ => None,
        };
        let secret = match &shown {
            Some((_, secret)) => Some(hash_secret(secret).into_bytes()),
            None => self.secret(ctx, kind, &path, &input, &draft)?,
        };
        draft.snapshot.0.insert(path.clone(), input.body.clone());
        draft.check(&path).map_err(|error| as_sent(ctx, &path, error))?;
        draft.stage(&path, ChangeKind::Create, Some(input.body), secret).await?;
        let meta = draft.commit(ctx, &path).await?;
        Ok(Created { key, meta, secret: shown })
    }

    /// Removes an object of a collection. The answer is where it stood.
    ///
    /// # Errors
    /// As [`Service::object_replace`].
    pub async fn object_delete(&self, ctx: &AdminCtx, path: &str) -> Result<Meta, AdminError> {
        not_built_in(ctx, path)?;
        let kind = Kind::of(path).filter(|kind| kind.is_collection()).ok_or(AdminError::NotFound)?;
        let mut draft = self.draft(ctx).await?;
        let body = draft.body(kind, path).ok_or(AdminError::NotFound)?;
        let meta = draft.meta(ctx, path);
        in_use(kind, path, &draft.snapshot)?;
        if kind == Kind::Tenants {
            removable(path, &tenant_id(&body)?, &draft.tx).await?;
        }
        let below = format!("{path}/");
        let gone: Vec<String> =
            draft.snapshot.0.keys().filter(|path| path.starts_with(&below)).cloned().collect();
        for path in gone.iter().map(String::as_str).chain([path]) {
            draft.snapshot.0.remove(path);
            draft.remove(path).await?;
        }
        draft.check(path)?;
        draft.tx.commit().await?;
        Ok(meta)
    }

    /// The secret to stage beside a body: a user's hash (none: unchanged), or what is sealed (none: there is none).
    fn secret(
        &self,
        ctx: &AdminCtx,
        kind: Kind,
        path: &str,
        input: &Input,
        draft: &Draft,
    ) -> Result<Option<Vec<u8>>, AdminError> {
        match kind {
            Kind::Users => {
                let staged = draft.changes.get(path).and_then(|change| change.secret.clone());
                Ok(input.password_hash.clone().map(String::into_bytes).or(staged))
            }
            Kind::IntegrationKeys | Kind::OauthClients => {
                Ok(draft.changes.get(path).and_then(|change| change.secret.clone()))
            }
            Kind::Email | Kind::SnmpTrap => {
                let before = match (draft.changes.get(path), draft.rows.get(path)) {
                    (Some(staged), _) => staged.body.as_ref().zip(staged.secret.as_deref()),
                    (None, Some(row)) => row.secret.as_deref().map(|secret| (&row.body, secret)),
                    (None, None) => None,
                };
                self.seal(ctx, kind, path, &input.body, &input.secrets, before)
            }
            _ => Ok(None),
        }
    }
}

fn no_randomness(error: NoRandomness) -> AdminError {
    AdminError::internal("making a secret")(error.into())
}

/// A tenant's id is not given twice, even when the first is gone, or goes in the same transaction: certificates and
/// tokens of the first are still about.
async fn was_deleted(ctx: &AdminCtx, kind: Kind, body: &Value, draft: &Draft) -> Result<(), AdminError> {
    if kind != Kind::Tenants {
        return Ok(());
    }
    let id = tenant_id(body)?;
    let known = |(path, row): (&String, &ConfigurationRow)| {
        Kind::of(path) == Some(Kind::Tenants) && row.body.get("id") == body.get("id")
    };
    if !draft.rows.iter().any(known) && draft.tx.setting(&tombstone(&id)).await?.is_none() {
        return Ok(());
    }
    let message = "was the id of a tenant that is deleted: choose another".to_owned();
    Err(AdminError::Semantic(vec![Finding { path: format!("{}/id", ctx.path), message }]))
}

/// Findings in a new object name the path it was sent to: nobody knows its own yet.
fn as_sent(ctx: &AdminCtx, path: &str, error: AdminError) -> AdminError {
    let AdminError::Semantic(mut findings) = error else { return error };
    for finding in &mut findings {
        if let Some(field) = finding.path.strip_prefix(path) {
            finding.path = format!("{}{field}", ctx.path);
        }
    }
    AdminError::Semantic(findings)
}

/// The built-in trust store comes with the server: nobody changes or deletes it.
fn not_built_in(ctx: &AdminCtx, path: &str) -> Result<(), AdminError> {
    if path != format!("{TRUST_STORES}/{BUILT_IN}") {
        return Ok(());
    }
    let message = "the built-in trust store can't be edited or deleted".to_owned();
    Err(syntactic(ctx, vec![Finding { path: String::new(), message }]))
}

/// What an object keeps for its whole life.
fn immutable(ctx: &AdminCtx, kind: Kind, old: &Value, new: &Value) -> Result<(), AdminError> {
    let fields: &[&str] = match kind {
        Kind::Tenants => &["/id", "/certificate_profile/ca_key_type"],
        Kind::OauthClients => &["/client_id"],
        _ => &[],
    };
    let changed = fields.iter().filter(|field| old.pointer(field) != new.pointer(field));
    let findings: Vec<Finding> = changed
        .map(|field| Finding { path: (*field).to_owned(), message: "can't be changed".to_owned() })
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(syntactic(ctx, findings)) }
}

/// A trust store that something refers to stays.
fn in_use(kind: Kind, path: &str, snapshot: &Snapshot) -> Result<(), AdminError> {
    if kind != Kind::TrustStores {
        return Ok(());
    }
    let refers = |(by, body): &(&String, &Value)| {
        Kind::of(by).is_some_and(|kind| kind.trust_stores(body).iter().any(|key| key == last(path)))
    };
    let findings: Vec<Finding> = snapshot
        .0
        .iter()
        .filter(refers)
        .map(|(by, _)| Finding { path: by.clone(), message: "uses the trust store".to_owned() })
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(AdminError::Semantic(findings)) }
}

/// A tenant goes only when none of its credentials is good any more.
pub(super) async fn removable(path: &str, id: &TenantId, tx: &Tx) -> Result<(), AdminError> {
    match tx.tenant_unrevoked(id).await? {
        0 => Ok(()),
        some => {
            let message =
                format!("the tenant has {some} credentials that are not revoked: revoke them first");
            Err(AdminError::Semantic(vec![Finding { path: path.to_owned(), message }]))
        }
    }
}

pub(super) fn tenant_id(body: &Value) -> Result<TenantId, AdminError> {
    let id = body.get("id").and_then(Value::as_str).unwrap_or_default();
    TenantId::parse(id).map_err(|error| AdminError::internal("reading a stored tenant")(error.into()))
}
