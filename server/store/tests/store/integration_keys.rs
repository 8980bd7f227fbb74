//! Integration keys: found by their hashes, taken by their names.

use vouchsafe_store::{Conflict, Error, IntegrationKeyRow};

use crate::backend::{Database, on_both};
use crate::fixtures::{integration_key, tenant, with_tenants};

on_both!(round_trip, names_and_hashes_are_unique);

async fn round_trip(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let (one, two) = (integration_key("one", "proxy"), integration_key("two", "proxy"));
    let tx = store.begin().await.unwrap();
    tx.integration_key_insert(&one).await.unwrap();
    tx.integration_key_insert(&two).await.unwrap();
    tx.commit().await.unwrap();
    let get = async |row: &IntegrationKeyRow| store.integration_key_get(&row.key_hash).await.unwrap();
    assert_eq!(get(&one).await, Some(one.clone()));
    assert_eq!(get(&two).await, Some(two.clone()));
    assert_eq!(store.integration_key_get("HASH OF proxy of one").await.unwrap(), None);
    assert_eq!(store.integration_key_get("").await.unwrap(), None);

    // What is changed goes and comes again, as the same key.
    let tx = store.begin().await.unwrap();
    let taken = tx.integration_key_delete(&tenant("one"), "proxy").await.unwrap();
    assert_eq!(taken, Some(one.clone()));
    let one = IntegrationKeyRow { name: "broker".to_owned(), client_certificates: true, ..one };
    tx.integration_key_insert(&one).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(get(&one).await, Some(one.clone()));
    assert_eq!(get(&two).await, Some(two.clone()), "the other tenant's of that name");

    let tx = store.begin().await.unwrap();
    assert_eq!(tx.integration_key_delete(&tenant("one"), "broker").await.unwrap(), Some(one.clone()));
    assert_eq!(tx.integration_key_delete(&tenant("one"), "broker").await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!((get(&one).await, get(&two).await), (None, Some(two)));
}

async fn names_and_hashes_are_unique(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let first = integration_key("one", "proxy");
    let tx = store.begin().await.unwrap();
    tx.integration_key_insert(&first).await.unwrap();
    tx.commit().await.unwrap();
    let refused = async |row: IntegrationKeyRow| {
        let tx = store.begin().await.unwrap();
        tx.integration_key_insert(&row).await.unwrap_err()
    };
    let same_name = refused(IntegrationKeyRow { key_hash: "another".to_owned(), ..first.clone() }).await;
    assert!(matches!(same_name, Error::Conflict(Conflict::IntegrationKey)), "{same_name:?}");
    let hash = first.key_hash.clone();
    let same_hash = refused(IntegrationKeyRow { key_hash: hash, ..integration_key("two", "proxy") }).await;
    assert!(matches!(same_hash, Error::Conflict(_)), "{same_hash:?}");
    let orphan = refused(integration_key("nobody", "proxy")).await;
    assert!(matches!(orphan, Error::NoParent), "{orphan:?}");
}
