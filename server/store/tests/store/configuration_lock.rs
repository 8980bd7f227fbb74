//! The lock on the configuration: one holder over all replicas, and waiting for it costs others nothing.

use std::time::Duration;

use tokio::time::timeout;
use vouchsafe_store::{Conflict, Error, LockRow, Options, Record, Store};

use crate::backend::{Backend, Database, on_both};
use crate::configuration::lock;
use crate::fixtures::{at, basic, hash, tenant, with_tenants};

on_both!(one_of_16_gets_the_lock, the_holder_alone_touches_it, replicas_take_turns, waiting_keeps_nobody_out);

/// What a session's first change does; answers who holds the lock then.
async fn hold(store: &Store, session: &str) -> LockRow {
    let tx = store.begin_configuration().await.unwrap();
    if let Some(held) = tx.configuration_lock().await.unwrap() {
        return held;
    }
    // Time for the others to come in between, if they could.
    tokio::time::sleep(Duration::from_millis(20)).await;
    tx.configuration_lock_insert(&lock(session)).await.unwrap();
    tx.commit().await.unwrap();
    lock(session)
}

async fn one_of_16_gets_the_lock(database: Database) {
    let store = database.store().await;
    let other_replica = database.open().await;
    let tasks: Vec<_> = (0..16)
        .map(|n| {
            let store = if n % 2 == 0 { store.clone() } else { other_replica.clone() };
            tokio::spawn(async move { hold(&store, &format!("session {n}")).await })
        })
        .collect();
    let held = loop {
        if let Some(held) = store.configuration_lock().await.unwrap() {
            break held;
        }
    };
    for task in tasks {
        assert_eq!(task.await.unwrap(), held);
    }
    let again = store.begin_configuration().await.unwrap();
    let taken = again.configuration_lock_insert(&lock("late")).await;
    assert!(matches!(taken, Err(Error::Conflict(Conflict::ConfigurationLock))), "{taken:?}");
}

async fn the_holder_alone_touches_it(database: Database) {
    let store = database.store().await;
    hold(&store, "s").await;
    let tx = store.begin_configuration().await.unwrap();
    for other in ["S", "", "s\0"] {
        assert!(!tx.configuration_lock_touch(other, at(9)).await.unwrap());
    }
    assert!(tx.configuration_lock_touch("s", at(8)).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(store.configuration_lock().await.unwrap(), Some(LockRow { used_at: at(8), ..lock("s") }));
    let tx = store.begin_configuration().await.unwrap();
    for _ in 0..2 {
        tx.configuration_lock_delete().await.unwrap();
    }
    assert!(!tx.configuration_lock_touch("s", at(9)).await.unwrap());
}

async fn replicas_take_turns(database: Database) {
    let store = database.store().await;
    let other = database.open().await;
    let tx = store.begin_configuration().await.unwrap();
    for waiting in [&store, &other] {
        assert!(timeout(Duration::from_millis(200), waiting.begin_configuration()).await.is_err());
    }
    tx.commit().await.unwrap();
    for next in [&store, &other] {
        drop(timeout(Duration::from_secs(5), next.begin_configuration()).await.unwrap().unwrap());
    }
}

async fn waiting_keeps_nobody_out(database: Database) {
    database.store().await;
    let options = Options { connections: Some(4), ..Options::default() };
    let store = Store::connect(&database.url, &options).await.unwrap();
    with_tenants(&store, &["one"]).await;
    let held = store.begin_configuration().await.unwrap();
    let waiting: Vec<_> = (0..40)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.begin_configuration().await.unwrap().commit().await.unwrap() })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let others = async {
        assert!(store.tenant_get(&tenant("one")).await.unwrap().is_some());
        // On SQLite there is one transaction at a time anyway.
        if database.backend == Backend::Postgres {
            let row = basic(1, "a");
            store.basic_credentials_insert(&tenant("one"), &row, &hash(1), Record::default()).await.unwrap();
        }
    };
    timeout(Duration::from_secs(5), others).await.expect("there are connections left");
    held.commit().await.unwrap();
    for waiting in waiting {
        waiting.await.unwrap();
    }
}
