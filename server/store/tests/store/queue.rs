//! Group commit: what is committed together still fails, and is dropped, one by one.

use std::time::Duration;

use futures_util::FutureExt;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use tokio::task::JoinHandle;
use vouchsafe_domain::State;
use vouchsafe_store::{
    BasicCredentialsFilter, BasicCredentialsRow, Conflict, Error, Options, Record, StateChange, Store, Tx,
};

use crate::backend::{Backend, Database, on, on_both};
use crate::fixtures::{actions, at, basic, hash, id, record, tenant, with_tenants, x509};

on_both!(
    a_bad_write_fails_alone,
    a_dropped_write_takes_none_with_it,
    a_thousand_at_once,
    nothing_waits_for_ever
);

/// A store with one writer, its schema and tenant `one`.
async fn one_writer(database: &Database) -> Store {
    let options = Options { connections: Some(4), ..Options::default() };
    let store = Store::connect(&database.url, &options).await.unwrap();
    store.migrate().await.unwrap();
    with_tenants(&store, &["one"]).await;
    store
}

type Answer = JoinHandle<Result<(), Error>>;

/// Puts a write into the queue before it returns, if there is room.
fn queue<T: Send + 'static>(write: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let mut write = Box::pin(write);
    assert!((&mut write).now_or_never().is_none(), "a write waits at least for its commit");
    tokio::spawn(write)
}

fn insert(store: &Store, name: &'static str, row: BasicCredentialsRow) -> Answer {
    let store = store.clone();
    queue(async move {
        let record = record(name, row.username.as_str(), 0);
        store.basic_credentials_insert(&tenant(name), &row, &hash(0), record).await
    })
}

/// Keeps the writer busy with a write that waits for the transaction, so that all later writes meet in the queue.
async fn blocked(store: &Store) -> (Tx, Answer) {
    let tx = store.begin().await.unwrap();
    tx.basic_credentials_insert_many(&tenant("one"), &[(basic(900, "blocker"), hash(0))]).await.unwrap();
    let waiting = insert(store, "one", basic(901, "blocker"));
    while store.status().queued_writes > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (tx, waiting)
}

async fn names(store: &Store) -> Vec<String> {
    let all = BasicCredentialsFilter::default();
    let rows = store.basic_credentials_page(&tenant("one"), &all, None, 10_000).await.unwrap();
    rows.into_iter().map(|row| row.username.to_string()).collect()
}

async fn a_bad_write_fails_alone(database: Database) {
    let store = one_writer(&database).await;
    let (tx, blocker) = blocked(&store).await;
    let good: Vec<_> = (0..40).map(|n| insert(&store, "one", basic(n, &format!("u{n:02}")))).collect();
    let taken = insert(&store, "one", basic(50, "u07"));
    let taken_id = insert(&store, "one", basic(7, "v07"));
    let orphan = insert(&store, "nobody", basic(51, "w07"));
    let missed = {
        let change = StateChange {
            tenant: tenant("one"),
            id: id(60),
            from: State::Inactive,
            to: State::Revoked,
            updated_at: at(0),
        };
        let store = store.clone();
        queue(async move { store.basic_credentials_change_state(&change, record("one", "missed", 0)).await })
    };
    let certificate = {
        let store = store.clone();
        queue(async move {
            store.x509_credentials_insert(&tenant("one"), &x509(1, "one"), b"der", Record::default()).await
        })
    };
    assert_eq!(store.status().queued_writes, 45);
    tx.commit().await.unwrap();

    assert!(matches!(blocker.await.unwrap(), Err(Error::Conflict(Conflict::Username))));
    for write in good {
        write.await.unwrap().unwrap();
    }
    certificate.await.unwrap().unwrap();
    assert!(matches!(taken.await.unwrap(), Err(Error::Conflict(Conflict::Username))));
    assert!(matches!(taken_id.await.unwrap(), Err(Error::Conflict(Conflict::Id))));
    assert!(matches!(orphan.await.unwrap(), Err(Error::NoParent)));
    assert!(!missed.await.unwrap().unwrap());
    let mut expected: Vec<_> = (0..40).map(|n| format!("u{n:02}")).collect();
    assert_eq!(actions(&store).await, expected, "each that was written is on record once");
    expected.push("blocker".to_owned());
    assert_eq!(names(&store).await, expected);
}

