//! Table `revocation_lists`. The revocation lists of our authorities.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "revocation_lists")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub authority_id: String,
    pub number: i64,
    pub der: Vec<u8>,
    pub this_update: i64,
    pub next_update: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
