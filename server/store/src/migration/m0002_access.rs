//! Who may call: token signing keys, OAuth clients, administrators; and the settings of the installation.

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
                    .table("token_keys")
                    .col(key("id").primary_key())
                    .col(ColumnDef::new("sealed_key").blob().not_null())
                    .col(ColumnDef::new("public_jwk").text().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("oauth_clients")
                    .col(key("tenant_id"))
                    .col(key("client_id"))
                    .col(ColumnDef::new("secret_hash").text().not_null())
                    .col(ColumnDef::new("scopes").text().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .primary_key(Index::create().col("tenant_id").col("client_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("oauth_clients_tenant_fkey")
                            .from("oauth_clients", "tenant_id")
                            .to("tenants", "id"),
                    )
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .unique()
                    .name("oauth_clients_client_id_key")
                    .table("oauth_clients")
                    .col("client_id")
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("admin_users")
                    .col(key("username").primary_key())
                    .col(ColumnDef::new("password_hash").text().not_null())
                    .col(ColumnDef::new("created_at").big_integer().not_null())
                    .col(ColumnDef::new("updated_at").big_integer().not_null())
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("settings")
                    .col(key("key").primary_key())
                    .col(ColumnDef::new("value").text().not_null())
                    .take(),
            )
            .await
    }
}
