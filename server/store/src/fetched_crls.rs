//! Revocation lists of others, fetched by one replica for all.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use vouchsafe_domain::Timestamp;

use crate::entity::fetched_crls::{Column, Entity, Model};
use crate::{Error, Store};

/// A list as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedCrlRow {
    /// From where.
    pub url: String,
    /// The list, DER.
    pub der: Vec<u8>,
    /// When.
    pub fetched_at: Timestamp,
}

impl Store {
    /// Reads the list of a URL.
    pub async fn fetched_crl_get(&self, url: &str) -> Result<Option<FetchedCrlRow>, Error> {
        let found = Entity::find_by_id(url).one(self.read()).await?;
        Ok(found.map(|Model { url, der, fetched_at }| FetchedCrlRow {
            url,
            der,
            fetched_at: Timestamp::from_micros(fetched_at),
        }))
    }

    /// Stores the list of a URL in the place of the one it had.
    pub async fn fetched_crl_put(&self, row: FetchedCrlRow) -> Result<(), Error> {
        let model = Model { url: row.url, der: row.der, fetched_at: row.fetched_at.as_micros() };
        let replaced =
            OnConflict::column(Column::Url).update_columns([Column::Der, Column::FetchedAt]).to_owned();
        let tx = self.begin().await?;
        let put = Entity::insert(model.into_active_model()).on_conflict(replaced);
        put.exec_without_returning(tx.db()).await?;
        tx.commit().await
    }

    /// Forgets the lists that nobody fetched since a moment; answers how many.
    pub async fn fetched_crls_sweep(&self, before: Timestamp) -> Result<u64, Error> {
        let tx = self.begin().await?;
        let old = Entity::delete_many().filter(Column::FetchedAt.lt(before.as_micros()));
        let forgotten = old.exec(tx.db()).await?.rows_affected;
        tx.commit().await?;
        Ok(forgotten)
    }
}
