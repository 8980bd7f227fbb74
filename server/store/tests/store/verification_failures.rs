//! Counted failures: together, over replicas, within bounds.

use vouchsafe_store::{Store, VerificationFailures};

use crate::backend::{Database, on_both};
use crate::fixtures::{at, tenant};

on_both!(add_up, are_cleared, forgotten_ones_begin_anew, are_swept, are_bounded);

async fn get(store: &Store, name: &str, subject: &str) -> Option<VerificationFailures> {
    store.verification_failures_get(&tenant(name), subject).await.unwrap()
}

async fn add(store: &Store, subject: &str, moment: i64, forget: i64) {
    store.verification_failure_add(&tenant("one"), subject, at(moment), at(forget)).await.unwrap();
}

async fn add_up(database: Database) {
    let replicas = [database.store().await, database.open().await];
    let mut tasks = Vec::new();
    for replica in &replicas {
        for _ in 0..20 {
            let replica = replica.clone();
            tasks.push(tokio::spawn(async move { add(&replica, "ann", 5, 9).await }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    add(&replicas[0], "ann", 6, 20).await;
    add(&replicas[0], "bob", 7, 8).await;
    for replica in &replicas {
        let ann = VerificationFailures { failures: 41, last_at: at(6), forget_at: at(20) };
        assert_eq!(get(replica, "one", "ann").await, Some(ann));
        let bob = VerificationFailures { failures: 1, last_at: at(7), forget_at: at(8) };
        assert_eq!(get(replica, "one", "bob").await, Some(bob));
        assert_eq!(get(replica, "two", "ann").await, None);
    }
}

async fn are_cleared(database: Database) {
    let store = database.store().await;
    for subject in ["ann", "bob"] {
        add(&store, subject, 1, 9).await;
    }
    for _ in 0..2 {
        store.verification_failures_clear(&tenant("one"), "ann").await.unwrap();
        store.verification_failures_clear(&tenant("two"), "bob").await.unwrap();
    }
    assert_eq!(get(&store, "one", "ann").await, None);
    assert_eq!(get(&store, "one", "bob").await.unwrap().failures, 1);
    add(&store, "ann", 2, 9).await;
    assert_eq!(get(&store, "one", "ann").await.unwrap().failures, 1);
}

async fn forgotten_ones_begin_anew(database: Database) {
    let store = database.store().await;
    for (moment, forget, failures) in [(1, 5, 1), (2, 5, 2), (4, 6, 3), (6, 9, 1), (8, 9, 2), (100, 101, 1)] {
        add(&store, "ann", moment, forget).await;
        let now = VerificationFailures { failures, last_at: at(moment), forget_at: at(forget) };
        assert_eq!(get(&store, "one", "ann").await, Some(now), "{moment}");
    }
}

async fn are_swept(database: Database) {
    let store = database.store().await;
    for n in 1..=6 {
        add(&store, &format!("s{n}"), 0, n).await;
    }
    assert_eq!(store.verification_failures_sweep(at(3), 100).await.unwrap(), 3);
    assert_eq!(store.verification_failures_sweep(at(3), 100).await.unwrap(), 0);
    assert_eq!(get(&store, "one", "s3").await, None);
    assert!(get(&store, "one", "s4").await.is_some());
}

/// Whoever makes up usernames must not fill the database, nor make it forget the youngest.
async fn are_bounded(database: Database) {
    let store = database.store().await;
    for n in 1..=30 {
        add(&store, &format!("s{n}"), 0, n).await;
    }
    assert_eq!(store.verification_failures_sweep(at(5), 10).await.unwrap(), 20, "those due, and more");
    for (n, there) in [(20, false), (21, true), (30, true)] {
        assert_eq!(get(&store, "one", &format!("s{n}")).await.is_some(), there, "{n}");
    }
    assert_eq!(store.verification_failures_sweep(at(5), 10).await.unwrap(), 0);
    assert_eq!(store.verification_failures_sweep(at(5), 0).await.unwrap(), 10);
}
