//! The changes of the open transaction on the configuration: at most one a path, kept apart until they are committed.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, QueryOrder};
use serde_json::Value;

use crate::credentials::stored;
use crate::entity::configuration_changes::{Column, Entity, Model};
use crate::{Error, Store, Tx};

/// What a change does to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is made.
    Create,
    /// It gets another body.
    Replace,
    /// It is removed.
    Delete,
}

impl ChangeKind {
    /// The kind as it is stored: `create`, `replace` or `delete`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }

    /// Reads a stored kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Create, Self::Replace, Self::Delete].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One change that is not committed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeRow {
    /// The object's path.
    pub path: String,
    /// What happens to it.
    pub kind: ChangeKind,
    /// Its new body, without secrets; `None` if it is removed.
    pub body: Option<Value>,
    /// Its new secrets, encrypted.
    pub secret: Option<Vec<u8>>,
    /// Its place among the changes.
    pub position: i64,
}

impl Store {
    /// Reads the changes in the order of their positions. Whoever lays them over the committed configuration reads them
    /// first: a commit in between then shows the same twice, and not neither.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a kind is unknown or a body is no JSON.
    pub async fn configuration_changes(&self) -> Result<Vec<ChangeRow>, Error> {
        changes(self.read()).await
    }
}

/// These are for a transaction of [`Store::begin_configuration`].
impl Tx {
    /// Reads the changes as this transaction sees them, in the order of their positions.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a kind is unknown or a body is no JSON.
    pub async fn configuration_changes(&self) -> Result<Vec<ChangeRow>, Error> {
        changes(self.db()).await
    }

    /// Stores a change in the place of the one of its path, if there is one, and counts the lock's version.
    pub async fn configuration_stage(&self, row: &ChangeRow) -> Result<(), Error> {
        let model = Model {
            path: row.path.clone(),
            kind: row.kind.as_str().to_owned(),
            body: row.body.as_ref().map(Value::to_string),
            secret: row.secret.clone(),
            position: row.position,
        };
        let replaced = OnConflict::column(Column::Path)
            .update_columns([Column::Kind, Column::Body, Column::Secret, Column::Position])
            .to_owned();
        let put = Entity::insert(model.into_active_model()).on_conflict(replaced);
        put.exec_without_returning(self.db()).await?;
        self.count_version().await
    }

    /// Drops the change of a path, if there is one, and counts the lock's version.
    pub async fn configuration_unstage(&self, path: &str) -> Result<(), Error> {
        if !path.contains('\0') {
            Entity::delete_by_id(path).exec(self.db()).await?;
        }
        self.count_version().await
    }
}

async fn changes(db: &impl ConnectionTrait) -> Result<Vec<ChangeRow>, Error> {
    let changes = Entity::find().order_by_asc(Column::Position).order_by_asc(Column::Path);
    changes.all(db).await?.into_iter().map(row).collect()
}

fn row(model: Model) -> Result<ChangeRow, Error> {
    let body = model.body.map(|body| body.parse()).transpose();
    Ok(ChangeRow {
        path: model.path,
        kind: stored("configuration_changes.kind", ChangeKind::parse(&model.kind))?,
        body: stored("configuration_changes.body", body.ok())?,
        secret: model.secret,
        position: model.position,
    })
}
