//! Tenants.

use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use vouchsafe_domain::{State, TenantId, Timestamp};

use crate::credentials::stored;
use crate::entity::tenants::{Column, Entity, Model};
use crate::entity::{
    authorities, basic_credentials, integration_keys, oauth_clients, revocation_lists, verification_failures,
    x509_credentials,
};
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

    /// Counts a tenant's credentials of both kinds that are not revoked. Nobody adds any to it from here to the end of
    /// the transaction.
    ///
    /// # Errors
    /// [`Error::Busy`] if others are adding to the tenant and are not done in time.
    pub async fn tenant_unrevoked(&self, id: &TenantId) -> Result<u64, Error> {
        self.tenant_lock(id).await?;
        let revoked = State::Revoked.as_str();
        let basic = basic_credentials::Entity::find()
            .filter(basic_credentials::Column::TenantId.eq(id.as_str()))
            .filter(basic_credentials::Column::State.ne(revoked));
        let x509 = x509_credentials::Entity::find()
            .filter(x509_credentials::Column::TenantId.eq(id.as_str()))
            .filter(x509_credentials::Column::State.ne(revoked));
        Ok(basic.count(self.db()).await? + x509.count(self.db()).await?)
    }

    /// Removes a tenant with all that is its own: credentials whatever their state, OAuth clients, integration keys,
    /// authority and its revocation list. Its audit trail stays, and its last changes, until everybody was told of them. `false`
    /// if there is no such tenant.
    ///
    /// # Errors
    /// [`Error::Busy`] if others are changing the tenant's credentials and are not done in time.
    pub async fn tenant_delete(&self, id: &TenantId) -> Result<bool, Error> {
        self.tenant_lock(id).await?;
        let (db, id) = (self.db(), id.as_str());
        // What refers to other rows goes before them.
        let x509 = x509_credentials::Column::TenantId.eq(id);
        x509_credentials::Entity::delete_many().filter(x509).exec(db).await?;
        let basic = basic_credentials::Column::TenantId.eq(id);
        basic_credentials::Entity::delete_many().filter(basic).exec(db).await?;
        let clients = oauth_clients::Column::TenantId.eq(id);
        oauth_clients::Entity::delete_many().filter(clients).exec(db).await?;
        let keys = integration_keys::Column::TenantId.eq(id);
        integration_keys::Entity::delete_many().filter(keys).exec(db).await?;
        let failures = verification_failures::Column::TenantId.eq(id);
        verification_failures::Entity::delete_many().filter(failures).exec(db).await?;
        revocation_lists::Entity::delete_by_id(id).exec(db).await?;
        let authority = authorities::Column::TenantId.eq(id);
        authorities::Entity::delete_many().filter(authority).exec(db).await?;
        Ok(Entity::delete_by_id(id).exec(db).await?.rows_affected > 0)
    }

    /// Keeps others from adding rows that refer to the tenant: they wait for this transaction.
    async fn tenant_lock(&self, id: &TenantId) -> Result<(), Error> {
        // A foreign key locks the row it refers to; on SQLite, whose transactions exclude each other, this only reads.
        Entity::find_by_id(id.as_str()).lock_exclusive().one(self.db()).await?;
        Ok(())
    }
}

fn row(model: Model) -> Result<TenantRow, Error> {
    let id = stored("tenants.id", TenantId::parse(model.id).ok())?;
    Ok(TenantRow { id, created_at: Timestamp::from_micros(model.created_at) })
}
