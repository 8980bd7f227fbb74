//! Sessions of the administrators. A session's id is a secret; what is stored is its hash.

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::Value;
use vouchsafe_domain::Timestamp;

use crate::credentials::stored;
use crate::entity::sessions::{Column, Entity, Model};
use crate::{Conflict, Error, Store, Tx};

/// A session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRow {
    /// The hash of its id.
    pub id_hash: String,
    /// Who is logged in.
    pub username: String,
    /// What they may do.
    pub grants: Value,
    /// The address they logged in from.
    pub address: String,
    /// When they logged in.
    pub created_at: Timestamp,
    /// When they were last heard of.
    pub seen_at: Timestamp,
    /// Whether their transaction timed out and they have yet to be told.
    pub transaction_lost: bool,
}

impl Store {
    /// Reads a session.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if its grants are no JSON.
    pub async fn session_get(&self, id_hash: &str) -> Result<Option<SessionRow>, Error> {
        session(self.read(), id_hash).await
    }

    /// Moves `seen_at` forward to `now`, never back; `false` if there is no such session. It is one statement with a
    /// commit of its own, so it is for once in a while, not for every request; on `SQLite` it waits for a [`Tx`] that is
    /// open, so it must not be awaited by whoever holds one.
    ///
    /// # Errors
    /// [`Error::Busy`] if no connection was to be had in time.
    pub async fn session_touch(&self, id_hash: &str, now: Timestamp) -> Result<bool, Error> {
        if id_hash.contains('\0') {
            return Ok(false);
        }
        let now = now.as_micros();
        let later = CaseStatement::new().case(Expr::col(Column::SeenAt).lt(now), now);
        let touch = Entity::update_many()
            .col_expr(Column::SeenAt, later.finally(Expr::col(Column::SeenAt)).into())
            .filter(Column::IdHash.eq(id_hash));
        Ok(touch.exec(self.write()).await?.rows_affected > 0)
    }
}

impl Tx {
    /// Reads a session as this transaction sees it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if its grants are no JSON.
    pub async fn session_get(&self, id_hash: &str) -> Result<Option<SessionRow>, Error> {
        session(self.db(), id_hash).await
    }

    /// Stores a new session.
    ///
    /// # Errors
    /// [`Conflict::Id`] if there is one with that id.
    pub async fn session_insert(&self, row: &SessionRow) -> Result<(), Error> {
        let model = Model {
            id_hash: row.id_hash.clone(),
            username: row.username.clone(),
            grants: row.grants.to_string(),
            address: row.address.clone(),
            created_at: row.created_at.as_micros(),
            seen_at: row.seen_at.as_micros(),
            transaction_lost: row.transaction_lost,
        };
        let inserted = Entity::insert(model.into_active_model()).exec_without_returning(self.db()).await;
        inserted.map(|_| ()).map_err(|error| Error::insert(error, Conflict::Id))
    }

    /// Ends a session; `false` if there is no such session.
    pub async fn session_delete(&self, id_hash: &str) -> Result<bool, Error> {
        if id_hash.contains('\0') {
            return Ok(false);
        }
        Ok(Entity::delete_by_id(id_hash).exec(self.db()).await?.rows_affected > 0)
    }

    /// Ends all sessions of a user but one, where there is one to keep; answers how many.
    pub async fn sessions_delete_of(&self, username: &str, keep: &str) -> Result<u64, Error> {
        if username.contains('\0') {
            return Ok(0);
        }
        let mut ended = Entity::delete_many().filter(Column::Username.eq(username));
        if !keep.is_empty() {
            ended = ended.filter(Column::IdHash.ne(keep));
        }
        Ok(ended.exec(self.db()).await?.rows_affected)
    }

    /// Ends the sessions that were last heard of before a moment; answers how many.
    pub async fn sessions_sweep(&self, seen_before: Timestamp) -> Result<u64, Error> {
        let ended = Entity::delete_many().filter(Column::SeenAt.lt(seen_before.as_micros()));
        Ok(ended.exec(self.db()).await?.rows_affected)
    }

    /// Notes whether a session is yet to be told that its transaction timed out. A session that doesn't exist is passed
    /// over.
    pub async fn session_transaction_lost(&self, id_hash: &str, lost: bool) -> Result<(), Error> {
        if id_hash.contains('\0') {
            return Ok(());
        }
        let note = Entity::update_many()
            .col_expr(Column::TransactionLost, Expr::value(lost))
            .filter(Column::IdHash.eq(id_hash));
        note.exec(self.db()).await?;
        Ok(())
    }
}

async fn session(db: &impl ConnectionTrait, id_hash: &str) -> Result<Option<SessionRow>, Error> {
    // PostgreSQL refuses a NUL, which no stored text has.
    if id_hash.contains('\0') {
        return Ok(None);
    }
    Entity::find_by_id(id_hash).one(db).await?.map(row).transpose()
}

fn row(model: Model) -> Result<SessionRow, Error> {
    Ok(SessionRow {
        id_hash: model.id_hash,
        username: model.username,
        grants: stored("sessions.grants", model.grants.parse().ok())?,
        address: model.address,
        created_at: Timestamp::from_micros(model.created_at),
        seen_at: Timestamp::from_micros(model.seen_at),
        transaction_lost: model.transaction_lost,
    })
}
