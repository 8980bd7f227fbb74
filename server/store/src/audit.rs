//! The audit trail: who did what to what.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use vouchsafe_domain::{TenantId, Timestamp};

use crate::credentials::stored;
use crate::entity::audit::{ActiveModel, Column, Entity};
use crate::record::runs;
use crate::{Error, Record, Store};

/// One entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The tenant concerned; `None` for the installation as a whole.
    pub tenant: Option<TenantId>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What, as an operation id.
    pub action: String,
    /// To what.
    pub subject: String,
    /// In which request.
    pub request_id: String,
    /// What else there is to say. Never a secret.
    pub detail: String,
}

impl Store {
    /// Writes entries that belong to no other change, such as folded refusals.
    pub async fn audit_append(&self, rows: Vec<AuditRow>) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        tx.record(Record { audit: rows, outbox: Vec::new() });
        tx.commit().await
    }

    /// Reads the newest entries older than the one numbered `before`, newest first, `limit` at most, each with its
    /// number; all tenants' and the installation's if `tenant` is `None`.
    pub async fn audit_page(
        &self,
        tenant: Option<&TenantId>,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<(i64, AuditRow)>, Error> {
        let page = Entity::find()
            .apply_if(tenant, |query, tenant| query.filter(Column::TenantId.eq(tenant.as_str())))
            .apply_if(before, |query, before| query.filter(Column::Id.lt(before)))
            .order_by_desc(Column::Id)
            .limit(limit);
        let entries = page.all(self.read()).await?.into_iter().map(|model| {
            let tenant = model.tenant_id.map(TenantId::parse).transpose();
            let row = AuditRow {
                tenant: stored("audit.tenant_id", tenant.ok())?,
                at: Timestamp::from_micros(model.at),
                actor: model.actor,
                action: model.action,
                subject: model.subject,
                request_id: model.request_id,
                detail: model.detail,
            };
            Ok((model.id, row))
        });
        entries.collect()
    }
}

pub(crate) async fn insert(db: &DatabaseTransaction, rows: &[&AuditRow]) -> Result<(), DbErr> {
    for rows in runs(rows) {
        let models = rows.iter().map(|row| ActiveModel {
            tenant_id: Set(row.tenant.as_ref().map(ToString::to_string)),
            id: NotSet,
            at: Set(row.at.as_micros()),
            actor: Set(row.actor.clone()),
            action: Set(row.action.clone()),
            subject: Set(row.subject.clone()),
            request_id: Set(row.request_id.clone()),
            detail: Set(row.detail.clone()),
        });
        Entity::insert_many(models).exec_without_returning(db).await?;
    }
    Ok(())
}
