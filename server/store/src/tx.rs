//! A write transaction in the caller's hand. Each resource adds its own methods where it is defined.

use std::fmt;

use sea_orm::DatabaseTransaction;
use tokio::sync::OwnedMutexGuard;

use crate::error::is_undone;
use crate::{Error, Record};

/// A write transaction. Dropped without [`Tx::commit`] it leaves no trace. After an error it can only be dropped.
pub struct Tx {
    db: DatabaseTransaction,
    record: Record,
    /// This process's turn, if it is a transaction that takes turns.
    turn: Option<OwnedMutexGuard<()>>,
}

impl Tx {
    pub(crate) fn new(db: DatabaseTransaction) -> Self {
        Self { db, record: Record::default(), turn: None }
    }

    pub(crate) fn in_turn(db: DatabaseTransaction, turn: OwnedMutexGuard<()>) -> Self {
        Self { turn: Some(turn), ..Self::new(db) }
    }

    pub(crate) fn db(&self) -> &DatabaseTransaction {
        &self.db
    }

    /// Adds rows to be written with the commit.
    pub fn record(&mut self, record: Record) {
        self.record.audit.extend(record.audit);
        self.record.outbox.extend(record.outbox);
    }

    /// Makes everything durable and visible, wholly or not at all.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if the connection broke.
    pub async fn commit(self) -> Result<(), Error> {
        self.record.write(&self.db).await?;
        let committed = self.db.commit().await;
        drop(self.turn);
        committed.map_err(|error| match is_undone(&error) {
            true => error.into(),
            false => Error::outcome_unknown(&error),
        })
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("record", &self.record).finish_non_exhaustive()
    }
}
