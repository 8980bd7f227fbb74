//! The committed configuration: a body for each path. What the bodies mean is not the store's business.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::Value;

use crate::credentials::stored;
use crate::entity::configuration::{Column, Entity, Model};
use crate::{Error, Store, Tx};

const REVISION: &str = "configuration_revision";

/// One object of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigurationRow {
    /// Its path.
    pub path: String,
    /// Its body, without secrets.
    pub body: Value,
    /// Its secrets, encrypted.
    pub secret: Option<Vec<u8>>,
}

impl Store {
    /// Reads an object.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if its body is no JSON.
    pub async fn configuration_get(&self, path: &str) -> Result<Option<ConfigurationRow>, Error> {
        get(self.read(), path).await
    }

    /// Reads the objects directly below a path, in the order of their paths, byte by byte.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a body is no JSON.
    pub async fn configuration_children(&self, parent: &str) -> Result<Vec<ConfigurationRow>, Error> {
        if parent.contains('\0') {
            return Ok(Vec::new());
        }
        let children = Entity::find().filter(Column::Parent.eq(parent)).order_by_asc(Column::Path);
        children.all(self.read()).await?.into_iter().map(row).collect()
    }

    /// Reads all objects, in the order of their paths, byte by byte.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a body is no JSON.
    pub async fn configuration_all(&self) -> Result<Vec<ConfigurationRow>, Error> {
        all(self.read()).await
    }

    /// The number of the configuration's latest revision; 0 if it never changed.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if what is stored is no number.
    pub async fn configuration_revision(&self) -> Result<i64, Error> {
        revision(self.setting(REVISION).await?)
    }
}

impl Tx {
    /// Reads an object as this transaction sees it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if its body is no JSON.
    pub async fn configuration_get(&self, path: &str) -> Result<Option<ConfigurationRow>, Error> {
        get(self.db(), path).await
    }

    /// Reads all objects as this transaction sees them, in the order of their paths, byte by byte.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a body is no JSON.
    pub async fn configuration_all(&self) -> Result<Vec<ConfigurationRow>, Error> {
        all(self.db()).await
    }

    /// Stores an object in the place of the one at its path, if there is one.
    pub async fn configuration_put(&self, row: &ConfigurationRow) -> Result<(), Error> {
        let parent = row.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let model = Model {
            path: row.path.clone(),
            parent: parent.to_owned(),
            body: row.body.to_string(),
            secret: row.secret.clone(),
        };
        let replaced =
            OnConflict::column(Column::Path).update_columns([Column::Body, Column::Secret]).to_owned();
        let put = Entity::insert(model.into_active_model()).on_conflict(replaced);
        put.exec_without_returning(self.db()).await?;
        Ok(())
    }

    /// Removes the object at a path, not those below it; `false` if there is none.
    pub async fn configuration_delete(&self, path: &str) -> Result<bool, Error> {
        if path.contains('\0') {
            return Ok(false);
        }
        Ok(Entity::delete_by_id(path).exec(self.db()).await?.rows_affected > 0)
    }

    /// Counts one more revision and answers its number. For a transaction of [`Store::begin_configuration`].
    ///
    /// # Errors
    /// [`Error::Corrupt`] if what is stored is no number.
    pub async fn configuration_revision_bump(&self) -> Result<i64, Error> {
        let next = revision(self.setting(REVISION).await?)? + 1;
        self.setting_put(REVISION, &next.to_string()).await?;
        Ok(next)
    }
}

async fn get(db: &impl ConnectionTrait, path: &str) -> Result<Option<ConfigurationRow>, Error> {
    // PostgreSQL refuses a NUL, which no stored text has.
    if path.contains('\0') {
        return Ok(None);
    }
    Entity::find_by_id(path).one(db).await?.map(row).transpose()
}

async fn all(db: &impl ConnectionTrait) -> Result<Vec<ConfigurationRow>, Error> {
    Entity::find().order_by_asc(Column::Path).all(db).await?.into_iter().map(row).collect()
}

fn revision(setting: Option<String>) -> Result<i64, Error> {
    setting.map_or(Ok(0), |value| stored("settings.value", value.parse().ok()))
}

fn row(model: Model) -> Result<ConfigurationRow, Error> {
    let body = stored("configuration.body", model.body.parse().ok())?;
    Ok(ConfigurationRow { path: model.path, body, secret: model.secret })
}
