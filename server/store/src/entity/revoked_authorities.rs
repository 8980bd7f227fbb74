//! Table `revoked_authorities`. Certificates of authorities that are no more.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "revoked_authorities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub serial_number: String,
    pub not_after: i64,
    pub revoked_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
