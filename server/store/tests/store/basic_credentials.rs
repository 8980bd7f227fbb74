//! Basic credentials: round trips, uniqueness under concurrency, paging.

use vouchsafe_domain::{State, Timestamp};
use vouchsafe_store::{BasicCredentialsFilter, BasicCredentialsRow, Conflict, Error, PasswordChange, Record};

use crate::backend::{Database, on_both};
use crate::fixtures::{actions, at, basic, hash, id, record, tenant, username, with_tenants};

on_both!(
    round_trip,
    one_of_32_gets_the_name,
    what_can_be_taken,
    pages_and_filters,
    many_rows_in_one_transaction,
    passwords_change_only_as_decided,
);

async fn round_trip(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let one = tenant("one");
    let used = BasicCredentialsRow {
        state: State::Suspended,
        updated_at: Timestamp::from_micros(i64::MAX),
        last_use_at: Some(Timestamp::from_micros(-1)),
        ..basic(2, " ~'\"%_\\")
    };
    for (n, row) in [(1, basic(1, "UserA")), (2, used)] {
        store.basic_credentials_insert(&one, &row, &hash(n), record("one", "create", n)).await.unwrap();
        assert_eq!(store.basic_credentials_get(&one, &row.id).await.unwrap(), Some(row.clone()));
        let login = store.basic_credentials_login(&one, &row.username).await.unwrap();
        assert_eq!(login, Some((row.clone(), hash(n))));
        // Another tenant's id or name is as good as none.
        assert_eq!(store.basic_credentials_get(&tenant("two"), &row.id).await.unwrap(), None);
        assert_eq!(store.basic_credentials_login(&tenant("two"), &row.username).await.unwrap(), None);
    }
    assert_eq!(store.basic_credentials_login(&one, &username("usera")).await.unwrap(), None, "case counts");
    assert_eq!(actions(&store).await, ["create", "create"]);
    assert_eq!(store.outbox_page(0, 10).await.unwrap().len(), 2);
}

async fn one_of_32_gets_the_name(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let other_replica = database.open().await;
    let tasks: Vec<_> = (0..32)
        .map(|n| {
            let store = if n % 2 == 0 { store.clone() } else { other_replica.clone() };
            tokio::spawn(async move {
                let row = basic(n, "reasonable-kangaroo");
                store
                    .basic_credentials_insert(&tenant("one"), &row, &hash(n), record("one", "create", n))
                    .await
            })
        })
        .collect();
    let (mut won, mut lost) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => won += 1,
            Err(Error::Conflict(Conflict::Username)) => lost += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!((won, lost), (1, 31));
    let all = BasicCredentialsFilter::default();
    assert_eq!(store.basic_credentials_page(&tenant("one"), &all, None, 100).await.unwrap().len(), 1);
    assert_eq!(actions(&store).await, ["create"], "who lost left no trace");
    assert_eq!(store.outbox_page(0, 10).await.unwrap().len(), 1);
}

async fn what_can_be_taken(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let insert = async |name: &str, row: BasicCredentialsRow| {
        store.basic_credentials_insert(&tenant(name), &row, &hash(0), record(name, "create", 0)).await
    };
    insert("one", basic(1, "a")).await.unwrap();
    insert("two", basic(1, "a")).await.expect("names and ids are a tenant's own");
    let taken = insert("one", basic(2, "a")).await;
    assert!(matches!(taken, Err(Error::Conflict(Conflict::Username))), "{taken:?}");
    let taken = insert("one", basic(1, "b")).await;
    assert!(matches!(taken, Err(Error::Conflict(Conflict::Id))), "{taken:?}");
    let orphan = insert("three", basic(3, "a")).await;
    assert!(matches!(orphan, Err(Error::NoParent)), "{orphan:?}");
    assert_eq!(actions(&store).await, ["create", "create"]);
}

