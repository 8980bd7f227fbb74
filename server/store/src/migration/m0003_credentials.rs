//! The credentials of a tenant's clients, basic and X.509.

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
                    .table("basic_credentials")
                    .col(key("tenant_id"))
                    .col(key("id"))
                    .col(key("username"))
                    .col(ColumnDef::new("password_hash").text().not_null())
                    .col(key("state"))
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("updated_at").big_integer().not_null())
                    .col(ColumnDef::new("last_use_at").big_integer())
                    .primary_key(Index::create().col("tenant_id").col("id"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("basic_credentials_tenant_fkey")
                            .from("basic_credentials", "tenant_id")
                            .to("tenants", "id"),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("x509_credentials")
                    .col(key("tenant_id"))
                    .col(key("id"))
                    .col(key("authority_id"))
                    .col(key("serial_number"))
                    .col(ColumnDef::new("common_name").text().not_null())
                    .col(key("state"))
                    .col(ColumnDef::new("certificate_der").blob().not_null())
                    .col(ColumnDef::new("not_after").big_integer().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("updated_at").big_integer().not_null())
                    .col(ColumnDef::new("last_use_at").big_integer())
                    .primary_key(Index::create().col("tenant_id").col("id"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("x509_credentials_tenant_fkey")
                            .from("x509_credentials", "tenant_id")
                            .to("tenants", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("x509_credentials_authority_fkey")
                            .from("x509_credentials", "authority_id")
                            .to("authorities", "id"),
                    )
                    .take(),
            )
            .await?;
        for (name, table, columns) in [
            ("basic_credentials_username_key", "basic_credentials", ["tenant_id", "username"]),
            // RFC 5280 4.1.2.2: a serial number is unique for its CA.
            ("x509_credentials_serial_number_key", "x509_credentials", ["authority_id", "serial_number"]),
        ] {
            let [first, second] = columns;
            manager
                .create_index(Index::create().unique().name(name).table(table).col(first).col(second).take())
                .await?;
        }
        // A page of one state costs the same however rare the state is.
        for (name, table) in [
            ("basic_credentials_state_idx", "basic_credentials"),
            ("x509_credentials_state_idx", "x509_credentials"),
        ] {
            manager
                .create_index(
                    Index::create().name(name).table(table).col("tenant_id").col("state").col("id").take(),
                )
                .await?;
        }
        Ok(())
    }
}
