//! The clients of the built-in token endpoint.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use vouchsafe_domain::{ScopeSet, Secret, TenantId, Timestamp};

use crate::credentials::stored;
use crate::entity::oauth_clients::{Column, Entity, Model};
use crate::{Conflict, Error, Store, Tx};

/// An OAuth 2.0 client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OauthClientRow {
    /// The tenant its tokens are for.
    pub tenant: TenantId,
    /// Its id, unique over all tenants.
    pub client_id: String,
    /// Its secret's hash.
    pub secret_hash: Secret,
    /// What it may ask for.
    pub scopes: ScopeSet,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// Reads a client by its id, whatever its tenant.
    pub async fn oauth_client_get(&self, client_id: &str) -> Result<Option<OauthClientRow>, Error> {
        // PostgreSQL refuses a NUL, which no stored text has.
        if client_id.contains('\0') {
            return Ok(None);
        }
        let found = Entity::find().filter(Column::ClientId.eq(client_id));
        found.one(self.read()).await?.map(row).transpose()
    }

    /// Reads all clients, in the order of their tenants and, within one, of their ids.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a stored tenant's id breaks the rules.
    pub async fn oauth_clients_all(&self) -> Result<Vec<OauthClientRow>, Error> {
        let clients = Entity::find().order_by_asc(Column::TenantId).order_by_asc(Column::ClientId);
        clients.all(self.read()).await?.into_iter().map(row).collect()
    }
}

impl Tx {
    /// Stores a new client.
    ///
    /// # Errors
    /// [`Conflict::ClientId`] if the id is taken by any tenant's client; [`Error::NoParent`] if there is no such tenant.
    pub async fn oauth_client_insert(&self, row: &OauthClientRow) -> Result<(), Error> {
        let model = Model {
            tenant_id: row.tenant.to_string(),
            client_id: row.client_id.clone(),
            secret_hash: row.secret_hash.expose().to_owned(),
            scopes: row.scopes.to_string(),
            created_at: row.created_at.as_micros(),
        };
        let inserted = Entity::insert(model.into_active_model()).exec_without_returning(self.db()).await;
        inserted.map(|_| ()).map_err(|error| Error::insert(error, Conflict::ClientId))
    }

    /// Changes what a client may ask for. A client that doesn't exist is passed over.
    pub async fn oauth_client_update_scopes(&self, client_id: &str, scopes: &ScopeSet) -> Result<(), Error> {
        if client_id.contains('\0') {
            return Ok(());
        }
        let update = Entity::update_many()
            .col_expr(Column::Scopes, Expr::value(scopes.to_string()))
            .filter(Column::ClientId.eq(client_id));
        update.exec(self.db()).await?;
        Ok(())
    }

    /// Removes a client, if there is one with that id.
    pub async fn oauth_client_delete(&self, client_id: &str) -> Result<(), Error> {
        if client_id.contains('\0') {
            return Ok(());
        }
        Entity::delete_many().filter(Column::ClientId.eq(client_id)).exec(self.db()).await?;
        Ok(())
    }
}

fn row(model: Model) -> Result<OauthClientRow, Error> {
    Ok(OauthClientRow {
        tenant: stored("oauth_clients.tenant_id", TenantId::parse(model.tenant_id).ok())?,
        client_id: model.client_id,
        secret_hash: Secret::new(model.secret_hash),
        scopes: ScopeSet::from_list(&model.scopes),
        created_at: Timestamp::from_micros(model.created_at),
    })
}