async fn a_dropped_write_takes_none_with_it(database: Database) {
    let store = one_writer(&database).await;
    let (tx, blocker) = blocked(&store).await;
    let writes: Vec<_> = (0..40).map(|n| insert(&store, "one", basic(n, &format!("u{n:02}")))).collect();
    assert_eq!(store.status().queued_writes, 40);
    let mut kept = Vec::new();
    for (n, write) in writes.into_iter().enumerate() {
        if n % 2 == 0 {
            write.abort();
            assert!(write.await.unwrap_err().is_cancelled());
        } else {
            kept.push(write);
        }
    }
    drop(tx);
    blocker.await.unwrap().expect("the transaction in its way was undone");
    for write in kept {
        write.await.unwrap().unwrap();
    }
    let mut expected: Vec<_> = (0..40).filter(|n| n % 2 == 1).map(|n| format!("u{n:02}")).collect();
    expected.push("blocker".to_owned());
    assert_eq!(names(&store).await, expected);
}

async fn a_thousand_at_once(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let writes: Vec<_> = (0..1_500).map(|n| insert(&store, "one", basic(n, &format!("u{n:04}")))).collect();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    assert_eq!(names(&store).await.len(), 1_500);
    assert_eq!(actions(&store).await.len(), 1_500);
    assert_eq!(store.status().queued_writes, 0);
}

async fn nothing_waits_for_ever(database: Database) {
    database.store().await;
    let short = Duration::from_secs(1);
    let options =
        Options { connections: Some(2), acquire_timeout: short, busy_timeout: short, ..Options::default() };
    let store = Store::connect(&database.url, &options).await.unwrap();
    let held = [store.begin().await, store.begin().await];
    // SQLite has one connection that writes, PostgreSQL has two here.
    let more = store.begin().await;
    assert!(matches!(more, Err(Error::Busy(_))), "{more:?}");
    let write = insert(&store, "one", basic(1, "a")).await.unwrap();
    assert!(matches!(write, Err(Error::Busy(_))), "{write:?}");
    drop(held);
    // One that waits for another process's lock.
    let other = Store::connect(&database.url, &options).await.unwrap();
    let tx = other.begin().await.unwrap();
    let tenant_row = vouchsafe_store::TenantRow { id: tenant("one"), created_at: at(0) };
    tx.tenant_insert(&tenant_row).await.unwrap();
    tx.commit().await.unwrap();
    insert(&store, "one", basic(1, "a")).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_tried_again() {
    on(Backend::Postgres, deadlock).await;
}

async fn deadlock(database: Database) {
    let store = one_writer(&database).await;
    let rows: Vec<_> = (0..2).map(|n| (basic(n, &format!("u{n}")), hash(0))).collect();
    let seed = store.begin().await.unwrap();
    seed.basic_credentials_insert_many(&tenant("one"), &rows).await.unwrap();
    seed.commit().await.unwrap();
    let (tx, blocker) = blocked(&store).await;
    let changes: Vec<_> =
        (0..2)
            .map(|n| {
                let (from, to) = (State::Inactive, State::Revoked);
                let change = StateChange { tenant: tenant("one"), id: id(n), from, to, updated_at: at(0) };
                let store = store.clone();
                queue(async move {
                    store.basic_credentials_change_state(&change, record("one", "revoke", n)).await
                })
            })
            .collect();

    // The other side of the deadlock holds the second row, then wants the first, and is the more patient one.
    let sql = database.sql().await;
    let other = sql.begin().await.unwrap();
    other.execute_unprepared("SET LOCAL deadlock_timeout = '1min'").await.unwrap();
    let touch = async |n| {
        let sql = format!("UPDATE basic_credentials SET last_use_at = 0 WHERE id = '{}'", id(n));
        other.execute_unprepared(&sql).await.unwrap();
    };
    touch(1).await;
    tx.commit().await.unwrap();
    blocker.await.unwrap().unwrap_err();
    let waiting =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = Statement::from_string(DbBackend::Postgres, waiting);
    while other.query_one_raw(waiting.clone()).await.unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    touch(0).await;
    other.commit().await.unwrap();

    for change in changes {
        assert!(change.await.unwrap().unwrap());
    }
    assert_eq!(actions(&store).await, ["revoke", "revoke"]);
}
