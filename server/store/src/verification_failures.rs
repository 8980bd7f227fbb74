//! Failed verifications, counted by the credentials and the device they came from.
//!
//! Counting is one statement that reads and writes at once, so that replicas agree without a lock.

use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use vouchsafe_domain::{TenantId, Timestamp};

use crate::credentials::stored;
use crate::entity::verification_failures::{Column, Entity, Model};
use crate::queue::{Target, Write};
use crate::{Error, Record, Store};

/// The failed verifications of one pair of credentials and device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerificationFailures {
    /// How many, since the last success.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Timestamp,
    /// When they are forgotten.
    pub forget_at: Timestamp,
}

impl Store {
    /// Reads the failures of a pair.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a stored number is out of range.
    pub async fn verification_failures_get(
        &self,
        tenant: &TenantId,
        subject: &str,
    ) -> Result<Option<VerificationFailures>, Error> {
        let found = Entity::find_by_id((tenant.to_string(), subject.to_owned())).one(self.read()).await?;
        found.map(failures).transpose()
    }

    /// Counts a failure of a pair, to be forgotten at a moment unless another one follows. Durable when it answers.
    pub async fn verification_failure_add(
        &self,
        tenant: &TenantId,
        subject: &str,
        at: Timestamp,
        forget_at: Timestamp,
    ) -> Result<(), Error> {
        let model = Model {
            tenant_id: tenant.to_string(),
            subject: subject.to_owned(),
            failures: 1,
            last_at: at.as_micros(),
            forget_at: forget_at.as_micros(),
        };
        let old = |column: Column| Expr::col((Entity, column));
        let forgotten = old(Column::ForgetAt).lte(at.as_micros());
        let counted = CaseStatement::new().case(forgotten, 1_i64).finally(old(Column::Failures).add(1_i64));
        let added = OnConflict::columns([Column::TenantId, Column::Subject])
            .value(Column::Failures, counted)
            .update_columns([Column::LastAt, Column::ForgetAt])
            .to_owned();
        let statement = Entity::insert(model.into_active_model()).on_conflict(added).build(self.backend());
        self.queue()
            .write(Write { target: target(tenant, subject), statement, record: Record::default() })
            .await?;
        Ok(())
    }

    /// Forgets the failures of a pair.
    pub async fn verification_failures_clear(&self, tenant: &TenantId, subject: &str) -> Result<(), Error> {
        let statement = Entity::delete_by_id((tenant.to_string(), subject.to_owned())).build(self.backend());
        self.queue()
            .write(Write { target: target(tenant, subject), statement, record: Record::default() })
            .await?;
        Ok(())
    }

    /// Forgets what is due, and the oldest of more than `most` pairs; answers how many.
    pub async fn verification_failures_sweep(&self, now: Timestamp, most: u64) -> Result<u64, Error> {
        let tx = self.begin().await?;
        let due = Entity::delete_many().filter(Column::ForgetAt.lte(now.as_micros())).exec(tx.db()).await?;
        let mut forgotten = due.rows_affected;
        let more = Entity::find().count(tx.db()).await?.saturating_sub(most);
        if more > 0 {
            let newest_to_go = Entity::find()
                .select_only()
                .column(Column::ForgetAt)
                .order_by_asc(Column::ForgetAt)
                .offset(more - 1)
                .limit(1)
                .into_tuple::<i64>();
            if let Some(limit) = newest_to_go.one(tx.db()).await? {
                let oldest = Entity::delete_many().filter(Column::ForgetAt.lte(limit));
                forgotten += oldest.exec(tx.db()).await?.rows_affected;
            }
        }
        tx.commit().await?;
        Ok(forgotten)
    }
}

fn target(tenant: &TenantId, subject: &str) -> Target {
    ("verification_failures", tenant.to_string(), subject.to_owned())
}

fn failures(model: Model) -> Result<VerificationFailures, Error> {
    Ok(VerificationFailures {
        failures: stored("verification_failures.failures", model.failures.try_into().ok())?,
        last_at: Timestamp::from_micros(model.last_at),
        forget_at: Timestamp::from_micros(model.forget_at),
    })
}
