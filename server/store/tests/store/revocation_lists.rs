//! Revocation lists: their numbers, when they are due, and what stands on them.

use vouchsafe_domain::{RevocationReason, State};
use vouchsafe_store::{Error, Record, RevocationListHead, RevokedRow, StateChange, X509CredentialsRow};

use crate::backend::{Database, on_both};
use crate::fixtures::{at, id, put_revocation_list, revocation_list, tenant, with_tenants, x509};

on_both!(
    numbers_only_grow,
    one_of_16_is_the_next,
    are_due,
    what_became_due_meanwhile_is_not_lost,
    pages_of_what_is_revoked,
    authorities_that_are_no_more
);

async fn numbers_only_grow(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    assert_eq!(store.revocation_list_get("one").await.unwrap(), None);
    let put = async |name: &str, number| put_revocation_list(&store, name, number).await;
    for (number, taken) in [(1, true), (1, false), (3, false), (2, true), (2, false), (1, false), (3, true)] {
        assert_eq!(put("one", number).await.unwrap(), taken, "{number}");
    }
    assert_eq!(store.revocation_list_get("one").await.unwrap(), Some(revocation_list("one", 3)));
    assert_eq!(store.revocation_list_get("two").await.unwrap(), None);
    let orphan = put("nobody", 1).await;
    assert!(matches!(orphan, Err(Error::NoParent)), "{orphan:?}");
}

async fn one_of_16_is_the_next(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    for number in 1..=3 {
        let mut tasks = Vec::new();
        for _ in 0..16 {
            let store = store.clone();
            tasks
                .push(tokio::spawn(async move { put_revocation_list(&store, "one", number).await.unwrap() }));
        }
        let mut won = 0;
        for task in tasks {
            won += usize::from(task.await.unwrap());
        }
        assert_eq!(won, 1, "{number}");
    }
}

async fn are_due(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["a", "b", "c"]).await;
    for (name, numbers) in [("a", 3), ("b", 1), ("c", 2)] {
        for number in 1..=numbers {
            assert!(put_revocation_list(&store, name, number).await.unwrap());
        }
    }
    assert_eq!(store.revocation_lists_due(at(1)).await.unwrap(), [""; 0]);
    assert_eq!(store.revocation_lists_due(at(3)).await.unwrap(), ["b", "c"], "the most urgent first");
    assert_eq!(store.revocation_lists_due(at(4)).await.unwrap(), ["b", "c", "a"]);
    store.revocation_list_expire("a", at(0)).await.unwrap();
    store.revocation_list_expire("nobody", at(0)).await.unwrap();
    assert_eq!(store.revocation_lists_due(at(1)).await.unwrap(), ["a"], "however long it would have lasted");
}

async fn what_became_due_meanwhile_is_not_lost(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    assert!(put_revocation_list(&store, "one", 1).await.unwrap());
    let read = store.revocation_list_head("one").await.unwrap();
    assert_eq!(read, Some(RevocationListHead { number: 1, next_update: at(1) }));
    // While the next list is made of what was read, something else changes that belongs on it.
    store.revocation_list_expire("one", at(0)).await.unwrap();
    let late = store.revocation_list_put(revocation_list("one", 2), read.as_ref()).await.unwrap();
    assert!(!late);
    let read = store.revocation_list_head("one").await.unwrap();
    assert!(store.revocation_list_put(revocation_list("one", 2), read.as_ref()).await.unwrap());
    assert_eq!(store.revocation_list_head("nobody").await.unwrap(), None);
}

async fn pages_of_what_is_revoked(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    let states = [State::Inactive, State::Active, State::Suspended, State::Revoked];
    for n in 0..40 {
        let name = if n % 10 < 8 { "one" } else { "two" };
        let row =
            X509CredentialsRow { state: states[n as usize % 4], not_after: at(n.into()), ..x509(n, name) };
        store.x509_credentials_insert(&tenant(name), &row, b"der", Record::default()).await.unwrap();
    }
    let change = StateChange {
        tenant: tenant("one"),
        id: id(36),
        from: State::Inactive,
        to: State::Revoked,
        updated_at: at(99),
    };
    let reason = Some(RevocationReason::KeyCompromise);
    assert!(store.x509_credentials_change_state(&change, reason, Record::default()).await.unwrap());
    let expected: Vec<_> = (0..40)
        .filter(|n| n % 10 < 8 && *n >= 10 && (n % 4 >= 2 || *n == 36))
        .map(|n| RevokedRow {
            serial_number: x509(n, "one").serial_number,
            state: if n % 4 == 2 { State::Suspended } else { State::Revoked },
            since: at(if n == 36 { 99 } else { n.into() }),
            reason: reason.filter(|_| n == 36),
        })
        .collect();
    for limit in [1, 3, 100] {
        let (mut read, mut after) = (Vec::new(), String::new());
        loop {
            let page = store.revoked_page("one", at(10), &after, limit).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() as u64 <= limit);
            after.clone_from(&last.serial_number);
            read.extend(page);
        }
        assert_eq!(read, expected, "{limit}");
    }
    assert_eq!(store.revoked_page("nobody", at(0), "", 100).await.unwrap(), []);
}

async fn authorities_that_are_no_more(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one", "two"]).await;
    for number in 1..=5 {
        put_revocation_list(&store, "one", number).await.unwrap();
        put_revocation_list(&store, "two", number).await.unwrap();
    }
    let tx = store.begin().await.unwrap();
    for (issuer, serial_number, not_after) in
        [("one", "7", 10), ("one", "5", 20), ("one", "7", 30), ("two", "6", 10)]
    {
        tx.authority_revoke(issuer, serial_number, at(not_after), at(2)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let serials = async |issuer: &str, now| {
        let rows = store.revoked_authorities(issuer, at(now)).await.unwrap();
        for row in &rows {
            assert_eq!((row.state, row.since), (State::Revoked, at(2)));
            assert_eq!(row.reason, Some(RevocationReason::CessationOfOperation));
        }
        rows.into_iter().map(|row| row.serial_number).collect::<Vec<_>>()
    };
    assert_eq!(serials("one", 10).await, ["5", "7"], "once each, and to their last moment");
    assert_eq!(serials("one", 11).await, ["5"]);
    assert_eq!(serials("two", 0).await, ["6"]);
    assert_eq!(store.revocation_lists_due(at(3)).await.unwrap().len(), 2, "their lists are to be made anew");
    let list = store.revocation_list_get("one").await.unwrap().unwrap();
    assert_eq!((list.number, list.this_update), (5, at(4)), "the list itself is the same");
}
