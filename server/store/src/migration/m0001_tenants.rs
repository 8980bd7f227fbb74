//! Tenants and the certificate authorities that sign for them.

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
                    .table("tenants")
                    .col(key("id").not_null().primary_key())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("authorities")
                    .col(key("tenant_id"))
                    .col(key("id").not_null().primary_key())
                    .col(ColumnDef::new("certificate_pem").text().not_null())
                    .col(ColumnDef::new("chain_pem").text().not_null())
                    .col(ColumnDef::new("sealed_key").blob().not_null())
                    .col(ColumnDef::new("key_type").text().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .foreign_key(
                        ForeignKey::create()
                            .name("authorities_tenant_fkey")
                            .from("authorities", "tenant_id")
                            .to("tenants", "id"),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("authorities_tenant_idx").table("authorities").col("tenant_id").take(),
            )
            .await
    }
}
