//! The configuration as one session sees it: what is committed, under its own staged changes.

use std::collections::BTreeMap;

use serde_json::Value;
use vouchsafe_domain::configuration::{Kind, siblings};
use vouchsafe_store::{ChangeKind, ChangeRow, Store};

use super::{BUILT_IN, Meta, TENANTS, TRUST_STORES, built_in, last, lock::TRANSACTION_SECONDS, parent, x509};
use crate::service::{AdminCtx, AdminError};

pub(in crate::service) struct View<'a> {
    store: &'a Store,
    /// By path.
    changes: BTreeMap<String, ChangeRow>,
}

impl<'a> View<'a> {
    pub(in crate::service) async fn of(store: &'a Store, ctx: &AdminCtx) -> Result<Self, AdminError> {
        let changes = own_changes(store, ctx).await?;
        let changes = changes.into_iter().map(|change| (change.path.clone(), change)).collect();
        Ok(Self { store, changes })
    }

    /// An object's body.
    pub(in crate::service) async fn get(&self, path: &str) -> Result<Option<Value>, AdminError> {
        if path == format!("{TRUST_STORES}/{BUILT_IN}") {
            return Ok(Some(built_in()));
        }
        if let Some(change) = self.changes.get(path) {
            return Ok(change.body.clone());
        }
        let row = self.store.configuration_get(path).await?;
        let default = || Kind::of(path).and_then(Kind::default_body);
        Ok(row.map(|row| row.body).or_else(default))
    }

    /// The bodies of a collection by key, in the order of keys.
    pub(super) async fn children(&self, collection: &str) -> Result<BTreeMap<String, Value>, AdminError> {
        self.exists(collection).await?;
        let rows = self.store.configuration_children(collection).await?;
        let mut children: BTreeMap<_, _> =
            rows.into_iter().map(|row| (last(&row.path).to_owned(), row.body)).collect();
        if collection == TRUST_STORES {
            children.insert(BUILT_IN.to_owned(), built_in());
        }
        for change in self.changes.values().filter(|change| parent(&change.path) == collection) {
            let key = last(&change.path).to_owned();
            match (change.kind, &change.body) {
                (ChangeKind::Create | ChangeKind::Replace, Some(body)) => children.insert(key, body.clone()),
                _ => children.remove(&key),
            };
        }
        Ok(children)
    }

    /// Where a path stands among its siblings, which are those of this view.
    pub(super) async fn meta(&self, ctx: &AdminCtx, path: &str) -> Result<Meta, AdminError> {
        let above = parent(path);
        self.exists(above).await?;
        let keys: Vec<String> = match siblings(above) {
            Some(names) => names.iter().map(|name| (*name).to_owned()).collect(),
            None if above == x509::TENANT_CAS => self.children(TENANTS).await?.into_keys().collect(),
            None => self.children(above).await?.into_keys().collect(),
        };
        Ok(meta(ctx, path, &keys))
    }

    /// Whether the tenant is there that a path below one goes through.
    async fn exists(&self, path: &str) -> Result<(), AdminError> {
        let below = path.strip_prefix(TENANTS).and_then(|rest| rest.strip_prefix('/'));
        let Some(key) = below.and_then(|rest| rest.split('/').next()) else { return Ok(()) };
        self.get(&format!("{TENANTS}/{key}")).await?.map(|_| ()).ok_or(AdminError::NotFound)
    }
}

/// The session's staged changes. Asked after they are read whether it still holds the lock: they may be another's by now.
pub(super) async fn own_changes(store: &Store, ctx: &AdminCtx) -> Result<Vec<ChangeRow>, AdminError> {
    if !ctx.transaction {
        return Ok(Vec::new());
    }
    let changes = store.configuration_changes().await?;
    let lock = store.configuration_lock().await?;
    Ok(if lock.is_some_and(|lock| lock.session == ctx.session) { changes } else { Vec::new() })
}

/// Where a path stands among siblings, which are in their order.
pub(super) fn meta(ctx: &AdminCtx, path: &str, siblings: &[String]) -> Meta {
    let (above, own) = (parent(path), last(path));
    let href = |key: &String| format!("{above}/{key}");
    let at = siblings.iter().position(|key| key == own);
    let beside = |at: Option<usize>| at.and_then(|at| siblings.get(at)).map(href);
    Meta {
        href: path.to_owned(),
        parent: above.to_owned(),
        first: siblings.first().map_or_else(|| path.to_owned(), href),
        last: siblings.last().map_or_else(|| path.to_owned(), href),
        previous: beside(at.and_then(|at| at.checked_sub(1))),
        next: beside(at.map(|at| at + 1)),
        // Every request of the session starts the time anew.
        remaining_seconds: ctx.transaction.then_some(TRANSACTION_SECONDS),
    }
}
