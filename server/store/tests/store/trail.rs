//! The audit trail and the outbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use vouchsafe_store::Record;

use crate::backend::{Database, on_both};
use crate::fixtures::{audit, event, record, tenant, with_tenants};

on_both!(audit_pages, outbox_pages, a_reader_of_the_outbox_misses_nothing);

async fn audit_pages(database: Database) {
    let store = database.store().await;
    let rows = vec![audit("one", "a"), audit("two", "b"), audit("platform", "c"), audit("one", "d")];
    store.audit_append(rows.clone()).await.unwrap();
    store.audit_append(Vec::new()).await.unwrap();
    let all = store.audit_page(None, None, 10).await.unwrap();
    assert_eq!(all.iter().rev().map(|(_, row)| row.clone()).collect::<Vec<_>>(), rows);
    assert_eq!(rows[2].tenant, None);
    let of_one = store.audit_page(Some(&tenant("one")), None, 1).await.unwrap();
    assert_eq!(of_one, [all[0].clone()]);
    let older = store.audit_page(Some(&tenant("one")), Some(of_one[0].0), 10).await.unwrap();
    assert_eq!(older, [all[3].clone()]);
}

async fn outbox_pages(database: Database) {
    let store = database.store().await;
    assert_eq!(store.outbox_head().await.unwrap(), 0);
    let mut tx = store.begin().await.unwrap();
    tx.record(record("one", "revoked", 1));
    tx.record(record("one", "suspended", 2));
    tx.commit().await.unwrap();
    let rows = store.outbox_page(0, 10).await.unwrap();
    let changes: Vec<_> = rows.iter().map(|(_, row)| row.clone()).collect();
    assert_eq!(changes, [event("one", "revoked", 1), event("one", "suspended", 2)]);
    assert_eq!(store.outbox_page(rows[0].0, 10).await.unwrap(), rows[1..]);
    let head = store.outbox_head().await.unwrap();
    assert_eq!(head, rows[1].0);

    assert_eq!(store.outbox_trim(head).await.unwrap(), 2);
    let mut tx = store.begin().await.unwrap();
    tx.record(record("one", "activated", 3));
    tx.commit().await.unwrap();
    assert!(store.outbox_head().await.unwrap() > head, "a number was used twice");
}

async fn a_reader_of_the_outbox_misses_nothing(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (store, done) = (database.open().await, Arc::clone(&done));
        tokio::spawn(async move {
            let mut seen = Vec::new();
            loop {
                let last = done.load(Ordering::SeqCst);
                let after = seen.last().map_or(0, |(number, _)| *number);
                let page = store.outbox_page(after, 1_000).await.unwrap();
                let empty = page.is_empty();
                seen.extend(page);
                if last && empty {
                    return seen;
                }
            }
        })
    };
    let mut writers = Vec::new();
    for _ in 0..3 {
        let replica = database.open().await;
        writers.extend((0..4).map(|_| {
            let replica = replica.clone();
            tokio::spawn(async move {
                for n in 0..25 {
                    let mut tx = replica.begin().await.unwrap();
                    tx.record(Record { audit: Vec::new(), outbox: vec![event("one", "revoked", n)] });
                    tx.commit().await.unwrap();
                }
            })
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    assert_eq!(reader.await.unwrap().len(), 300);
}
