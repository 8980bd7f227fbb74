//! Table `x509_credentials`. Issued certificates.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "x509_credentials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub authority_id: String,
    pub serial_number: String,
    pub common_name: String,
    pub state: String,
    pub certificate_der: Vec<u8>,
    pub not_after: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub last_use_at: Option<i64>,
    pub revocation_reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
