//! The keys that sign access tokens.

use sea_orm::{EntityTrait, IntoActiveModel, QueryOrder};
use vouchsafe_domain::Timestamp;

use crate::entity::token_keys::{Column, Entity, Model};
use crate::{Conflict, Error, SealedKey, Store, Tx};

/// A key that signs access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenKeyRow {
    /// Its id, the `kid` of the tokens.
    pub id: String,
    /// The encrypted private key.
    pub sealed_key: SealedKey,
    /// The public key, a JSON Web Key (RFC 7517).
    pub public_jwk: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Store {
    /// Reads all keys, the oldest first.
    pub async fn token_keys_list(&self) -> Result<Vec<TokenKeyRow>, Error> {
        let keys = Entity::find().order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(self.read());
        Ok(keys.await?.into_iter().map(row).collect())
    }
}

impl Tx {
    /// Stores a new key.
    ///
    /// # Errors
    /// [`Conflict::Id`] if there is one with that id.
    pub async fn token_key_insert(&self, row: TokenKeyRow) -> Result<(), Error> {
        let model = Model {
            id: row.id,
            sealed_key: row.sealed_key.into_bytes(),
            public_jwk: row.public_jwk,
            created_at: row.created_at.as_micros(),
        };
        let inserted = Entity::insert(model.into_active_model()).exec_without_returning(self.db()).await;
        inserted.map(|_| ()).map_err(|error| Error::insert(error, Conflict::Id))
    }
}

fn row(model: Model) -> TokenKeyRow {
    TokenKeyRow {
        id: model.id,
        sealed_key: SealedKey::new(model.sealed_key),
        public_jwk: model.public_jwk,
        created_at: Timestamp::from_micros(model.created_at),
    }
}
