//! Administrators who are logged in, and logins that failed.

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
                    .table("sessions")
                    .col(key("id_hash").primary_key())
                    .col(key("username"))
                    .col(ColumnDef::new("grants").text().not_null())
                    .col(ColumnDef::new("address").text().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("seen_at").big_integer().not_null())
                    .col(ColumnDef::new("transaction_lost").boolean().not_null())
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("login_failures")
                    .col(key("subject").primary_key())
                    .col(ColumnDef::new("failures").big_integer().not_null())
                    .col(ColumnDef::new("last_at").big_integer().not_null())
                    .col(ColumnDef::new("blocked_until").big_integer().not_null())
                    .take(),
            )
            .await?;
        // An attacker chooses how many rows this table has, and it is swept by their age.
        manager
            .create_index(
                Index::create()
                    .name("login_failures_last_at_idx")
                    .table("login_failures")
                    .col("last_at")
                    .take(),
            )
            .await
    }
}
