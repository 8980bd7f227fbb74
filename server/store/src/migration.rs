//! The schema's history. A migration is one file, is never edited once released, and imports nothing of ours:
//! a later change of a type must not change what an old migration does.
#![expect(
    elided_lifetimes_in_paths,
    reason = "with the lifetime written, async_trait's methods don't match their trait"
)]

use sea_orm::{DbErr, DynIden};
use sea_orm_migration::sea_query::IntoIden;
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::store::Lock;
use crate::{Error, Store};

mod m0001_tenants;
mod m0002_access;
mod m0003_credentials;
mod m0004_trail;
mod m0005_sessions;
mod m0006_configuration;
mod m0007_audit;
mod m0008_verification;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_tenants::Migration),
            Box::new(m0002_access::Migration),
            Box::new(m0003_credentials::Migration),
            Box::new(m0004_trail::Migration),
            Box::new(m0005_sessions::Migration),
            Box::new(m0006_configuration::Migration),
            Box::new(m0007_audit::Migration),
            Box::new(m0008_verification::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "schema_migrations".into_iden()
    }
}

impl Store {
    /// Brings the schema up to date and names the migrations it ran. Any number of replicas may call it at once: one
    /// runs them, in one transaction under a lock, the others wait and find nothing to do.
    ///
    /// # Errors
    /// [`Error::Newer`] if the database was migrated by a newer version.
    pub async fn migrate(&self) -> Result<Vec<String>, Error> {
        if self.pending_migrations().await?.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.locked(Lock::Migrations).await?;
        let pending = names(Migrator::get_pending_migrations(&db).await)?;
        Migrator::up(&db, None).await.map_err(Error::from)?;
        db.commit().await?;
        Ok(pending)
    }

    /// The migrations that have yet to run. Changes nothing, not even on an empty database.
    ///
    /// # Errors
    /// [`Error::Newer`] if the database was migrated by a newer version.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, Error> {
        names(Migrator::get_pending_migrations_read_only(self.read()).await)
    }
}

fn names(migrations: Result<Vec<sea_orm_migration::Migration>, DbErr>) -> Result<Vec<String>, Error> {
    match migrations {
        Ok(migrations) => Ok(migrations.iter().map(|migration| migration.name().to_owned()).collect()),
        // The one case in which the library answers with a text of its own: a recorded migration is not in the list.
        Err(DbErr::Custom(_)) => Err(Error::Newer),
        Err(error) => Err(error.into()),
    }
}
