//! The configuration and the changes laid over it.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use vouchsafe_store::{ChangeKind, ChangeRow, ConfigurationRow, Error, LockRow, Store, Tx};

use crate::backend::{Database, on_both};
use crate::fixtures::at;

on_both!(
    rows_in_order,
    rows_are_replaced_and_removed,
    changes_are_kept_apart,
    a_rollback_leaves_nothing,
    damaged_bodies
);

pub(crate) fn row(path: &str, body: Value) -> ConfigurationRow {
    ConfigurationRow { path: path.to_owned(), body, secret: None }
}

pub(crate) fn lock(session: &str) -> LockRow {
    let (session, username) = (session.to_owned(), "admin".to_owned());
    LockRow { session, username, opened_at: at(1), used_at: at(2), version: 0 }
}

fn change(path: &str, kind: ChangeKind, position: i64) -> ChangeRow {
    let body = (kind != ChangeKind::Delete).then(|| json!({"position": position}));
    ChangeRow { path: path.to_owned(), kind, body, secret: None, position }
}

async fn put(tx: &Tx, rows: &[ConfigurationRow]) {
    for row in rows {
        tx.configuration_put(row).await.unwrap();
    }
}

async fn paths(store: &Store, parent: &str) -> Vec<String> {
    let rows = store.configuration_children(parent).await.unwrap();
    rows.into_iter().map(|row| row.path).collect()
}

async fn rows_in_order(database: Database) {
    let store = database.store().await;
    // Byte by byte: in most languages `-` and case count for little, and `é` stands beside `e`.
    let ordered = ["/c/-7001", "/c/A", "/c/B", "/c/a", "/c/a-b", "/c/a/x", "/c/aa", "/c/é", "/c-d/a", "/d"];
    let mut sorted = ordered;
    sorted.sort_unstable();
    let tx = store.begin_configuration().await.unwrap();
    for (n, path) in ordered.iter().enumerate() {
        put(&tx, &[row(path, json!(n))]).await;
    }
    let all: Vec<_> = tx.configuration_all().await.unwrap().into_iter().map(|row| row.path).collect();
    tx.commit().await.unwrap();
    assert_eq!(all, sorted);
    let all: Vec<_> = store.configuration_all().await.unwrap().into_iter().map(|row| row.path).collect();
    assert_eq!(all, sorted);
    for (parent, children) in [
        ("/c", &["/c/-7001", "/c/A", "/c/B", "/c/a", "/c/a-b", "/c/aa", "/c/é"][..]),
        ("/c/a", &["/c/a/x"]),
        ("", &["/d"]),
        ("/c/", &[]),
        ("/C", &[]),
        ("/c\0", &[]),
    ] {
        assert_eq!(paths(&store, parent).await, children, "{parent:?}");
    }
}

async fn rows_are_replaced_and_removed(database: Database) {
    let store = database.store().await;
    let bodies = [
        json!({"z": 1, "a": [true, null, -1.5, 18_446_744_073_709_551_615_u64], "nul": "\0", "é": "\u{1F980}"}),
        json!("UTC"),
        json!([]),
        Value::Null,
    ];
    for (n, body) in bodies.into_iter().enumerate() {
        let secret = (n % 2 == 0).then(|| vec![0, 255, n as u8]);
        let row = ConfigurationRow { secret, ..row("/a/b", body) };
        let tx = store.begin_configuration().await.unwrap();
        put(&tx, std::slice::from_ref(&row)).await;
        assert_eq!(tx.configuration_get("/a/b").await.unwrap(), Some(row.clone()));
        assert_eq!(tx.configuration_revision_bump().await.unwrap(), n as i64 + 1);
        tx.commit().await.unwrap();
        let stored = store.configuration_get("/a/b").await.unwrap().unwrap();
        assert_eq!(stored, row);
        assert_eq!(stored.body.to_string(), row.body.to_string(), "the order of the properties too");
        assert_eq!(store.configuration_revision().await.unwrap(), n as i64 + 1);
    }
    for missing in ["/a", "/a/B", "/a/b\0"] {
        assert_eq!(store.configuration_get(missing).await.unwrap(), None);
    }
    let tx = store.begin_configuration().await.unwrap();
    put(&tx, &[row("/a/b/c", json!({}))]).await;
    assert!(tx.configuration_delete("/a/b").await.unwrap());
    for missing in ["/a/b", "/a", "\0"] {
        assert!(!tx.configuration_delete(missing).await.unwrap());
        assert_eq!(tx.configuration_get(missing).await.unwrap(), None);
    }
    tx.commit().await.unwrap();
    assert_eq!(store.configuration_all().await.unwrap(), [row("/a/b/c", json!({}))]);
}

