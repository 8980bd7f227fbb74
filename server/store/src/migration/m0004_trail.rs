//! What changes leave behind: audit rows for people, outbox rows for those who must be told.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // PostgreSQL compares keys byte by byte, as SQLite does, whatever the database's language.
        let collation = match manager.get_database_backend() {
            sea_orm::DbBackend::Postgres => "COLLATE \"C\"",
            _ => "",
        };
        let key = |name: &'static str| ColumnDef::new(name).text().extra(collation).take();
        manager
            .create_table(
                Table::create()
                    .table("audit")
                    .col(key("tenant_id"))
                    .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
                    .col(ColumnDef::new("at").big_integer().not_null())
                    .col(ColumnDef::new("actor").text().not_null())
                    .col(ColumnDef::new("action").text().not_null())
                    .col(ColumnDef::new("subject").text().not_null())
                    .col(ColumnDef::new("request_id").text().not_null())
                    .col(ColumnDef::new("detail").text().not_null())
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("audit_tenant_idx").table("audit").col("tenant_id").col("id").take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("outbox")
                    .col(key("tenant_id").not_null())
                    .col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key())
                    .col(ColumnDef::new("at").big_integer().not_null())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("credentials_kind").text().not_null())
                    .col(key("credentials_id").not_null())
                    .take(),
            )
            .await
    }
}
