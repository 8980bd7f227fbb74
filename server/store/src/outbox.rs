//! The outbox: changes that somebody must be told about, in the order in which they became visible.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use vouchsafe_domain::{CredentialsId, TenantId, Timestamp};

use crate::credentials::{CredentialsKind, stored};
use crate::entity::outbox::{ActiveModel, Column, Entity, Model};
use crate::record::runs;
use crate::{Error, Store};

/// One change of credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The tenant.
    pub tenant: TenantId,
    /// When.
    pub at: Timestamp,
    /// What happened, e.g. `revoked`.
    pub kind: String,
    /// Which kind of credentials it happened to.
    pub credentials_kind: CredentialsKind,
    /// Which credentials.
    pub credentials_id: CredentialsId,
}

impl Store {
    /// Reads the next changes after the one numbered `after`, `limit` at most, each with its number. A change that
    /// becomes visible later has a higher number, so a reader that remembers the last number misses none.
    pub async fn outbox_page(&self, after: i64, limit: u64) -> Result<Vec<(i64, OutboxRow)>, Error> {
        let page = Entity::find().filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(limit);
        page.all(self.read()).await?.into_iter().map(row).collect()
    }

    /// Reads the next changes of one tenant after the one numbered `after`, none past the one numbered `upto`.
    pub async fn outbox_page_of(
        &self,
        tenant: &TenantId,
        after: i64,
        upto: i64,
        limit: u64,
    ) -> Result<Vec<(i64, OutboxRow)>, Error> {
        let page = Entity::find()
            .filter(Column::Id.gt(after))
            .filter(Column::Id.lte(upto))
            .filter(Column::TenantId.eq(tenant.as_str()))
            .order_by_asc(Column::Id)
            .limit(limit);
        page.all(self.read()).await?.into_iter().map(row).collect()
    }

    /// The tenants with changes of X.509 credentials after the one numbered `after`, none past the one numbered `upto`.
    pub async fn outbox_x509_tenants(&self, after: i64, upto: i64) -> Result<Vec<TenantId>, Error> {
        let tenants = Entity::find()
            .select_only()
            .column(Column::TenantId)
            .distinct()
            .filter(Column::Id.gt(after))
            .filter(Column::Id.lte(upto))
            .filter(Column::CredentialsKind.eq(CredentialsKind::X509.as_str()))
            .filter(Column::Kind.is_in(["suspended", "reactivated", "revoked"]))
            .into_tuple::<String>();
        let tenants = tenants.all(self.read()).await?.into_iter();
        tenants.map(|tenant| stored("outbox.tenant_id", TenantId::parse(tenant).ok())).collect()
    }

    /// The number of the latest of the oldest changes, `limit` at most, that were before a moment; `None` if there is none.
    pub async fn outbox_before(&self, moment: Timestamp, limit: u64) -> Result<Option<i64>, Error> {
        let oldest = Entity::find()
            .select_only()
            .columns([Column::Id, Column::At])
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_tuple::<(i64, i64)>();
        let oldest = oldest.all(self.read()).await?.into_iter();
        Ok(oldest.take_while(|(_, at)| *at < moment.as_micros()).map(|(id, _)| id).last())
    }

    /// The number up to which changes were deleted; 0 if none was.
    pub async fn outbox_trimmed(&self) -> Result<i64, Error> {
        let trimmed = self.setting(TRIMMED).await?;
        stored("settings.value", trimmed.map_or(Some(0), |number| number.parse().ok()))
    }

    /// The number of the latest change; 0 if there is none.
    pub async fn outbox_head(&self) -> Result<i64, Error> {
        let latest =
            Entity::find().select_only().column(Column::Id).order_by_desc(Column::Id).into_tuple::<i64>();
        Ok(latest.one(self.read()).await?.unwrap_or(0))
    }

    /// Deletes the changes up to the one numbered `upto`; answers how many. Numbers are never used again.
    pub async fn outbox_trim(&self, upto: i64) -> Result<u64, Error> {
        let tx = self.begin().await?;
        let deleted = Entity::delete_many().filter(Column::Id.lte(upto)).exec(tx.db()).await?;
        tx.setting_put(TRIMMED, &upto.to_string()).await?;
        tx.commit().await?;
        Ok(deleted.rows_affected)
    }
}

/// The setting that remembers up to which number changes were deleted.
const TRIMMED: &str = "outbox/trimmed";

fn row(model: Model) -> Result<(i64, OutboxRow), Error> {
    let row = OutboxRow {
        tenant: stored("outbox.tenant_id", TenantId::parse(model.tenant_id).ok())?,
        at: Timestamp::from_micros(model.at),
        kind: model.kind,
        credentials_kind: stored("outbox.credentials_kind", CredentialsKind::parse(&model.credentials_kind))?,
        credentials_id: stored("outbox.credentials_id", CredentialsId::parse(model.credentials_id).ok())?,
    };
    Ok((model.id, row))
}

pub(crate) async fn insert(db: &DatabaseTransaction, rows: &[&OutboxRow]) -> Result<(), DbErr> {
    for rows in runs(rows) {
        let models = rows.iter().map(|row| ActiveModel {
            tenant_id: Set(row.tenant.to_string()),
            id: NotSet,
            at: Set(row.at.as_micros()),
            kind: Set(row.kind.clone()),
            credentials_kind: Set(row.credentials_kind.as_str().to_owned()),
            credentials_id: Set(row.credentials_id.to_string()),
        });
        Entity::insert_many(models).exec_without_returning(db).await?;
    }
    Ok(())
}
