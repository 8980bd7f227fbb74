//! What verifying leaves, and what others verify by: keys of integrations, counted failures, revocation lists of our own
//! and of others.

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
        let moment = |name: &'static str| ColumnDef::new(name).big_integer().not_null().take();
        manager
            .create_table(
                Table::create()
                    .table("integration_keys")
                    .col(key("tenant_id"))
                    .col(key("name"))
                    .col(key("key_hash").unique_key())
                    .col(ColumnDef::new("client_certificates").boolean().not_null())
                    .col(moment("created_at"))
                    .primary_key(Index::create().col("tenant_id").col("name"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("integration_keys_tenant_fkey")
                            .from("integration_keys", "tenant_id")
                            .to("tenants", "id"),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("verification_failures")
                    .col(key("tenant_id"))
                    .col(key("subject"))
                    .col(moment("failures"))
                    .col(moment("last_at"))
                    .col(moment("forget_at"))
                    .primary_key(Index::create().col("tenant_id").col("subject"))
                    .take(),
            )
            .await?;
        // An attacker chooses how many rows this table has, and it is swept by their age.
        manager
            .create_index(
                Index::create()
                    .name("verification_failures_forget_at_idx")
                    .table("verification_failures")
                    .col("forget_at")
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("revocation_lists")
                    .col(key("authority_id").primary_key())
                    .col(moment("number"))
                    .col(ColumnDef::new("der").blob().not_null())
                    .col(moment("this_update"))
                    .col(moment("next_update"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("revocation_lists_authority_fkey")
                            .from("revocation_lists", "authority_id")
                            .to("authorities", "id"),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("revoked_authorities")
                    .col(key("issuer_id"))
                    .col(key("serial_number"))
                    .col(moment("not_after"))
                    .col(moment("revoked_at"))
                    .primary_key(Index::create().col("issuer_id").col("serial_number"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("fetched_crls")
                    .col(key("url").primary_key())
                    .col(ColumnDef::new("der").blob().not_null())
                    .col(moment("fetched_at"))
                    .take(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("x509_credentials")
                    .add_column(ColumnDef::new("revocation_reason").text())
                    .take(),
            )
            .await?;
        // All that a revocation list needs is in the index: the rows, with their certificates, are not read for it.
        let sql = "CREATE INDEX x509_credentials_revoked_idx ON x509_credentials \
                   (authority_id, serial_number, updated_at, state, revocation_reason, not_after) \
                   WHERE state IN ('Revoked', 'Suspended')";
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}
