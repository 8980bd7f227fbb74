//! Certificate authorities: the platform's and the tenants'.

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel, QueryOrder, QuerySelect};
use vouchsafe_domain::{KeyType, TenantId, Timestamp};

use crate::credentials::stored;
use crate::entity::authorities::{Column, Entity, Model};
use crate::{Conflict, Error, SealedKey, Store, Tx};

/// A certificate authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityRow {
    /// Its id: `platform`, or the id of the tenant it signs for.
    pub id: String,
    /// The tenant it signs for; `None` for the platform's.
    pub tenant: Option<TenantId>,
    /// Its certificate, PEM.
    pub certificate_pem: String,
    /// The certificates above it, PEM after PEM, its issuer's first; may be empty.
    pub chain_pem: String,
    /// Its encrypted private key.
    pub sealed_key: SealedKey,
    /// Its key's kind.
    pub key_type: KeyType,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// Reads an authority.
    pub async fn authority_get(&self, id: &str) -> Result<Option<AuthorityRow>, Error> {
        if id.contains('\0') {
            return Ok(None);
        }
        Entity::find_by_id(id).one(self.read()).await?.map(row).transpose()
    }
}

impl Store {
    /// Reads the ids and certificates, PEM, of all authorities.
    pub async fn authority_certificates(&self) -> Result<Vec<(String, String)>, Error> {
        let all = Entity::find().select_only().columns([Column::Id, Column::CertificatePem]);
        Ok(all.order_by_asc(Column::Id).into_tuple().all(self.read()).await?)
    }
}

impl Tx {
    /// Reads an authority as this transaction sees it.
    pub async fn authority_get(&self, id: &str) -> Result<Option<AuthorityRow>, Error> {
        Entity::find_by_id(id).one(self.db()).await?.map(row).transpose()
    }

    /// Stores a new authority.
    ///
    /// # Errors
    /// [`Conflict::Authority`] if there is one with that id; [`Error::NoParent`] if there is no such tenant.
    pub async fn authority_insert(&self, row: AuthorityRow) -> Result<(), Error> {
        let inserted = Entity::insert(model(row).into_active_model()).exec_without_returning(self.db()).await;
        inserted.map(|_| ()).map_err(|error| Error::insert(error, Conflict::Authority))
    }

    /// Stores an authority in the place of the one with its id, if there is one.
    ///
    /// # Errors
    /// [`Error::NoParent`] if there is no such tenant.
    pub async fn authority_put(&self, row: AuthorityRow) -> Result<(), Error> {
        let replaced = OnConflict::column(Column::Id)
            .update_columns([
                Column::TenantId,
                Column::CertificatePem,
                Column::ChainPem,
                Column::SealedKey,
                Column::KeyType,
                Column::CreatedAt,
            ])
            .to_owned();
        let put = Entity::insert(model(row).into_active_model()).on_conflict(replaced);
        put.exec_without_returning(self.db()).await?;
        Ok(())
    }
}

fn model(row: AuthorityRow) -> Model {
    Model {
        tenant_id: row.tenant.map(|tenant| tenant.to_string()),
        id: row.id,
        certificate_pem: row.certificate_pem,
        chain_pem: row.chain_pem,
        sealed_key: row.sealed_key.into_bytes(),
        key_type: row.key_type.as_str().to_owned(),
        created_at: row.created_at.as_micros(),
    }
}

fn row(model: Model) -> Result<AuthorityRow, Error> {
    let tenant = model.tenant_id.map(TenantId::parse).transpose();
    Ok(AuthorityRow {
        id: model.id,
        tenant: stored("authorities.tenant_id", tenant.ok())?,
        certificate_pem: model.certificate_pem,
        chain_pem: model.chain_pem,
        sealed_key: SealedKey::new(model.sealed_key),
        key_type: stored("authorities.key_type", KeyType::parse(&model.key_type))?,
        created_at: Timestamp::from_micros(model.created_at),
    })
}
