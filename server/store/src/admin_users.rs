//! Administrators.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use vouchsafe_domain::{Secret, Timestamp, Username};

use crate::credentials::stored;
use crate::entity::admin_users::{Column, Entity, Model};
use crate::{Conflict, Error, Store, Tx};

/// An administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminUserRow {
    /// The login.
    pub username: Username,
    /// The password's hash; empty if there is no password.
    pub password_hash: Secret,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the password was last changed.
    pub updated_at: Timestamp,
}

impl Store {
    /// Reads an administrator.
    pub async fn admin_user_get(&self, username: &Username) -> Result<Option<AdminUserRow>, Error> {
        user(self.read(), username).await
    }

    /// Reads all administrators, in the order of their names.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a stored name breaks the rules.
    pub async fn admin_users_all(&self) -> Result<Vec<AdminUserRow>, Error> {
        let users = Entity::find().order_by_asc(Column::Username);
        users.all(self.read()).await?.into_iter().map(row).collect()
    }
}

impl Tx {
    /// Reads an administrator as this transaction sees them.
    pub async fn admin_user_get(&self, username: &Username) -> Result<Option<AdminUserRow>, Error> {
        user(self.db(), username).await
    }

    /// Stores a new administrator.
    ///
    /// # Errors
    /// [`Conflict::Username`] if there is one with that name.
    pub async fn admin_user_insert(&self, row: &AdminUserRow) -> Result<(), Error> {
        let model = Model {
            username: row.username.to_string(),
            password_hash: row.password_hash.expose().to_owned(),
            created_at: row.created_at.as_micros(),
            updated_at: row.updated_at.as_micros(),
        };
        let inserted = Entity::insert(model.into_active_model()).exec_without_returning(self.db()).await;
        inserted.map(|_| ()).map_err(|error| Error::insert(error, Conflict::Username))
    }

    /// Sets a new password; `false` if there is no such administrator.
    pub async fn admin_user_set_password_hash(
        &self,
        username: &Username,
        password_hash: &Secret,
        updated_at: Timestamp,
    ) -> Result<bool, Error> {
        let update = Entity::update_many()
            .col_expr(Column::PasswordHash, Expr::value(password_hash.expose()))
            .col_expr(Column::UpdatedAt, Expr::value(updated_at.as_micros()))
            .filter(Column::Username.eq(username.as_str()));
        Ok(update.exec(self.db()).await?.rows_affected > 0)
    }

    /// Removes an administrator; `false` if there is no such administrator.
    pub async fn admin_user_delete(&self, username: &Username) -> Result<bool, Error> {
        Ok(Entity::delete_by_id(username.as_str()).exec(self.db()).await?.rows_affected > 0)
    }
}

async fn user(db: &impl ConnectionTrait, username: &Username) -> Result<Option<AdminUserRow>, Error> {
    Entity::find_by_id(username.as_str()).one(db).await?.map(row).transpose()
}

fn row(model: Model) -> Result<AdminUserRow, Error> {
    Ok(AdminUserRow {
        username: stored("admin_users.username", Username::parse(model.username).ok())?,
        password_hash: Secret::new(model.password_hash),
        created_at: Timestamp::from_micros(model.created_at),
        updated_at: Timestamp::from_micros(model.updated_at),
    })
}
