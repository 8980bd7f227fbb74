//! The first start: of replicas that start at once on an empty database, one sets it up.

use std::time::Duration;

use tokio::time::timeout;
use vouchsafe_store::{Store, TenantRow};

use crate::backend::{Database, on_both};
use crate::fixtures::{at, tenant};

on_both!(one_replica_sets_up, a_failed_set_up_leaves_nothing);

/// What the first start does; answers whether it was this one.
async fn first_start(store: &Store) -> bool {
    let tx = store.begin_bootstrap().await.unwrap();
    if tx.setting("initialized_at").await.unwrap().is_some() {
        return false;
    }
    // Time for the others to come in between, if they could.
    tokio::time::sleep(Duration::from_millis(50)).await;
    tx.tenant_insert(&TenantRow { id: tenant("default"), created_at: at(0) }).await.unwrap();
    tx.setting_put("initialized_at", "0").await.unwrap();
    tx.commit().await.unwrap();
    true
}

async fn one_replica_sets_up(database: Database) {
    database.store().await;
    let mut replicas = Vec::new();
    for _ in 0..6 {
        let store = database.open().await;
        replicas.push(tokio::spawn(async move { first_start(&store).await }));
    }
    let mut first = 0;
    for replica in replicas {
        first += u32::from(replica.await.unwrap());
    }
    assert_eq!(first, 1);
    assert!(!first_start(&database.open().await).await, "a later start sets nothing up");
}

async fn a_failed_set_up_leaves_nothing(database: Database) {
    let store = database.store().await;
    let tx = store.begin_bootstrap().await.unwrap();
    tx.tenant_insert(&TenantRow { id: tenant("default"), created_at: at(0) }).await.unwrap();
    tx.setting_put("initialized_at", "0").await.unwrap();

    // While it lasts, others read and see nothing of it, and a second first start waits.
    let other = database.open().await;
    assert_eq!(other.setting("initialized_at").await.unwrap(), None);
    assert!(timeout(Duration::from_millis(200), other.begin_bootstrap()).await.is_err());

    drop(tx);
    assert_eq!(store.tenant_get(&tenant("default")).await.unwrap(), None);
    assert!(timeout(Duration::from_secs(30), first_start(&other)).await.unwrap());
}
