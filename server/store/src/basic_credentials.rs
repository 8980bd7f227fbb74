//! Basic credentials: usernames with password hashes.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, DerivePartialModel, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use vouchsafe_domain::{CredentialsId, Secret, State, TenantId, Timestamp, Username};

use crate::credentials::{CredentialsKind, LastUse, StateChange, stored, update_if};
use crate::entity::basic_credentials::{Column, Entity, Model};
use crate::queue::{Target, Write};
use crate::record::runs;
use crate::{Conflict, Error, Record, Store, Tx};

/// Basic credentials of a tenant, without the hash of their password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasicCredentialsRow {
    /// Their id.
    pub id: CredentialsId,
    /// Their login, unique in the tenant.
    pub username: Username,
    /// Their state.
    pub state: State,
    /// When they were made.
    pub created_at: Timestamp,
    /// When their state or password was last changed by an operator.
    pub updated_at: Timestamp,
    /// When they were last used.
    pub last_use_at: Option<Timestamp>,
}

/// Which basic credentials to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasicCredentialsFilter {
    /// Only those in that state.
    pub state: Option<State>,
    /// Only the one with that name.
    pub username: Option<Username>,
}

/// A new password that holds only if the credentials are still in the state it was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordChange {
    /// Whose credentials.
    pub tenant: TenantId,
    /// Which credentials.
    pub id: CredentialsId,
    /// The state the decision was made on.
    pub from: State,
    /// The new password's hash.
    pub password_hash: Secret,
    /// The new `updated_at`.
    pub updated_at: Timestamp,
}

impl Store {
    /// Stores new credentials; durable when it answers.
    ///
    /// # Errors
    /// [`Conflict::Username`] if the tenant has the name already; [`Error::NoParent`] if there is no such tenant.
    pub async fn basic_credentials_insert(
        &self,
        tenant: &TenantId,
        row: &BasicCredentialsRow,
        password_hash: &Secret,
        record: Record,
    ) -> Result<(), Error> {
        let target: Target = ("basic_credentials.username", tenant.to_string(), row.username.to_string());
        let statement = Entity::insert(model(tenant, row, password_hash).into_active_model())
            .on_conflict(OnConflict::columns([Column::TenantId, Column::Username]).do_nothing().to_owned())
            .build(self.backend());
        match self.queue().write(Write { target, statement, record }).await? {
            true => Ok(()),
            false => Err(Error::Conflict(Conflict::Username)),
        }
    }

    /// Reads credentials by their id.
    pub async fn basic_credentials_get(
        &self,
        tenant: &TenantId,
        id: &CredentialsId,
    ) -> Result<Option<BasicCredentialsRow>, Error> {
        let found = Entity::find_by_id((tenant.to_string(), id.to_string())).into_partial_model::<Listed>();
        found.one(self.read()).await?.map(Listed::row).transpose()
    }

    /// Reads credentials and their password's hash by their name, for a verification.
    pub async fn basic_credentials_login(
        &self,
        tenant: &TenantId,
        username: &Username,
    ) -> Result<Option<(BasicCredentialsRow, Secret)>, Error> {
        let found = Entity::find()
            .filter(Column::TenantId.eq(tenant.as_str()))
            .filter(Column::Username.eq(username.as_str()));
        let Some(model) = found.one(self.read()).await? else { return Ok(None) };
        let Model { id, username, password_hash, state, created_at, updated_at, last_use_at, .. } = model;
        let row = Listed { id, username, state, created_at, updated_at, last_use_at }.row()?;
        Ok(Some((row, Secret::new(password_hash))))
    }

    /// Reads the next credentials after `after` in the order of their ids, `limit` at most.
    pub async fn basic_credentials_page(
        &self,
        tenant: &TenantId,
        filter: &BasicCredentialsFilter,
        after: Option<&CredentialsId>,
        limit: u64,
    ) -> Result<Vec<BasicCredentialsRow>, Error> {
        let page = Entity::find()
            .filter(Column::TenantId.eq(tenant.as_str()))
            .apply_if(filter.state, |query, state| query.filter(Column::State.eq(state.as_str())))
            .apply_if(filter.username.as_ref(), |query, name| {
                query.filter(Column::Username.eq(name.as_str()))
            })
            .apply_if(after, |query, after| query.filter(Column::Id.gt(after.as_str())))
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_partial_model::<Listed>();
        page.all(self.read()).await?.into_iter().map(Listed::row).collect()
    }

