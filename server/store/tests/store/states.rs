//! Changes of state: of those decided on the same state, one takes place.

use vouchsafe_domain::{RevocationReason, State};
use vouchsafe_store::{BasicCredentialsRow, LastUse, Record, StateChange, X509CredentialsRow};

use crate::backend::{Database, on_both};
use crate::fixtures::{actions, at, basic, hash, id, record, tenant, with_tenants, x509};

on_both!(one_of_16_changes_the_state, a_first_use_or_a_revocation, x509_states);

const fn change(from: State, to: State, n: i64) -> impl Fn() -> StateChange {
    move || StateChange { tenant: tenant("one"), id: id(1), from, to, updated_at: at(n) }
}

fn used(n: i64) -> LastUse {
    LastUse { tenant: tenant("one"), id: id(1), at: at(n) }
}

async fn one_of_16_changes_the_state(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    store
        .basic_credentials_insert(&tenant("one"), &basic(1, "a"), &hash(1), Record::default())
        .await
        .unwrap();
    let other_replica = database.open().await;
    for (from, to) in [
        (State::Inactive, State::Suspended),
        (State::Suspended, State::Inactive),
        (State::Inactive, State::Revoked),
    ] {
        let tasks: Vec<_> = (0..16)
            .map(|n| {
                let store = if n % 2 == 0 { store.clone() } else { other_replica.clone() };
                let change = change(from, to, 50)();
                tokio::spawn(async move {
                    store.basic_credentials_change_state(&change, record("one", to.as_str(), 1)).await
                })
            })
            .collect();
        let mut hits = 0;
        for task in tasks {
            hits += u32::from(task.await.unwrap().unwrap());
        }
        assert_eq!(hits, 1, "{from} to {to}");
    }
    assert_eq!(actions(&store).await, ["Suspended", "Inactive", "Revoked"]);
    let row = store.basic_credentials_get(&tenant("one"), &id(1)).await.unwrap().unwrap();
    assert_eq!(row, BasicCredentialsRow { state: State::Revoked, updated_at: at(50), ..basic(1, "a") });
}

async fn a_first_use_or_a_revocation(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let mut outcomes = Vec::new();
    for n in 0..20 {
        let row = BasicCredentialsRow { id: id(n), ..basic(n, &format!("u{n}")) };
        store.basic_credentials_insert(&tenant("one"), &row, &hash(1), Record::default()).await.unwrap();
        let used = LastUse { id: id(n), ..used(99) };
        let revoked = StateChange { id: id(n), ..change(State::Inactive, State::Revoked, 98)() };
        let (first_use, revocation) = tokio::join!(
            store.basic_credentials_first_use(&used, Record::default()),
            store.basic_credentials_change_state(&revoked, Record::default()),
        );
        let (first_use, revocation) = (first_use.unwrap(), revocation.unwrap());
        assert_ne!(first_use, revocation, "both or none took place");
        let expected = if first_use {
            // The first use is no update.
            BasicCredentialsRow { state: State::Active, last_use_at: Some(at(99)), ..row }
        } else {
            BasicCredentialsRow { state: State::Revoked, updated_at: at(98), ..row }
        };
        assert_eq!(store.basic_credentials_get(&tenant("one"), &id(n)).await.unwrap(), Some(expected));
        outcomes.push(first_use);
    }
    assert_eq!(outcomes.len(), 20);
}

async fn x509_states(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let one = tenant("one");
    let row = x509(1, "one");
    store.x509_credentials_insert(&one, &row, b"der", Record::default()).await.unwrap();
    // Basic credentials with the same id are other credentials.
    store.basic_credentials_insert(&one, &basic(1, "a"), &hash(1), Record::default()).await.unwrap();

    assert!(store.x509_credentials_first_use(&used(5), record("one", "use", 1)).await.unwrap());
    assert!(!store.x509_credentials_first_use(&used(6), record("one", "use", 1)).await.unwrap());
    let late = change(State::Inactive, State::Revoked, 7)();
    assert!(!store.x509_credentials_change_state(&late, None, record("one", "late", 1)).await.unwrap());
    let revoked = change(State::Active, State::Revoked, 8)();
    let why = Some(RevocationReason::KeyCompromise);
    assert!(store.x509_credentials_change_state(&revoked, why, record("one", "revoke", 1)).await.unwrap());
    let elsewhere = StateChange { tenant: tenant("two"), ..change(State::Revoked, State::Active, 9)() };
    assert!(!store.x509_credentials_change_state(&elsewhere, None, Record::default()).await.unwrap());

    let expected = X509CredentialsRow {
        state: State::Revoked,
        updated_at: at(8),
        last_use_at: Some(at(5)),
        revocation_reason: why,
        ..row
    };
    assert_eq!(store.x509_credentials_get(&one, &id(1)).await.unwrap(), Some(expected));
    assert_eq!(store.basic_credentials_get(&one, &id(1)).await.unwrap(), Some(basic(1, "a")));
    assert_eq!(actions(&store).await, ["use", "revoke"]);
}
