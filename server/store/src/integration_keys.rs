//! Integration keys: what proxies and brokers prove themselves with, each for one tenant.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use vouchsafe_domain::{TenantId, Timestamp};

use crate::credentials::stored;
use crate::entity::integration_keys::{Column, Entity, Model};
use crate::{Conflict, Error, Store, Tx};

/// An integration key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationKeyRow {
    /// The tenant it speaks for.
    pub tenant: TenantId,
    /// Its name, unique in the tenant.
    pub name: String,
    /// The hash of the key, unique over all tenants.
    pub key_hash: String,
    /// Whether client certificates that its caller passes on count.
    pub client_certificates: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// Reads a key by its hash, whatever its tenant.
    pub async fn integration_key_get(&self, key_hash: &str) -> Result<Option<IntegrationKeyRow>, Error> {
        let found = Entity::find().filter(Column::KeyHash.eq(key_hash));
        found.one(self.read()).await?.map(row).transpose()
    }
}

impl Tx {
    /// Stores a new key.
    ///
    /// # Errors
    /// [`Conflict::IntegrationKey`] if the tenant has one of that name; [`Error::NoParent`] if there is no such tenant.
    pub async fn integration_key_insert(&self, row: &IntegrationKeyRow) -> Result<(), Error> {
        let model = Model {
            tenant_id: row.tenant.to_string(),
            name: row.name.clone(),
            key_hash: row.key_hash.clone(),
            client_certificates: row.client_certificates,
            created_at: row.created_at.as_micros(),
        };
        let inserted = Entity::insert(model.into_active_model()).exec_without_returning(self.db()).await;
        inserted.map(|_| ()).map_err(|error| Error::insert(error, Conflict::IntegrationKey))
    }

    /// Removes a key, if there is one of that name, and answers what it was.
    pub async fn integration_key_delete(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Result<Option<IntegrationKeyRow>, Error> {
        let key = (tenant.to_string(), name.to_owned());
        let found = Entity::find_by_id(key.clone()).one(self.db()).await?;
        Entity::delete_by_id(key).exec(self.db()).await?;
        found.map(row).transpose()
    }
}

fn row(model: Model) -> Result<IntegrationKeyRow, Error> {
    Ok(IntegrationKeyRow {
        tenant: stored("integration_keys.tenant_id", TenantId::parse(model.tenant_id).ok())?,
        name: model.name,
        key_hash: model.key_hash,
        client_certificates: model.client_certificates,
        created_at: Timestamp::from_micros(model.created_at),
    })
}
