//! What a change is made in: a database transaction of a session that holds the lock, with all there is to check against.

use std::collections::BTreeMap;

use serde_json::Value;
use vouchsafe_domain::configuration::{Kind, Snapshot, siblings};
use vouchsafe_store::{ChangeKind, ChangeRow, ConfigurationRow, Tx};

use super::{BUILT_IN, Meta, TRUST_STORES, last, parent, view};
use crate::service::{AdminCtx, AdminError, Service};

/// A database transaction of a session that holds the lock, with everything it has read.
pub(super) struct Draft {
    pub(super) tx: Tx,
    /// What is committed, by path.
    pub(super) rows: BTreeMap<String, ConfigurationRow>,
    /// What is staged, by path.
    pub(super) changes: BTreeMap<String, ChangeRow>,
    /// What the configuration would be.
    pub(super) snapshot: Snapshot,
}

impl Service {
    /// The session's transaction, with all there is to check a change against.
    pub(super) async fn draft(&self, ctx: &AdminCtx) -> Result<Draft, AdminError> {
        let (tx, _) = self.hold(ctx).await?;
        let rows = tx.configuration_all().await?;
        let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.path.clone(), row)).collect();
        let changes = tx.configuration_changes().await?;
        let changes: BTreeMap<_, _> =
            changes.into_iter().map(|change| (change.path.clone(), change)).collect();
        let mut bodies: BTreeMap<_, _> =
            rows.values().map(|row| (row.path.clone(), row.body.clone())).collect();
        for change in changes.values() {
            match &change.body {
                Some(body) => bodies.insert(change.path.clone(), body.clone()),
                None => bodies.remove(&change.path),
            };
        }
        Ok(Draft { tx, rows, changes, snapshot: Snapshot(bodies) })
    }
}

impl Draft {
    /// An object's body as the session sees it.
    pub(super) fn body(&self, kind: Kind, path: &str) -> Option<Value> {
        self.snapshot.0.get(path).cloned().or_else(|| kind.default_body())
    }

    /// Refuses a configuration that contradicts itself. Nothing is staged then, and no transaction was opened for it.
    pub(super) fn check(&self, changed: &str) -> Result<(), AdminError> {
        let findings = self.snapshot.inconsistencies_after(changed);
        if findings.is_empty() { Ok(()) } else { Err(AdminError::Semantic(findings)) }
    }

    pub(super) async fn replace(
        &mut self,
        path: &str,
        body: Value,
        secret: Option<Vec<u8>>,
    ) -> Result<(), AdminError> {
        let kind = match self.changes.get(path).map(|change| change.kind) {
            Some(ChangeKind::Create) => ChangeKind::Create,
            _ => ChangeKind::Replace,
        };
        self.stage(path, kind, Some(body), secret).await
    }

    pub(super) async fn remove(&mut self, path: &str) -> Result<(), AdminError> {
        match self.rows.contains_key(path) {
            true => self.stage(path, ChangeKind::Delete, None, None).await,
            // What was made in this transaction leaves no trace.
            false => Ok(self.tx.configuration_unstage(path).await?),
        }
    }

    pub(super) async fn stage(
        &mut self,
        path: &str,
        kind: ChangeKind,
        body: Option<Value>,
        secret: Option<Vec<u8>>,
    ) -> Result<(), AdminError> {
        let last = self.changes.values().map(|change| change.position).max().unwrap_or(0);
        let position = self.changes.get(path).map_or(last + 1, |change| change.position);
        let change = ChangeRow { path: path.to_owned(), kind, body, secret, position };
        self.tx.configuration_stage(&change).await?;
        self.changes.insert(path.to_owned(), change);
        Ok(())
    }

    /// Makes the change durable; where the object then stands.
    pub(super) async fn commit(self, ctx: &AdminCtx, path: &str) -> Result<Meta, AdminError> {
        let meta = self.meta(ctx, path);
        self.tx.commit().await?;
        Ok(meta)
    }

    /// Where an object stands, as the session sees it: its transaction is open, if only since this change.
    pub(super) fn meta(&self, ctx: &AdminCtx, path: &str) -> Meta {
        let ctx = AdminCtx { transaction: true, ..ctx.clone() };
        let above = parent(path);
        let known = siblings(above);
        let mut siblings: Vec<String> = match known {
            Some(names) => names.iter().map(|name| (*name).to_owned()).collect(),
            None => {
                let paths = self.snapshot.0.keys().filter(|path| parent(path) == above);
                paths.map(|path| last(path).to_owned()).collect()
            }
        };
        if above == TRUST_STORES {
            siblings.insert(0, BUILT_IN.to_owned());
        }
        view::meta(&ctx, path, &siblings)
    }
}
