//! Revocation lists of others: shared, replaced, forgotten.

use vouchsafe_store::FetchedCrlRow;

use crate::backend::{Database, on_both};
use crate::fixtures::at;

on_both!(are_shared_and_replaced, are_forgotten_by_their_age);

fn list(url: &str, n: i64) -> FetchedCrlRow {
    FetchedCrlRow { url: url.to_owned(), der: n.to_be_bytes().to_vec(), fetched_at: at(n) }
}

async fn are_shared_and_replaced(database: Database) {
    let (here, there) = (database.store().await, database.open().await);
    let (a, b) = ("http://a.example/crl", "http://a.example/CRL");
    assert_eq!(here.fetched_crl_get(a).await.unwrap(), None);
    // Longer than a page, and than what a database keeps in the row itself.
    let large = FetchedCrlRow { der: vec![0x30; 4 * 1024 * 1024], ..list(a, 1) };
    here.fetched_crl_put(large.clone()).await.unwrap();
    here.fetched_crl_put(list(b, 2)).await.unwrap();
    assert_eq!(there.fetched_crl_get(a).await.unwrap(), Some(large));
    there.fetched_crl_put(list(a, 3)).await.unwrap();
    assert_eq!(here.fetched_crl_get(a).await.unwrap(), Some(list(a, 3)));
    assert_eq!(here.fetched_crl_get(b).await.unwrap(), Some(list(b, 2)));
}

async fn are_forgotten_by_their_age(database: Database) {
    let store = database.store().await;
    for n in 1..=4 {
        store.fetched_crl_put(list(&format!("http://a.example/{n}"), n)).await.unwrap();
    }
    assert_eq!(store.fetched_crls_sweep(at(3)).await.unwrap(), 2);
    assert_eq!(store.fetched_crls_sweep(at(3)).await.unwrap(), 0);
    for (n, there) in [(2, false), (3, true), (4, true)] {
        let found = store.fetched_crl_get(&format!("http://a.example/{n}")).await.unwrap();
        assert_eq!(found.is_some(), there, "{n}");
    }
}
