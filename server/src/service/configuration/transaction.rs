//! A session's transaction: open, look at, drop. `commit` applies it.

use serde_json::Value;
use vouchsafe_domain::configuration::{Accounting, Kind};
use vouchsafe_store::ChangeKind;

use super::{lock::TRANSACTION_SECONDS, view::own_changes};
use crate::service::{AdminCtx, AdminError, Service};

/// The state of a session's transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionState {
    /// Seconds until it ends, if one is open.
    pub remaining_seconds: Option<u32>,
    /// Whether there is something in it.
    pub has_changes: bool,
    /// Whether a commit needs a message.
    pub message_required: bool,
}

/// One staged change.
#[derive(Debug, Clone)]
pub struct Change {
    /// What happens.
    pub kind: ChangeKind,
    /// To which object.
    pub path: String,
    /// What it says then; `None` for a deletion.
    pub new_value: Option<Value>,
    /// What it says now; `None` for a creation.
    pub old_value: Option<Value>,
}

impl Service {
    /// The session's transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn transaction_get(&self, ctx: &AdminCtx) -> Result<TransactionState, AdminError> {
        let has_changes = !own_changes(&self.store, ctx).await?.is_empty();
        Ok(TransactionState {
            remaining_seconds: ctx.transaction.then_some(TRANSACTION_SECONDS),
            has_changes,
            message_required: self.message_required().await?,
        })
    }

    /// Opens the session's transaction; one that is open stays open.
    ///
    /// # Errors
    /// [`AdminError::Unauthorized`] for a session that may change nothing, [`AdminError::Locked`].
    pub async fn transaction_open(&self, ctx: &AdminCtx) -> Result<TransactionState, AdminError> {
        if !ctx.grants.allows_any_write() {
            return Err(AdminError::Unauthorized);
        }
        // Who opens anew knows that there is nothing left.
        let lost = ctx.transaction_lost;
        let opened = self.hold(ctx).await;
        let (tx, _) = match opened {
            Err(AdminError::TransactionExpired) if lost => {
                self.hold(&AdminCtx { transaction_lost: false, ..ctx.clone() }).await?
            }
            opened => opened?,
        };
        tx.commit().await?;
        self.transaction_get(&AdminCtx { transaction: true, ..ctx.clone() }).await
    }

    /// Drops the session's changes and the lock. Without a transaction there is nothing to do.
    ///
    /// # Errors
    /// What the database says.
    pub async fn transaction_rollback(&self, ctx: &AdminCtx) -> Result<(), AdminError> {
        let mut tx = self.store.begin_configuration().await?;
        tx.session_transaction_lost(&ctx.session, false).await?;
        if tx.configuration_lock().await?.is_some_and(|lock| lock.session == ctx.session) {
            let detail = format!("{} changes", tx.configuration_changes().await?.len());
            tx.configuration_lock_delete().await?;
            tx.record(super::commit::record(ctx.audit("transaction_rollback", "/api/transaction", detail)));
        }
        Ok(tx.commit().await?)
    }

    /// The session's staged changes, in the order they were made.
    ///
    /// # Errors
    /// What the database says.
    pub async fn transaction_changes(&self, ctx: &AdminCtx) -> Result<Vec<Change>, AdminError> {
        let mut changes = Vec::new();
        for change in own_changes(&self.store, ctx).await? {
            let Some(kind) = Kind::of(&change.path) else { continue };
            let stored = self.store.configuration_get(&change.path).await?.map(|row| row.body);
            let old = match change.kind {
                ChangeKind::Create => None,
                _ => stored.or_else(|| kind.default_body()),
            };
            changes.push(Change {
                kind: change.kind,
                path: change.path,
                new_value: change.body.map(|body| kind.answer(body)),
                old_value: old.map(|body| kind.answer(body)),
            });
        }
        Ok(changes)
    }

    pub(super) async fn message_required(&self) -> Result<bool, AdminError> {
        let accounting: Accounting = self.committed("/api/configuration/management/accounting").await?;
        Ok(accounting.require_commitlog)
    }
}