async fn pages_and_filters(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let states = State::ALL;
    // Written in the order of their names, which is not the order of their ids.
    let mut rows: Vec<_> = (0..50)
        .map(|n| BasicCredentialsRow {
            state: states[n as usize % 4],
            ..basic(n * 7 % 50, &format!("u{n:02}"))
        })
        .collect();
    let tx = store.begin().await.unwrap();
    let secrets: Vec<_> = rows.iter().map(|row| (row.clone(), hash(0))).collect();
    tx.basic_credentials_insert_many(&tenant("one"), &secrets).await.unwrap();
    tx.basic_credentials_insert_many(&tenant("two"), &[(basic(99, "u99"), hash(0))]).await.unwrap();
    tx.commit().await.unwrap();
    rows.sort_by(|one, other| one.id.cmp(&other.id));

    let filters = [
        (None, None, 7),
        (None, None, 50),
        (Some(State::Suspended), None, 5),
        (Some(State::Revoked), None, 100),
        (None, Some("u13"), 7),
        (Some(State::Inactive), Some("u13"), 7),
        (None, Some("u99"), 7),
    ];
    for (state, name, limit) in filters {
        let filter = BasicCredentialsFilter { state, username: name.map(username) };
        let expected: Vec<_> = rows
            .iter()
            .filter(|row| state.is_none_or(|state| row.state == state))
            .filter(|row| name.is_none_or(|name| row.username.as_str() == name))
            .cloned()
            .collect();
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page =
                store.basic_credentials_page(&tenant("one"), &filter, after.as_ref(), limit).await.unwrap();
            assert!(page.len() as u64 <= limit && listed.len() <= rows.len());
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            listed.extend(page);
        }
        assert_eq!(listed, expected, "{filter:?}, {limit} a page");
    }
}

async fn many_rows_in_one_transaction(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    // More values than one statement may have on either database (32,766 and 65,535).
    let rows: Vec<_> = (0..10_000).map(|n| (basic(n, &format!("u{n}")), hash(n))).collect();
    let tx = store.begin().await.unwrap();
    tx.basic_credentials_insert_many(&tenant("one"), &rows).await.unwrap();
    tx.commit().await.unwrap();
    let all = BasicCredentialsFilter::default();
    let page = store.basic_credentials_page(&tenant("one"), &all, Some(&id(8_999)), 10_000).await.unwrap();
    assert_eq!(page, rows[9_000..].iter().map(|(row, _)| row.clone()).collect::<Vec<_>>());

    let again = store.begin().await.unwrap();
    let taken = again.basic_credentials_insert_many(&tenant("one"), &[(basic(10_001, "u1"), hash(1))]).await;
    assert!(matches!(taken, Err(Error::Conflict(Conflict::Username))), "{taken:?}");
}

async fn passwords_change_only_as_decided(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let one = tenant("one");
    let row = basic(1, "a");
    store.basic_credentials_insert(&one, &row, &hash(1), Record::default()).await.unwrap();
    let change = |from, n| PasswordChange {
        tenant: one.clone(),
        id: id(1),
        from,
        password_hash: hash(n),
        updated_at: at(9),
    };
    let missed = change(State::Active, 2);
    assert!(!store.basic_credentials_set_password_hash(&missed, record("one", "missed", 1)).await.unwrap());
    let hit = change(State::Inactive, 3);
    assert!(store.basic_credentials_set_password_hash(&hit, record("one", "reset", 1)).await.unwrap());

    // A hash made for the password of before must not undo the reset.
    assert!(!store.basic_credentials_rehash(&one, &id(1), &hash(1), &hash(4)).await.unwrap());
    assert!(store.basic_credentials_rehash(&one, &id(1), &hash(3), &hash(5)).await.unwrap());
    let expected = BasicCredentialsRow { updated_at: at(9), ..row };
    assert_eq!(store.basic_credentials_login(&one, &username("a")).await.unwrap(), Some((expected, hash(5))));
    assert_eq!(actions(&store).await, ["reset"]);
}
