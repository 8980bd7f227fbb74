//! Facts about the installation as a whole, e.g. when it was first started.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use crate::entity::settings::{Column, Entity, Model};
use crate::{Error, Store, Tx};

impl Store {
    /// Reads a setting.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, Error> {
        setting(self.read(), key).await
    }
}

impl Tx {
    /// Reads a setting as this transaction sees it.
    pub async fn setting(&self, key: &str) -> Result<Option<String>, Error> {
        setting(self.db(), key).await
    }

    /// Sets a setting, whether it was set or not.
    pub async fn setting_put(&self, key: &str, value: &str) -> Result<(), Error> {
        let model = Model { key: key.to_owned(), value: value.to_owned() };
        let replaced = OnConflict::column(Column::Key).update_column(Column::Value).to_owned();
        let put = Entity::insert(model.into_active_model()).on_conflict(replaced);
        put.exec_without_returning(self.db()).await?;
        Ok(())
    }
}

async fn setting(db: &impl ConnectionTrait, key: &str) -> Result<Option<String>, Error> {
    Ok(Entity::find_by_id(key).one(db).await?.map(|model| model.value))
}
