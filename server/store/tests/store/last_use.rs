//! The moment of the last use: written in batches, never moved back, in nobody's way.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use vouchsafe_domain::State;
use vouchsafe_store::{BasicCredentialsFilter, LastUse, Record, StateChange, Store};

use crate::backend::{Backend, Database, on_both};
use crate::fixtures::{at, basic, hash, id, tenant, with_tenants, x509};

on_both!(it_never_moves_back, it_deadlocks_with_nobody);

fn used(n: u32, moment: i64) -> LastUse {
    LastUse { tenant: tenant("one"), id: id(n), at: at(moment) }
}

async fn seed(store: &Store, count: u32) {
    with_tenants(store, &["one"]).await;
    // Stored in another order than their ids'.
    let rows: Vec<_> =
        (0..count).map(|n| n * 77 % count).map(|n| (basic(n, &format!("u{n}")), hash(0))).collect();
    let tx = store.begin().await.unwrap();
    tx.basic_credentials_insert_many(&tenant("one"), &rows).await.unwrap();
    tx.x509_credentials_insert_many(&tenant("one"), &[(x509(0, "one"), Vec::new())]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn it_never_moves_back(database: Database) {
    let store = database.store().await;
    seed(&store, 1_500).await;
    let moments = async || {
        let all = BasicCredentialsFilter::default();
        let rows = store.basic_credentials_page(&tenant("one"), &all, None, 10_000).await.unwrap();
        rows.into_iter().map(|row| row.last_use_at).collect::<Vec<_>>()
    };
    // More than one transaction's worth, some credentials more than once, some that don't exist.
    let mut uses: Vec<_> = (0..1_400).map(|n| used(n, 1_000)).collect();
    uses.extend([used(3, 2_000), used(3, 1_500), used(4, 500), used(9_999, 1)]);
    uses.push(LastUse { tenant: tenant("two"), ..used(5, 9_000) });
    store.basic_credentials_flush_last_use(&uses).await.unwrap();
    let mut expected = vec![Some(at(1_000)); 1_400];
    expected.extend([None; 100]);
    expected[3] = Some(at(2_000));
    assert_eq!(moments().await, expected);

    store.basic_credentials_flush_last_use(&[used(3, 1_999), used(6, 1_001), used(1_499, -5)]).await.unwrap();
    expected[6] = Some(at(1_001));
    expected[1_499] = Some(at(-5));
    assert_eq!(moments().await, expected);
    store.basic_credentials_flush_last_use(&[]).await.unwrap();

    store.x509_credentials_flush_last_use(&[used(0, 5), used(0, 4)]).await.unwrap();
    let row = store.x509_credentials_get(&tenant("one"), &id(0)).await.unwrap().unwrap();
    assert_eq!(row.last_use_at, Some(at(5)));
    assert_eq!(moments().await, expected, "the other table is another table");
}

async fn it_deadlocks_with_nobody(database: Database) {
    let store = database.store().await;
    seed(&store, 200).await;
    let other_replica = database.open().await;
    let flusher = other_replica.clone();
    let flushing = tokio::spawn(async move {
        for moment in 0..20 {
            let uses: Vec<_> = (0..200).map(|n| used(n, moment)).collect();
            flusher.basic_credentials_flush_last_use(&uses).await.unwrap();
        }
    });
    // In no order: they meet as they come.
    let changes: Vec<_> = (0..200)
        .map(|n| n * 77 % 200)
        .map(|n| {
            let store = store.clone();
            let (from, to) = (State::Inactive, State::Suspended);
            tokio::spawn(async move {
                for (from, to) in [(from, to), (to, from), (from, to)] {
                    let change =
                        StateChange { tenant: tenant("one"), id: id(n), from, to, updated_at: at(1) };
                    assert!(store.basic_credentials_change_state(&change, Record::default()).await.unwrap());
                }
            })
        })
        .collect();
    let all_done = async {
        flushing.await.unwrap();
        for change in changes {
            change.await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all_done).await.expect("nobody waits for ever");
    if database.backend == Backend::Postgres {
        // A connection reports what it met when it ends.
        store.close().await;
        other_replica.close().await;
        let sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = database.sql().await.query_one_raw(statement).await.unwrap().unwrap();
        assert_eq!(row.try_get_by::<i64, _>(0).unwrap(), 0);
    }
}
