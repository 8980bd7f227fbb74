//! The audit trail can say from where, what came of it and how often, and can be searched.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in [
            ColumnDef::new("address").text().not_null().default("").take(),
            ColumnDef::new("outcome").text().not_null().default("done").take(),
            ColumnDef::new("count").big_integer().not_null().default(1).take(),
        ] {
            manager.alter_table(Table::alter().table("audit").add_column(column).take()).await?;
        }
        for (name, column) in [("audit_at_idx", "at"), ("audit_actor_idx", "actor")] {
            manager
                .create_index(Index::create().name(name).table("audit").col(column).col("id").take())
                .await?;
        }
        Ok(())
    }
}
