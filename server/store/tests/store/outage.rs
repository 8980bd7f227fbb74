//! Databases that are gone, locked, damaged, or hold what they shouldn't.

use std::path::Path;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use vouchsafe_store::{BasicCredentialsFilter, Error, Options, Record, Store, sqlite_url};

use crate::backend::{Backend, Database, on_both};
use crate::fixtures::{basic, hash, id, tenant, with_tenants, x509};

on_both!(values_that_break_the_rules, lost_connections_come_back, closed, status);

fn hasty() -> Options {
    let short = Duration::from_secs(1);
    Options { acquire_timeout: short, busy_timeout: short, ..Options::default() }
}

async fn values_that_break_the_rules(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let one = tenant("one");
    store.basic_credentials_insert(&one, &basic(1, "a"), &hash(1), Record::default()).await.unwrap();
    store.x509_credentials_insert(&one, &x509(1, "one"), b"der", Record::default()).await.unwrap();
    let sql = database.sql().await;
    for (table, column, value, expected) in [
        ("basic_credentials", "state", "active", "basic_credentials.state"),
        ("basic_credentials", "username", "a:b", "basic_credentials.username"),
        ("x509_credentials", "common_name", "", "x509_credentials.common_name"),
        ("authorities", "key_type", "dsa", "authorities.key_type"),
    ] {
        sql.execute_unprepared(&format!("UPDATE {table} SET {column} = '{value}'")).await.unwrap();
        let error = match table {
            "basic_credentials" => {
                let all = BasicCredentialsFilter::default();
                store.basic_credentials_page(&one, &all, None, 10).await.unwrap_err()
            }
            "x509_credentials" => store.x509_credentials_get(&one, &id(1)).await.unwrap_err(),
            _ => store.authority_get("one").await.unwrap_err(),
        };
        assert!(matches!(error, Error::Corrupt(column) if column == expected), "{error:?}");
        assert!(!error.to_string().contains("a:b"), "the value itself is not told");
        sql.execute_unprepared("UPDATE basic_credentials SET state = 'Active'").await.unwrap();
    }
}

async fn lost_connections_come_back(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    if database.backend == Backend::Postgres {
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        database.sql().await.execute_unprepared(others).await.unwrap();
    }
    let mut refused = 0;
    for n in 0..50 {
        let row = basic(n, &format!("u{n}"));
        match store.basic_credentials_insert(&tenant("one"), &row, &hash(1), Record::default()).await {
            Ok(()) => (),
            Err(Error::Unavailable(_)) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(refused <= 16, "{refused} calls met a dead connection");
    store.ping().await.unwrap();
}

async fn closed(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    store.close().await;
    assert!(matches!(store.ping().await, Err(Error::Closed)));
    assert!(matches!(store.begin().await, Err(Error::Closed)));
    let write =
        store.basic_credentials_insert(&tenant("one"), &basic(1, "a"), &hash(1), Record::default()).await;
    assert!(matches!(write, Err(Error::Closed)), "{write:?}");
}

async fn status(database: Database) {
    let store = database.store().await;
    let held = store.begin().await.unwrap();
    let status = store.status();
    let names: Vec<_> = status.pools.iter().map(|pool| (pool.name, pool.max)).collect();
    match database.backend {
        Backend::Sqlite => {
            assert_eq!(names, [("read", 4), ("write", 1)]);
            assert_eq!((status.pools[1].size, status.pools[1].idle), (1, 0));
        }
        Backend::Postgres => {
            assert_eq!(names, [("all", 16)]);
            assert!(status.pools[0].idle < status.pools[0].size);
        }
    }
    assert_eq!(status.queued_writes, 0);
    drop(held);
}

#[tokio::test]
async fn urls_that_lead_nowhere() {
    for url in ["", "mysql://u:hunter2@h/d", "hunter2", "postgres://u:hunter2@h:99999/d", "sqlite::memory:"] {
        let error = Store::connect(url, &hasty()).await.unwrap_err();
        assert!(matches!(error, Error::Url(_)), "{url}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "a URL may hold a password");
    }
    // A port where nobody listens: one that was just free.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = Store::connect(&format!("postgres://u@127.0.0.1:{free}/d"), &hasty()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    let error = Store::connect("sqlite:///nonexistent/folder/x?mode=rwc", &hasty()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn files_that_are_no_databases() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a b%41?#é.sqlite");
    std::fs::write(
        &file,
        b"this is a text file, and long enough to have been taken for a database header.....",
    )
    .unwrap();
    let error = Store::connect(&sqlite_url(&file).unwrap(), &hasty()).await.unwrap_err();
    assert!(matches!(error, Error::Damaged(_)), "{error:?}");
    std::fs::remove_file(&file).unwrap();

    // The same odd name is fine for a database.
    let store = Store::connect(&sqlite_url(&file).unwrap(), &Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    assert!(file.is_file());
    assert_eq!(sqlite_url(Path::new("x/y")).unwrap(), "sqlite://x/y?mode=rwc");
}
