//! What a verification reads, by the quick way and by the pool.

use vouchsafe_domain::State;
use vouchsafe_store::{BasicLookup, Record, StateChange, Store, VerificationFailures};

use crate::backend::{Backend, Database, on_both};
use crate::fixtures::{at, basic, hash, id, tenant, username, with_tenants};

on_both!(finds_credentials_and_failures, sees_what_was_just_written, the_quick_way_and_the_pool_agree);

async fn lookup(store: &Store, name: &str, user: &str, subject: &str) -> BasicLookup {
    store.basic_lookup(&tenant(name), &username(user), subject).await.unwrap()
}

async fn seed(store: &Store) {
    with_tenants(store, &["one", "two"]).await;
    for (n, name, user) in [(1, "one", "ann"), (2, "two", "ann"), (3, "one", "bob")] {
        let row = basic(n, user);
        store.basic_credentials_insert(&tenant(name), &row, &hash(n), Record::default()).await.unwrap();
    }
    store.verification_failure_add(&tenant("one"), "ann from afar", at(1), at(9)).await.unwrap();
    store.verification_failure_add(&tenant("one"), "nobody from afar", at(2), at(8)).await.unwrap();
}

fn failures(last_at: i64, forget_at: i64) -> Option<VerificationFailures> {
    Some(VerificationFailures { failures: 1, last_at: at(last_at), forget_at: at(forget_at) })
}

/// Each question with its answer.
async fn ask_everything(store: &Store) {
    let found = |n: u32, name: &str| Some((basic(n, name), hash(n)));
    for (name, user, subject, credentials, failures) in [
        ("one", "ann", "ann from afar", found(1, "ann"), failures(1, 9)),
        ("one", "ann", "ann from here", found(1, "ann"), None),
        ("two", "ann", "ann from afar", found(2, "ann"), None),
        ("one", "bob", "", found(3, "bob"), None),
        ("one", "nobody", "nobody from afar", None, failures(2, 8)),
        ("one", "ANN", "ANN from afar", None, None),
        ("two", "bob", "bob", None, None),
        ("three", "ann", "ann from afar", None, None),
    ] {
        let expected = BasicLookup { credentials, failures };
        assert_eq!(lookup(store, name, user, subject).await, expected, "{name} {user} {subject}");
    }
}

async fn finds_credentials_and_failures(database: Database) {
    let store = database.store().await;
    seed(&store).await;
    ask_everything(&store).await;
}

async fn sees_what_was_just_written(database: Database) {
    let (here, there) = (database.store().await, database.open().await);
    seed(&here).await;
    let (mut state, one) = (State::Inactive, tenant("one"));
    for n in 0..50 {
        let to = if state == State::Suspended { State::Active } else { State::Suspended };
        let change = StateChange { tenant: one.clone(), id: id(1), from: state, to, updated_at: at(100 + n) };
        let (writes, reads) = if n % 2 == 0 { (&here, &there) } else { (&there, &here) };
        assert!(writes.basic_credentials_change_state(&change, Record::default()).await.unwrap());
        state = to;
        let (row, _) = lookup(reads, "one", "ann", "").await.credentials.unwrap();
        assert_eq!((row.state, row.updated_at), (to, at(100 + n)));
    }
}

/// As many at once as find every quick connection busy now and then; and when a quick one can't be had at all.
async fn the_quick_way_and_the_pool_agree(database: Database) {
    let store = database.store().await;
    seed(&store).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    ask_everything(&store).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    if database.backend == Backend::Sqlite {
        // A corrupt value is an error by either way, and none that reading it another way would mend.
        let sql = "UPDATE basic_credentials SET state = 'Curious' WHERE username = 'ann'";
        sea_orm::ConnectionTrait::execute_unprepared(&database.sql().await, sql).await.unwrap();
        let answer = store.basic_lookup(&tenant("one"), &username("ann"), "").await;
        assert!(matches!(answer, Err(vouchsafe_store::Error::Corrupt(_))), "{answer:?}");
    }
}
