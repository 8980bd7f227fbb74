//! Sessions and failed logins.

use serde_json::json;
use vouchsafe_store::{Conflict, Error, LoginFailureRow, SessionRow, Store};

use crate::backend::{Database, on_both};
use crate::fixtures::at;

on_both!(round_trip, it_is_touched_forward_only, ends, login_failures, failures_are_counted_one_by_one);

fn session(id_hash: &str, username: &str, n: i64) -> SessionRow {
    SessionRow {
        id_hash: id_hash.to_owned(),
        username: username.to_owned(),
        grants: json!({"b": [1, "\0"], "a": {"é": null}}),
        address: "2001:db8::1".to_owned(),
        created_at: at(0),
        seen_at: at(n),
        transaction_lost: false,
    }
}

async fn with_sessions(store: &Store, rows: &[SessionRow]) {
    let tx = store.begin().await.unwrap();
    for row in rows {
        tx.session_insert(row).await.unwrap();
        assert_eq!(tx.session_get(&row.id_hash).await.unwrap().as_ref(), Some(row));
    }
    tx.commit().await.unwrap();
}

async fn round_trip(database: Database) {
    let store = database.store().await;
    let (one, two) =
        (session("1", "admin", 1), SessionRow { transaction_lost: true, ..session("2", "a", 1) });
    with_sessions(&store, &[one.clone(), two.clone()]).await;
    for (id_hash, expected) in [("1", Some(&one)), ("2", Some(&two)), ("3", None), ("", None), ("1\0", None)]
    {
        assert_eq!(store.session_get(id_hash).await.unwrap().as_ref(), expected, "{id_hash:?}");
    }
    let tx = store.begin().await.unwrap();
    for (id_hash, lost) in [("1", true), ("2", false), ("3", true), ("\0", true)] {
        tx.session_transaction_lost(id_hash, lost).await.unwrap();
    }
    tx.commit().await.unwrap();
    let lost = |id_hash| store.session_get(id_hash);
    assert!(lost("1").await.unwrap().unwrap().transaction_lost);
    assert!(!lost("2").await.unwrap().unwrap().transaction_lost);
    let taken = store.begin().await.unwrap().session_insert(&one).await;
    assert!(matches!(taken, Err(Error::Conflict(Conflict::Id))), "{taken:?}");
}

async fn it_is_touched_forward_only(database: Database) {
    let store = database.store().await;
    with_sessions(&store, &[session("1", "admin", 5), session("2", "admin", 5)]).await;
    for (n, expected) in [(4, 5), (6, 6), (6, 6), (5, 6)] {
        assert!(store.session_touch("1", at(n)).await.unwrap());
        assert_eq!(store.session_get("1").await.unwrap().unwrap().seen_at, at(expected));
    }
    for missing in ["3", "1\0"] {
        assert!(!store.session_touch(missing, at(9)).await.unwrap());
    }
    assert_eq!(store.session_get("2").await.unwrap(), Some(session("2", "admin", 5)));
}

async fn ends(database: Database) {
    let store = database.store().await;
    let rows: Vec<_> = [("1", "a"), ("2", "a"), ("3", "A"), ("4", "b"), ("5", "b")]
        .iter()
        .zip(1..)
        .map(|((id_hash, username), n)| session(id_hash, username, n))
        .collect();
    with_sessions(&store, &rows).await;
    let tx = store.begin().await.unwrap();
    assert!(tx.session_delete("5").await.unwrap());
    for missing in ["5", "\0"] {
        assert!(!tx.session_delete(missing).await.unwrap());
    }
    assert_eq!(tx.sessions_delete_of("a", "").await.unwrap(), 2);
    assert_eq!(tx.sessions_delete_of("a\0", "").await.unwrap(), 0);
    assert_eq!(tx.sessions_sweep(at(4)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    for (id_hash, lives) in [("1", false), ("2", false), ("3", false), ("4", true), ("5", false)] {
        assert_eq!(store.session_get(id_hash).await.unwrap().is_some(), lives, "{id_hash}");
    }
}

fn failed(subject: &str, failures: u32, n: i64) -> LoginFailureRow {
    let subject = subject.to_owned();
    LoginFailureRow { subject, failures, last_at: at(n), blocked_until: at(n + 10) }
}

async fn login_failures(database: Database) {
    let store = database.store().await;
    let asked = |subjects: &[&str]| subjects.iter().map(|subject| (*subject).to_owned()).collect::<Vec<_>>();
    let rows = [failed("user:a", 1, 1), failed("user:A", u32::MAX, 2), failed("address:::1", 3, 3)];
    let tx = store.begin_configuration().await.unwrap();
    for row in &rows {
        tx.login_failure_put(&failed(&row.subject, 9, 0)).await.unwrap();
        tx.login_failure_put(row).await.unwrap();
    }
    tx.login_failure_put(&failed("user:\0", 4, 4)).await.unwrap();
    tx.commit().await.unwrap();

    let tx = store.begin_configuration().await.unwrap();
    let get = async |subjects: &[&str]| tx.login_failures_get(&asked(subjects)).await.unwrap();
    assert_eq!(get(&[]).await, []);
    assert_eq!(get(&["user:b"]).await, []);
    let [a, upper, address] = rows;
    assert_eq!(
        get(&["user:a", "address:::1", "user:A", "user:b"]).await,
        [address.clone(), upper.clone(), a]
    );
    assert_eq!(get(&["user:\0"]).await, [failed("user:\u{FFFD}", 4, 4)]);
    assert_eq!(tx.login_failures_delete(&asked(&["user:\0", "user:b"])).await.unwrap(), 1);
    assert_eq!(tx.login_failures_delete(&[]).await.unwrap(), 0);
    assert_eq!(tx.login_failures_sweep(at(2)).await.unwrap(), 1);
    assert_eq!(get(&["user:a", "address:::1", "user:A", "user:\0"]).await, [address, upper]);
}

async fn failures_are_counted_one_by_one(database: Database) {
    let store = database.store().await;
    let other_replica = database.open().await;
    let tasks: Vec<_> = (0..32)
        .map(|n| {
            let store = if n % 2 == 0 { store.clone() } else { other_replica.clone() };
            tokio::spawn(async move {
                let tx = store.begin_configuration().await.unwrap();
                let known = tx.login_failures_get(&["user:a".to_owned()]).await.unwrap();
                let failures = known.first().map_or(0, |row| row.failures) + 1;
                tx.login_failure_put(&failed("user:a", failures, n)).await.unwrap();
                tx.commit().await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let tx = store.begin_configuration().await.unwrap();
    assert_eq!(tx.login_failures_get(&["user:a".to_owned()]).await.unwrap()[0].failures, 32);
}
