//! A session's transaction on the configuration.

use serde_json::{Map, Value, json};
use vouchsafe_api::generated::{schemas as wire, transactions::*};

use super::{
    AdminCaller, AdminPlane, Failed,
    answers::{answer, at},
};
use crate::service::{AdminCtx, Change, TRANSACTION_SECONDS, TransactionState};

const PATH: &str = "/api/transaction";
const CHANGES: &str = "/api/transaction/changes";

impl TransactionsApi for AdminPlane {
    async fn transaction_get(&self, caller: AdminCaller) -> Result<TransactionGetAnswer, Failed> {
        let ctx = caller.session()?;
        let state = self.0.service.transaction_get(ctx).await.map_err(|error| at(ctx, error))?;
        Ok(TransactionGetAnswer { body: shown(ctx, state)? })
    }

    async fn transaction_open(&self, caller: AdminCaller) -> Result<TransactionOpenAnswer, Failed> {
        let ctx = caller.session()?;
        let state = self.0.service.transaction_open(ctx).await.map_err(|error| at(ctx, error))?;
        Ok(TransactionOpenAnswer { body: shown(ctx, state)?, location: Some(PATH.to_owned()) })
    }

    async fn transaction_commit(
        &self,
        caller: AdminCaller,
        body: wire::TransactionCommit,
    ) -> Result<TransactionCommitAnswer, Failed> {
        let ctx = caller.session()?;
        let message = body.commit_message.as_ref().map(|message| message.as_str());
        self.0.service.transaction_commit(ctx, message).await.map_err(|error| at(ctx, error))?;
        let ctx = AdminCtx { transaction: false, ..ctx.clone() };
        let state = self.0.service.transaction_get(&ctx).await.map_err(|error| at(&ctx, error))?;
        Ok(TransactionCommitAnswer { body: shown(&ctx, state)?, location: Some(PATH.to_owned()) })
    }

    async fn transaction_rollback(&self, caller: AdminCaller) -> Result<TransactionRollbackAnswer, Failed> {
        let ctx = caller.session()?;
        self.0.service.transaction_rollback(ctx).await.map_err(|error| at(ctx, error))?;
        let body = answer(ctx, json!({"meta": {"href": PATH, "parent": "/api"}}))?;
        Ok(TransactionRollbackAnswer { body })
    }

    async fn transaction_changes_list(
        &self,
        caller: AdminCaller,
    ) -> Result<TransactionChangesListAnswer, Failed> {
        let ctx = caller.session()?;
        let changes = self.0.service.transaction_changes(ctx).await.map_err(|error| at(ctx, error))?;
        let changes: Vec<Value> = changes.into_iter().map(change).collect();
        let mut meta = json!({"href": CHANGES, "parent": PATH, "transaction": PATH});
        if ctx.transaction {
            meta["remaining_seconds"] = TRANSACTION_SECONDS.into();
        }
        let body = answer(ctx, json!({"changes": changes, "meta": meta}))?;
        Ok(TransactionChangesListAnswer { body })
    }
}

/// Both shapes that are documented: `transaction.status` and `body.status`.
fn shown(ctx: &AdminCtx, state: TransactionState) -> Result<wire::TransactionObject, Failed> {
    let status = if state.remaining_seconds.is_some() { "open" } else { "closed" };
    let message = if state.message_required { "required" } else { "optional" };
    let mut meta = json!({"href": PATH, "parent": "/api"});
    if let Some(seconds) = state.remaining_seconds {
        meta["remaining_seconds"] = seconds.into();
    }
    if state.has_changes {
        meta["changes"] = CHANGES.into();
    }
    let body = json!({"commit_message": message, "status": status});
    answer(ctx, json!({"body": body, "key": "transaction", "meta": meta, "transaction": {"status": status}}))
}

fn change(change: Change) -> Value {
    let mut answer = Map::new();
    answer.insert("type".to_owned(), change.kind.as_str().into());
    answer.insert("path".to_owned(), change.path.into());
    answer.extend(change.new_value.map(|value| ("new_value".to_owned(), value)));
    answer.extend(change.old_value.map(|value| ("old_value".to_owned(), value)));
    Value::Object(answer)
}
