//! The configuration, the lock on it, and the changes of the one who holds the lock.

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
        let key = |name: &'static str| ColumnDef::new(name).text().not_null().extra(collation).take();
        manager
            .create_table(
                Table::create()
                    .table("configuration")
                    .col(key("path").primary_key())
                    .col(key("parent"))
                    .col(ColumnDef::new("body").text().not_null())
                    .col(ColumnDef::new("secret").blob())
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("configuration_parent_idx")
                    .table("configuration")
                    .col("parent")
                    .col("path")
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("configuration_lock")
                    .col(ColumnDef::new("id").big_integer().not_null().primary_key())
                    .col(ColumnDef::new("session").text().not_null())
                    .col(ColumnDef::new("username").text().not_null())
                    .col(ColumnDef::new("opened_at").big_integer().not_null())
                    .col(ColumnDef::new("used_at").big_integer().not_null())
                    .col(ColumnDef::new("version").big_integer().not_null())
                    // There is one row, or none.
                    .check(Expr::col("id").eq(1))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("configuration_changes")
                    .col(key("path").primary_key())
                    .col(ColumnDef::new("kind").text().not_null())
                    .col(ColumnDef::new("body").text())
                    .col(ColumnDef::new("secret").blob())
                    .col(ColumnDef::new("position").big_integer().not_null())
                    .take(),
            )
            .await
    }
}