    /// Changes the state; `false` if the credentials are not in the state it was decided on any more.
    pub async fn basic_credentials_change_state(
        &self,
        change: &StateChange,
        record: Record,
    ) -> Result<bool, Error> {
        self.change_state(CredentialsKind::Basic, change, record).await
    }

    /// Makes Inactive credentials Active and sets their `last_use_at`; `false` if they are not Inactive any more.
    pub async fn basic_credentials_first_use(&self, used: &LastUse, record: Record) -> Result<bool, Error> {
        self.first_use(CredentialsKind::Basic, used, record).await
    }

    /// Moves `last_use_at` forward for many credentials, never back. Those that don't exist are passed over.
    pub async fn basic_credentials_flush_last_use(&self, uses: &[LastUse]) -> Result<(), Error> {
        self.flush_last_use(CredentialsKind::Basic, uses).await
    }

    /// Sets a new password; `false` if the credentials are not in the state it was decided on any more.
    pub async fn basic_credentials_set_password_hash(
        &self,
        change: &PasswordChange,
        record: Record,
    ) -> Result<bool, Error> {
        let mut update = update_if(CredentialsKind::Basic, &change.tenant, &change.id, change.from);
        update
            .value("password_hash", change.password_hash.expose())
            .value("updated_at", change.updated_at.as_micros());
        self.update(CredentialsKind::Basic, &change.tenant, &change.id, &update, record).await
    }

    /// Replaces a password's hash by another hash of the same password; `false` if the password was changed meanwhile.
    pub async fn basic_credentials_rehash(
        &self,
        tenant: &TenantId,
        id: &CredentialsId,
        old: &Secret,
        new: &Secret,
    ) -> Result<bool, Error> {
        let mut update = sea_orm::sea_query::Query::update();
        update
            .table(Entity)
            .value(Column::PasswordHash, new.expose())
            .and_where(Expr::col(Column::TenantId).eq(tenant.as_str()))
            .and_where(Expr::col(Column::Id).eq(id.as_str()))
            .and_where(Expr::col(Column::PasswordHash).eq(old.expose()));
        self.update(CredentialsKind::Basic, tenant, id, &update, Record::default()).await
    }
}

impl Tx {
    /// Stores many credentials of one tenant, past the queue: for imports and seeds.
    ///
    /// # Errors
    /// [`Conflict::Username`] if a name or an id is taken; [`Error::NoParent`] if there is no such tenant.
    pub async fn basic_credentials_insert_many(
        &self,
        tenant: &TenantId,
        rows: &[(BasicCredentialsRow, Secret)],
    ) -> Result<(), Error> {
        for rows in runs(rows) {
            let models = rows.iter().map(|(row, hash)| model(tenant, row, hash).into_active_model());
            Entity::insert_many(models)
                .exec_without_returning(self.db())
                .await
                .map_err(|error| Error::insert(error, Conflict::Username))?;
        }
        Ok(())
    }
}

fn model(tenant: &TenantId, row: &BasicCredentialsRow, password_hash: &Secret) -> Model {
    Model {
        tenant_id: tenant.to_string(),
        id: row.id.to_string(),
        username: row.username.to_string(),
        password_hash: password_hash.expose().to_owned(),
        state: row.state.to_string(),
        created_at: row.created_at.as_micros(),
        updated_at: row.updated_at.as_micros(),
        last_use_at: row.last_use_at.map(Timestamp::as_micros),
    }
}

/// The columns of a list.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct Listed {
    id: String,
    username: String,
    state: String,
    created_at: i64,
    updated_at: i64,
    last_use_at: Option<i64>,
}

impl Listed {
    fn row(self) -> Result<BasicCredentialsRow, Error> {
        Ok(BasicCredentialsRow {
            id: stored("basic_credentials.id", CredentialsId::parse(self.id).ok())?,
            username: stored("basic_credentials.username", Username::parse(self.username).ok())?,
            state: stored("basic_credentials.state", State::parse(&self.state))?,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            last_use_at: self.last_use_at.map(Timestamp::from_micros),
        })
    }
}