async fn changes_are_kept_apart(database: Database) {
    let store = database.store().await;
    let committed = [row("/a", json!(1)), row("/b", json!(2))];
    let tx = store.begin_configuration().await.unwrap();
    put(&tx, &committed).await;
    tx.configuration_lock_insert(&lock("s")).await.unwrap();
    for (path, kind, position) in
        [("/c", ChangeKind::Create, 2), ("/a", ChangeKind::Replace, 1), ("/b", ChangeKind::Replace, 3)]
    {
        tx.configuration_stage(&change(path, kind, position)).await.unwrap();
    }
    let deleted = ChangeRow { secret: Some(vec![1, 2]), ..change("/b", ChangeKind::Delete, 4) };
    tx.configuration_stage(&deleted).await.unwrap();
    let (first, second) = (change("/a", ChangeKind::Replace, 1), change("/c", ChangeKind::Create, 2));
    let staged = [first.clone(), second, deleted.clone()];
    assert_eq!(tx.configuration_changes().await.unwrap(), staged);
    tx.commit().await.unwrap();

    let other = database.open().await;
    assert_eq!(other.configuration_changes().await.unwrap(), staged);
    assert_eq!(other.configuration_all().await.unwrap(), committed, "nothing is committed by staging it");
    assert_eq!(other.configuration_lock().await.unwrap(), Some(LockRow { version: 4, ..lock("s") }));

    let tx = store.begin_configuration().await.unwrap();
    for path in ["/c", "/nothing", "\0"] {
        tx.configuration_unstage(path).await.unwrap();
    }
    assert_eq!(tx.configuration_lock().await.unwrap().unwrap().version, 7);
    tx.commit().await.unwrap();
    assert_eq!(store.configuration_changes().await.unwrap(), [first, deleted]);

    let tx = store.begin_configuration().await.unwrap();
    put(&tx, &[row("/a", json!("new"))]).await;
    tx.configuration_delete("/b").await.unwrap();
    tx.configuration_lock_delete().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.configuration_changes().await.unwrap(), []);
    assert_eq!(store.configuration_lock().await.unwrap(), None);
    assert_eq!(store.configuration_all().await.unwrap(), [row("/a", json!("new"))]);
}

async fn a_rollback_leaves_nothing(database: Database) {
    let store = database.store().await;
    let tx = store.begin_configuration().await.unwrap();
    put(&tx, &[row("/a", json!(1))]).await;
    tx.configuration_lock_insert(&lock("s")).await.unwrap();
    tx.configuration_stage(&change("/a", ChangeKind::Replace, 1)).await.unwrap();
    tx.configuration_revision_bump().await.unwrap();
    assert_nothing(&database.open().await, "while it lasts").await;
    drop(tx);
    // It has ended when the next one begins.
    let next = store.begin_configuration().await.unwrap();
    assert_eq!(next.configuration_all().await.unwrap(), []);
    assert_eq!(next.configuration_changes().await.unwrap(), []);
    assert_eq!(next.configuration_lock().await.unwrap(), None);
    assert_eq!(next.configuration_revision_bump().await.unwrap(), 1);
    drop(next);
    assert_nothing(&store, "after it").await;
}

async fn assert_nothing(store: &Store, when: &str) {
    assert_eq!(store.configuration_all().await.unwrap(), [], "{when}");
    assert_eq!(store.configuration_changes().await.unwrap(), [], "{when}");
    assert_eq!(store.configuration_lock().await.unwrap(), None, "{when}");
    assert_eq!(store.configuration_revision().await.unwrap(), 0, "{when}");
}

async fn damaged_bodies(database: Database) {
    let store = database.store().await;
    let tx = store.begin_configuration().await.unwrap();
    put(&tx, &[row("/a", json!(1))]).await;
    tx.configuration_stage(&change("/a", ChangeKind::Replace, 1)).await.unwrap();
    tx.configuration_revision_bump().await.unwrap();
    tx.commit().await.unwrap();
    let sql = database.sql().await;
    let corrupt =
        |error: Error, column| assert!(matches!(error, Error::Corrupt(at) if at == column), "{error:?}");
    for table in ["configuration", "configuration_changes"] {
        sql.execute_unprepared(&format!("UPDATE {table} SET body = '{{'")).await.unwrap();
    }
    corrupt(store.configuration_all().await.unwrap_err(), "configuration.body");
    corrupt(store.configuration_changes().await.unwrap_err(), "configuration_changes.body");
    sql.execute_unprepared("UPDATE configuration_changes SET kind = 'rename'").await.unwrap();
    corrupt(store.configuration_changes().await.unwrap_err(), "configuration_changes.kind");
    sql.execute_unprepared("UPDATE settings SET value = 'x'").await.unwrap();
    corrupt(store.configuration_revision().await.unwrap_err(), "settings.value");
}
