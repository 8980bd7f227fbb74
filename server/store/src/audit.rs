//! The audit trail: who did what to what.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use vouchsafe_domain::{TenantId, Timestamp};

use crate::credentials::stored;
use crate::entity::audit::{ActiveModel, Column, Entity, Model};
use crate::nul::without_nul;
use crate::record::runs;
use crate::{Error, Record, Store};

/// One entry of the audit trail. A NUL in its texts is stored as the replacement character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The tenant concerned; `None` for the installation as a whole.
    pub tenant: Option<TenantId>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// From where; empty if unknown.
    pub address: String,
    /// What, as an operation id.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What came of it.
    pub outcome: Outcome,
    /// How often, if like entries were folded into this one.
    pub count: u32,
    /// In which request.
    pub request_id: String,
    /// What else there is to say. Never a secret.
    pub detail: String,
}

/// What came of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not allowed.
    Refused,
    /// It was allowed and did not succeed.
    Failed,
}

impl Outcome {
    /// The outcome as it is stored: `done`, `refused` or `failed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// Reads a stored outcome.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Done, Self::Refused, Self::Failed].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// Which entries of the audit trail to list; all of them by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only those that concern this tenant.
    pub tenant: Option<TenantId>,
    /// Only those of this moment or later.
    pub since: Option<Timestamp>,
    /// Only those before this moment.
    pub until: Option<Timestamp>,
    /// Only what this one did.
    pub actor: Option<String>,
    /// Only this operation, an operation id.
    pub operation: Option<String>,
    /// Only what was done to this, or to something below it if it is a path.
    pub target: Option<String>,
    /// Only those with a number below this one.
    pub before: Option<i64>,
}

impl AuditFilter {
    /// Whether it asks for a text with a NUL, which no stored text has and `PostgreSQL` refuses.
    fn finds_nothing(&self) -> bool {
        [&self.actor, &self.operation, &self.target].into_iter().flatten().any(|text| text.contains('\0'))
    }

    fn condition(&self) -> Condition {
        let equal = |column: Column, text: &Option<String>| text.as_ref().map(|text| column.eq(text));
        Condition::all()
            .add_option(self.tenant.as_ref().map(|tenant| Column::TenantId.eq(tenant.as_str())))
            .add_option(self.since.map(|since| Column::At.gte(since.as_micros())))
            .add_option(self.until.map(|until| Column::At.lt(until.as_micros())))
            .add_option(equal(Column::Actor, &self.actor))
            .add_option(equal(Column::Action, &self.operation))
            .add_option(self.target.as_deref().map(|target| Column::Subject.eq(target).or(below(target))))
            .add_option(self.before.map(|before| Column::Id.lt(before)))
    }
}

/// Whether a subject is a path below `target`. Not LIKE, which on `SQLite` takes no notice of case.
fn below(target: &str) -> Expr {
    let prefix = format!("{}/", target.trim_end_matches('/'));
    let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
    let start = Func::cust("substr").arg(Expr::col(Column::Subject)).arg(1).arg(length);
    Expr::from(start).eq(prefix)
}

impl Store {
    /// Writes entries that belong to no other change, such as folded refusals.
    pub async fn audit_append(&self, rows: Vec<AuditRow>) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.record(Record { audit: rows, outbox: Vec::new() });
        tx.commit().await
    }

    /// Reads the newest entries that pass the filter, newest first, `limit` at most, each with its number.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a stored value breaks the rules of its column.
    pub async fn audit_page(&self, filter: &AuditFilter, limit: u64) -> Result<Vec<(i64, AuditRow)>, Error> {
        if filter.finds_nothing() {
            return Ok(Vec::new());
        }
        let page = Entity::find().filter(filter.condition()).order_by_desc(Column::Id).limit(limit);
        page.all(self.read()).await?.into_iter().map(row).collect()
    }
}

fn row(model: Model) -> Result<(i64, AuditRow), Error> {
    let tenant = model.tenant_id.map(TenantId::parse).transpose();
    let row = AuditRow {
        tenant: stored("audit.tenant_id", tenant.ok())?,
        at: Timestamp::from_micros(model.at),
        actor: model.actor,
        address: model.address,
        action: model.action,
        subject: model.subject,
        outcome: stored("audit.outcome", Outcome::parse(&model.outcome))?,
        count: stored("audit.count", model.count.try_into().ok())?,
        request_id: model.request_id,
        detail: model.detail,
    };
    Ok((model.id, row))
}

pub(crate) async fn insert(db: &DatabaseTransaction, rows: &[&AuditRow]) -> Result<(), DbErr> {
    for rows in runs(rows) {
        let models = rows.iter().map(|row| ActiveModel {
            tenant_id: Set(row.tenant.as_ref().map(ToString::to_string)),
            id: NotSet,
            at: Set(row.at.as_micros()),
            actor: Set(without_nul(&row.actor)),
            action: Set(without_nul(&row.action)),
            subject: Set(without_nul(&row.subject)),
            request_id: Set(without_nul(&row.request_id)),
            detail: Set(without_nul(&row.detail)),
            address: Set(without_nul(&row.address)),
            outcome: Set(row.outcome.as_str().to_owned()),
            count: Set(row.count.into()),
        });
        Entity::insert_many(models).exec_without_returning(db).await?;
    }
    Ok(())
}
