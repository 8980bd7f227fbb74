//! Tenants.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use vouchsafe_domain::{TenantId, Timestamp};

use crate::credentials::stored;
use crate::entity::tenants::{Column, Entity, Model};
use crate::{Conflict, Error, Store, Tx};

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    /// Its id.
    pub id: TenantId,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// Reads a tenant.
    pub async fn tenant_get(&self, id: &TenantId) -> Result<Option<TenantRow>, Error> {
        Entity::find_by_id(id.to_string()).one(self.read()).await?.map(row).transpose()
    }

    /// Reads the next tenants after `after` in the order of their ids, `limit` at most.
    pub async fn tenants_page(&self, after: Option<&TenantId>, limit: u64) -> Result<Vec<TenantRow>, Error> {
        let page = Entity::find()
            .apply_if(after, |query, after| query.filter(Column::Id.gt(after.as_str())))
            .order_by_asc(Column::Id)
            .limit(limit);
        page.all(self.read()).await?.into_iter().map(row).collect()
    }
}

impl Tx {
    /// Stores a new tenant.
    ///
    /// # Errors
    /// [`Conflict::Tenant`] if there is one with that id.
    pub async fn tenant_insert(&self, row: &TenantRow) -> Result<(), Error> {
        let model = Model { id: row.id.to_string(), created_at: row.created_at.as_micros() };
        let inserted = Entity::insert(model.into_active_model()).exec_without_returning(self.db()).await;
        inserted.map(|_| ()).map_err(|error| Error::insert(error, Conflict::Tenant))
    }
}

fn row(model: Model) -> Result<TenantRow, Error> {
    let id = stored("tenants.id", TenantId::parse(model.id).ok())?;
    Ok(TenantRow { id, created_at: Timestamp::from_micros(model.created_at) })
}
