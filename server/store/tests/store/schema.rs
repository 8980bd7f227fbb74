//! Migrations: from nothing to the latest schema, by one or by many at once.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, Statement};
use vouchsafe_store::Error;

use crate::backend::{Backend, Database, on_both};

on_both!(empty_to_latest, many_at_once, a_newer_schema_is_refused);

const ALL: [&str; 4] = ["m0001_tenants", "m0002_access", "m0003_credentials", "m0004_trail"];

async fn empty_to_latest(database: Database) {
    let store = database.open().await;
    assert_eq!(store.pending_migrations().await.unwrap(), ALL);
    assert_eq!(described(&database).await, "", "asking what is pending changed the database");
    assert!(store.ping().await.is_err(), "it is not ready without its schema");

    assert_eq!(store.migrate().await.unwrap(), ALL);
    assert!(store.ping().await.is_ok());
    assert_eq!(store.pending_migrations().await.unwrap(), [""; 0]);
    assert_eq!(store.migrate().await.unwrap(), [""; 0]);
    let schema = described(&database).await;
    match database.backend {
        Backend::Sqlite => insta::assert_snapshot!("schema_sqlite", schema),
        Backend::Postgres => insta::assert_snapshot!("schema_postgres", schema),
    }
}

async fn many_at_once(database: Database) {
    let database = Arc::new(database);
    let replicas: Vec<_> = (0..8)
        .map(|_| {
            let database = Arc::clone(&database);
            tokio::spawn(async move { database.open().await.migrate().await.unwrap() })
        })
        .collect();
    let mut ran = Vec::new();
    for replica in replicas {
        ran.extend(replica.await.unwrap());
    }
    assert_eq!(ran, ALL, "one replica ran them all, the others none");
}

async fn a_newer_schema_is_refused(database: Database) {
    let store = database.store().await;
    let sql = "INSERT INTO schema_migrations (version, applied_at) VALUES ('m9999_future', 0)";
    database.sql().await.execute_unprepared(sql).await.unwrap();
    assert!(matches!(store.pending_migrations().await, Err(Error::Newer)));
    assert!(matches!(store.migrate().await, Err(Error::Newer)));
}

/// The schema in the database's own words.
async fn described(database: &Database) -> String {
    let sql = match database.backend {
        Backend::Sqlite => {
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name"
        }
        Backend::Postgres => {
            "SELECT line FROM (
               SELECT table_name, 1 AS kind, ordinal_position::int AS place,
                      table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
                      || coalesce(' collate ' || collation_name, '') || coalesce(' default ' || column_default, '') || CASE is_identity WHEN 'YES' THEN ' identity' ELSE '' END AS line
               FROM information_schema.columns WHERE table_schema = 'public'
               UNION ALL
               SELECT conrelid::regclass::text, 2, 0, conname || ' ' || pg_get_constraintdef(oid)
               FROM pg_constraint WHERE connamespace = 'public'::regnamespace
               UNION ALL
               SELECT tablename, 3, 0, indexdef FROM pg_indexes WHERE schemaname = 'public'
             ) AS schema ORDER BY table_name COLLATE \"C\", kind, place, line COLLATE \"C\""
        }
    };
    let db = database.sql().await;
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get_by(0).unwrap()).collect();
    lines.join("\n")
}
