//! The outbox as those read it who tell of changes, and those who make revocation lists.

use vouchsafe_domain::State;
use vouchsafe_store::{CredentialsKind, OutboxRow, Record, StateChange, Store};

use crate::backend::{Database, on_both};
use crate::fixtures::{at, event, id, tenant, with_tenants, x509};

on_both!(pages_of_a_tenant, tenants_whose_lists_change, is_trimmed_by_age, a_commit_wakes_this_process);

fn x509_event(name: &str, kind: &str, n: u32) -> OutboxRow {
    OutboxRow { credentials_kind: CredentialsKind::X509, ..event(name, kind, n) }
}

async fn add(store: &Store, outbox: Vec<OutboxRow>) {
    let mut tx = store.begin().await.unwrap();
    tx.record(Record { audit: Vec::new(), outbox });
    tx.commit().await.unwrap();
}

async fn pages_of_a_tenant(database: Database) {
    let store = database.store().await;
    let rows: Vec<_> = (0..9).map(|n| event(["one", "two", "three"][n as usize % 3], "revoked", n)).collect();
    add(&store, rows.clone()).await;
    let numbers: Vec<_> =
        store.outbox_page(0, 100).await.unwrap().into_iter().map(|(number, _)| number).collect();
    let page = async |after, upto, limit| {
        let page = store.outbox_page_of(&tenant("two"), after, upto, limit).await.unwrap();
        let place = |number| numbers.iter().position(|known| *known == number).unwrap();
        for (number, row) in &page {
            assert_eq!(*row, rows[place(*number)]);
        }
        page.into_iter().map(|(number, _)| place(number)).collect::<Vec<_>>()
    };
    let head = store.outbox_head().await.unwrap();
    assert_eq!(page(0, head, 100).await, [1, 4, 7]);
    assert_eq!(page(0, head, 2).await, [1, 4]);
    assert_eq!(page(numbers[1], head, 2).await, [4, 7], "after is not told again");
    assert_eq!(page(0, numbers[4], 100).await, [1, 4], "upto is told");
    assert_eq!(page(numbers[4], numbers[6], 100).await, [0_usize; 0]);
    assert_eq!(store.outbox_page_of(&tenant("four"), 0, head, 100).await.unwrap(), []);
}

async fn tenants_whose_lists_change(database: Database) {
    let store = database.store().await;
    let kinds = ["created", "activated", "suspended", "reactivated", "revoked", "password-reset"];
    let names = ["t0", "t1", "t2", "t3", "t4", "t5"];
    add(&store, names.iter().zip(kinds).map(|(name, kind)| x509_event(name, kind, 1)).collect()).await;
    add(&store, kinds.iter().map(|kind| event("basic", kind, 1)).collect()).await;
    let middle = store.outbox_head().await.unwrap();
    add(&store, vec![x509_event("t4", "revoked", 2), x509_event("t4", "revoked", 3)]).await;
    let head = store.outbox_head().await.unwrap();
    let changed = async |after, upto| {
        let mut tenants = store.outbox_x509_tenants(after, upto).await.unwrap();
        tenants.sort();
        tenants
    };
    assert_eq!(changed(0, head).await, ["t2", "t3", "t4"].map(tenant), "each once");
    assert_eq!(changed(middle, head).await, ["t4"].map(tenant));
    assert_eq!(changed(head, head).await, []);
    assert_eq!(changed(0, 3).await, ["t2"].map(tenant));
}

async fn is_trimmed_by_age(database: Database) {
    let store = database.store().await;
    assert_eq!(store.outbox_trimmed().await.unwrap(), 0);
    assert_eq!(store.outbox_before(at(100), 10).await.unwrap(), None);
    // The clocks of replicas differ: the fourth is older than the third.
    let moments = [1, 2, 8, 3, 9];
    add(&store, moments.map(|n| OutboxRow { at: at(n), ..event("one", "revoked", 1) }).to_vec()).await;
    let all = store.outbox_page(0, 10).await.unwrap();
    let number = |place: usize| Some(all[place].0);
    assert_eq!(store.outbox_before(at(1), 10).await.unwrap(), None, "before a moment, not at it");
    assert_eq!(store.outbox_before(at(2), 10).await.unwrap(), number(0));
    assert_eq!(
        store.outbox_before(at(5), 10).await.unwrap(),
        number(1),
        "what is after a young one stays as long"
    );
    assert_eq!(store.outbox_before(at(9), 10).await.unwrap(), number(3));
    assert_eq!(store.outbox_before(at(100), 2).await.unwrap(), number(1));

    assert_eq!(store.outbox_trim(all[1].0).await.unwrap(), 2);
    assert_eq!(store.outbox_trimmed().await.unwrap(), all[1].0);
    assert_eq!(store.outbox_page(0, 10).await.unwrap(), all[2..]);
    assert_eq!(store.outbox_trim(all[4].0).await.unwrap(), 3);
    assert_eq!(store.outbox_trimmed().await.unwrap(), all[4].0);
    assert_eq!(store.outbox_head().await.unwrap(), 0);
}

async fn a_commit_wakes_this_process(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    // What has been told before now.
    let _ = tokio::time::timeout(std::time::Duration::from_millis(20), store.outbox_grown()).await;
    let woken = tokio::spawn({
        let store = store.clone();
        async move { store.outbox_grown().await }
    });
    let row = x509(1, "one");
    store.x509_credentials_insert(&tenant("one"), &row, b"der", Record::default()).await.unwrap();
    let change = StateChange {
        tenant: tenant("one"),
        id: id(1),
        from: State::Inactive,
        to: State::Revoked,
        updated_at: at(9),
    };
    let told = Record { audit: Vec::new(), outbox: vec![x509_event("one", "revoked", 1)] };
    assert!(store.x509_credentials_change_state(&change, None, told).await.unwrap());
    tokio::time::timeout(std::time::Duration::from_secs(5), woken).await.unwrap().unwrap();
}
