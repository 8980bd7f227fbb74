//! Failed logins, counted by whoever they came from.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use vouchsafe_domain::Timestamp;

use crate::credentials::stored;
use crate::entity::login_failures::{Column, Entity, Model};
use crate::nul::without_nul;
use crate::{Error, Store, Tx};

/// The failed logins of one name or one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginFailureRow {
    /// Whose: `user:NAME` or `address:IP`. A NUL in it is stored as the replacement character.
    pub subject: String,
    /// How many.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Timestamp,
    /// Until when further ones are refused.
    pub blocked_until: Timestamp,
}

impl Store {
    /// Reads the failures of those subjects that have any, in the order of the subjects.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a stored number is out of range.
    pub async fn login_failures_get(&self, subjects: &[String]) -> Result<Vec<LoginFailureRow>, Error> {
        get(self.read(), subjects).await
    }
}

/// To count is to read and then to write: these are for a transaction of
/// [`Store::begin_configuration`](crate::Store::begin_configuration), in which nobody else does.
impl Tx {
    /// Reads the failures of those subjects that have any, in the order of the subjects.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a stored number is out of range.
    pub async fn login_failures_get(&self, subjects: &[String]) -> Result<Vec<LoginFailureRow>, Error> {
        get(self.db(), subjects).await
    }

    /// Stores a subject's failures in the place of those it had.
    pub async fn login_failure_put(&self, row: &LoginFailureRow) -> Result<(), Error> {
        let model = Model {
            subject: without_nul(&row.subject),
            failures: row.failures.into(),
            last_at: row.last_at.as_micros(),
            blocked_until: row.blocked_until.as_micros(),
        };
        let replaced = OnConflict::column(Column::Subject)
            .update_columns([Column::Failures, Column::LastAt, Column::BlockedUntil])
            .to_owned();
        let put = Entity::insert(model.into_active_model()).on_conflict(replaced);
        put.exec_without_returning(self.db()).await?;
        Ok(())
    }

    /// Forgets the failures of those subjects; answers how many had any.
    pub async fn login_failures_delete(&self, subjects: &[String]) -> Result<u64, Error> {
        let subjects = subjects.iter().map(|subject| without_nul(subject));
        let forgotten = Entity::delete_many().filter(Column::Subject.is_in(subjects));
        Ok(forgotten.exec(self.db()).await?.rows_affected)
    }

    /// Forgets the subjects whose last failure was before a moment; answers how many.
    pub async fn login_failures_sweep(&self, last_before: Timestamp) -> Result<u64, Error> {
        let forgotten = Entity::delete_many().filter(Column::LastAt.lt(last_before.as_micros()));
        Ok(forgotten.exec(self.db()).await?.rows_affected)
    }
}

async fn get(db: &impl ConnectionTrait, subjects: &[String]) -> Result<Vec<LoginFailureRow>, Error> {
    let found = Entity::find()
        .filter(Column::Subject.is_in(subjects.iter().map(|subject| without_nul(subject))))
        .order_by_asc(Column::Subject);
    found.all(db).await?.into_iter().map(row).collect()
}

fn row(model: Model) -> Result<LoginFailureRow, Error> {
    Ok(LoginFailureRow {
        subject: model.subject,
        failures: stored("login_failures.failures", model.failures.try_into().ok())?,
        last_at: Timestamp::from_micros(model.last_at),
        blocked_until: Timestamp::from_micros(model.blocked_until),
    })
}
