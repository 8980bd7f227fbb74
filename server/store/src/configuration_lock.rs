//! The lock on the configuration: of all sessions on all replicas, one has a transaction open, or none.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use vouchsafe_domain::Timestamp;

use crate::entity::configuration_changes;
use crate::entity::configuration_lock::{Column, Entity, Model};
use crate::{Conflict, Error, Store, Tx};

/// The id of the one row there may be.
const ONLY: i64 = 1;

/// Who changes the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockRow {
    /// The hash of the session's id.
    pub session: String,
    /// The session's user.
    pub username: String,
    /// When the transaction was opened.
    pub opened_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
    /// How often its changes were changed.
    pub version: i64,
}

impl Store {
    /// Reads who holds the lock.
    pub async fn configuration_lock(&self) -> Result<Option<LockRow>, Error> {
        lock(self.read()).await
    }
}

/// These are for a transaction of [`Store::begin_configuration`].
impl Tx {
    /// Reads who holds the lock.
    pub async fn configuration_lock(&self) -> Result<Option<LockRow>, Error> {
        lock(self.db()).await
    }

    /// Takes the lock.
    ///
    /// # Errors
    /// [`Conflict::ConfigurationLock`] if somebody holds it.
    pub async fn configuration_lock_insert(&self, row: &LockRow) -> Result<(), Error> {
        let model = Model {
            id: ONLY,
            session: row.session.clone(),
            username: row.username.clone(),
            opened_at: row.opened_at.as_micros(),
            used_at: row.used_at.as_micros(),
            version: row.version,
        };
        let inserted = Entity::insert(model.into_active_model()).exec_without_returning(self.db()).await;
        inserted.map(|_| ()).map_err(|error| Error::insert(error, Conflict::ConfigurationLock))
    }

    /// Notes that a session used the lock it holds; `false` if it does not hold it.
    pub async fn configuration_lock_touch(&self, session: &str, now: Timestamp) -> Result<bool, Error> {
        if session.contains('\0') {
            return Ok(false);
        }
        let touch = Entity::update_many()
            .col_expr(Column::UsedAt, Expr::value(now.as_micros()))
            .filter(Column::Session.eq(session));
        Ok(touch.exec(self.db()).await?.rows_affected > 0)
    }

    /// Releases the lock, if somebody holds it, and drops all changes that are not committed.
    pub async fn configuration_lock_delete(&self) -> Result<(), Error> {
        configuration_changes::Entity::delete_many().exec(self.db()).await?;
        Entity::delete_many().exec(self.db()).await?;
        Ok(())
    }

    /// Counts a change of the changes.
    pub(crate) async fn count_version(&self) -> Result<(), Error> {
        let next = Expr::col(Column::Version).add(1_i64);
        Entity::update_many().col_expr(Column::Version, next).exec(self.db()).await?;
        Ok(())
    }
}

async fn lock(db: &impl ConnectionTrait) -> Result<Option<LockRow>, Error> {
    let held = Entity::find_by_id(ONLY).one(db).await?;
    Ok(held.map(|model| LockRow {
        session: model.session,
        username: model.username,
        opened_at: Timestamp::from_micros(model.opened_at),
        used_at: Timestamp::from_micros(model.used_at),
        version: model.version,
    }))
}
