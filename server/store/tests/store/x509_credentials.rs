//! X.509 credentials: round trips, serial numbers, paging.

use vouchsafe_domain::State;
use vouchsafe_store::{Conflict, Error, Record, X509CredentialsFilter, X509CredentialsRow};

use crate::backend::{Database, on_both};
use crate::fixtures::{actions, id, record, tenant, with_tenants, x509};

on_both!(round_trip, one_of_16_gets_the_serial_number, pages_and_filters);

async fn round_trip(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let (one, row, der) = (tenant("one"), x509(1, "one"), [0x30, 0x82, 0x00, 0xff]);
    store.x509_credentials_insert(&one, &row, &der, record("one", "create", 1)).await.unwrap();
    assert_eq!(store.x509_credentials_get(&one, &row.id).await.unwrap(), Some(row.clone()));
    assert_eq!(store.x509_credentials_certificate(&one, &row.id).await.unwrap(), Some(der.to_vec()));
    let found = store.x509_credentials_find("one", &row.serial_number).await.unwrap();
    assert_eq!(found, Some((one.clone(), row.clone())));

    for (authority, serial) in [("two", &*row.serial_number), ("one", "1"), ("\0", "1"), ("one", "1\0")] {
        assert_eq!(store.x509_credentials_find(authority, serial).await.unwrap(), None);
    }
    assert_eq!(store.x509_credentials_get(&tenant("two"), &row.id).await.unwrap(), None);
    assert_eq!(store.x509_credentials_certificate(&tenant("two"), &row.id).await.unwrap(), None);
    assert_eq!(actions(&store).await, ["create"]);
}

async fn one_of_16_gets_the_serial_number(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let tasks: Vec<_> = (0..16)
        .map(|n| {
            let (store, row) = (store.clone(), X509CredentialsRow { id: id(n), ..x509(7, "one") });
            tokio::spawn(async move {
                store.x509_credentials_insert(&tenant("one"), &row, b"der", record("one", "create", n)).await
            })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => won += 1,
            Err(Error::Conflict(Conflict::SerialNumber)) => (),
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((won, actions(&store).await.len()), (1, 1));

    let insert = async |name: &str, row: X509CredentialsRow| {
        store.x509_credentials_insert(&tenant(name), &row, b"der", Record::default()).await
    };
    insert("two", x509(7, "two")).await.expect("another authority's numbers are its own");
    let taken = insert("two", X509CredentialsRow { id: id(7), ..x509(8, "two") }).await;
    assert!(matches!(taken, Err(Error::Conflict(Conflict::Id))), "{taken:?}");
    for (name, authority) in [("two", "nobody"), ("nobody", "two")] {
        let orphan = insert(name, x509(9, authority)).await;
        assert!(matches!(orphan, Err(Error::NoParent)), "{orphan:?}");
    }
}

async fn pages_and_filters(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let rows: Vec<_> =
        (0..20).map(|n| X509CredentialsRow { state: State::ALL[n as usize % 4], ..x509(n, "one") }).collect();
    let certificates: Vec<_> = rows.iter().rev().map(|row| (row.clone(), b"der".to_vec())).collect();
    let tx = store.begin().await.unwrap();
    tx.x509_credentials_insert_many(&tenant("one"), &certificates).await.unwrap();
    tx.x509_credentials_insert_many(&tenant("two"), &[(x509(99, "two"), Vec::new())]).await.unwrap();
    tx.commit().await.unwrap();

    let page = async |state, after: Option<u32>, limit| {
        let filter = X509CredentialsFilter { state };
        store.x509_credentials_page(&tenant("one"), &filter, after.map(id).as_ref(), limit).await.unwrap()
    };
    assert_eq!(page(None, None, 100).await, rows);
    assert_eq!(page(None, Some(4), 10).await, rows[5..15]);
    assert_eq!(page(None, Some(19), 10).await, []);
    assert_eq!(page(Some(State::Active), None, 2).await, [rows[1].clone(), rows[5].clone()]);
    assert_eq!(page(Some(State::Active), Some(9), 2).await, [rows[13].clone(), rows[17].clone()]);
}
