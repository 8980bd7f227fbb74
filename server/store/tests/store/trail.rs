//! The audit trail and the outbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use vouchsafe_store::{AuditFilter, AuditRow, Outcome, Record};

use crate::backend::{Database, on_both};
use crate::fixtures::{at, audit, event, record, tenant, with_tenants};

on_both!(
    audit_pages,
    audit_filters,
    a_nul_is_no_failure,
    outbox_pages,
    a_reader_of_the_outbox_misses_nothing
);

async fn audit_pages(database: Database) {
    let store = database.store().await;
    let rows = vec![audit("one", "a"), audit("two", "b"), audit("platform", "c"), audit("one", "d")];
    store.audit_append(rows.clone()).await.unwrap();
    store.audit_append(Vec::new()).await.unwrap();
    let all = store.audit_page(&AuditFilter::default(), 10).await.unwrap();
    assert_eq!(all.iter().rev().map(|(_, row)| row.clone()).collect::<Vec<_>>(), rows);
    assert_eq!(rows[2].tenant, None);
    let of_one = AuditFilter { tenant: Some(tenant("one")), ..AuditFilter::default() };
    let newest = store.audit_page(&of_one, 1).await.unwrap();
    assert_eq!(newest, [all[0].clone()]);
    let older = AuditFilter { before: Some(newest[0].0), ..of_one };
    assert_eq!(store.audit_page(&older, 10).await.unwrap(), [all[3].clone()]);
}

/// Ten entries that differ in everything that can be asked for.
fn various() -> Vec<AuditRow> {
    let subjects = [
        "/api/configuration",
        "/api/configuration/tenants",
        "/api/configuration/tenants/1",
        "/api/configuration/tenants/1/oauth_clients/2",
        "/api/configuration/tenants_of_old",
        "/api/Configuration/tenants/1",
        "/api/configuration/ten%",
        "/api/configuration/ten%/1",
        "br7si8mg10l7an82que0",
        "/été",
    ];
    let row = |(n, subject): (usize, &&str)| AuditRow {
        at: at(n as i64),
        actor: ["admin", "Admin", "client:example"][n % 3].to_owned(),
        action: ["tenants_create", "tenants_delete"][n % 2].to_owned(),
        subject: (*subject).to_owned(),
        outcome: [Outcome::Done, Outcome::Refused, Outcome::Failed][n % 3],
        count: [1, u32::MAX][n % 2],
        ..audit(["one", "platform"][n % 2], "")
    };
    subjects.iter().enumerate().map(row).collect()
}

async fn audit_filters(database: Database) {
    let store = database.store().await;
    store.audit_append(various()).await.unwrap();
    let text = |text: &str| Some(text.to_owned());
    let target = |path| AuditFilter { target: text(path), ..AuditFilter::default() };
    let found = async |filter: &AuditFilter| {
        let page = store.audit_page(filter, 100).await.unwrap();
        page.into_iter().map(|(_, row)| row.at.as_micros() - at(0).as_micros()).collect::<Vec<_>>()
    };
    let all = AuditFilter::default();
    for (filter, expected) in [
        (all.clone(), &[9, 8, 7, 6, 5, 4, 3, 2, 1, 0][..]),
        (AuditFilter { since: Some(at(7)), ..all.clone() }, &[9, 8, 7]),
        (AuditFilter { until: Some(at(2)), ..all.clone() }, &[1, 0]),
        (AuditFilter { since: Some(at(3)), until: Some(at(3)), ..all.clone() }, &[]),
        (AuditFilter { actor: text("admin"), ..all.clone() }, &[9, 6, 3, 0]),
        (AuditFilter { actor: text("Admin"), ..all.clone() }, &[7, 4, 1]),
        (AuditFilter { operation: text("tenants_delete"), ..all.clone() }, &[9, 7, 5, 3, 1]),
        (target("/api/configuration"), &[7, 6, 4, 3, 2, 1, 0]),
        (target("/api/configuration/tenants"), &[3, 2, 1]),
        (target("/api/configuration/tenants/"), &[3, 2]),
        (target("/api/configuration/ten%"), &[7, 6]),
        (target("/api/configuration/tenants/1/oauth_clients/2"), &[3]),
        (target("br7si8mg10l7an82que0"), &[8]),
        (target("br7si8mg10l7an82que"), &[]),
        (target("/été"), &[9]),
        (target("/"), &[9, 7, 6, 5, 4, 3, 2, 1, 0]),
        (
            AuditFilter {
                tenant: Some(tenant("one")),
                since: Some(at(1)),
                until: Some(at(9)),
                operation: text("tenants_create"),
                actor: text("admin"),
                target: text("/api"),
                before: Some(1_000),
            },
            &[6],
        ),
        (AuditFilter { actor: text("ad\0min"), ..all.clone() }, &[]),
        (AuditFilter { operation: text("\0"), ..all.clone() }, &[]),
        (target("/api\0"), &[]),
    ] {
        assert_eq!(found(&filter).await, expected, "{filter:?}");
    }
    let rows: Vec<_> = store.audit_page(&all, 100).await.unwrap().into_iter().rev().collect();
    assert_eq!(rows.iter().map(|(_, row)| row.clone()).collect::<Vec<_>>(), various());
}

async fn a_nul_is_no_failure(database: Database) {
    let store = database.store().await;
    let nul = "a\0b".to_owned();
    let sent = AuditRow {
        actor: nul.clone(),
        address: nul.clone(),
        action: nul.clone(),
        subject: nul.clone(),
        request_id: nul.clone(),
        detail: nul,
        ..audit("one", "")
    };
    store.audit_append(vec![sent]).await.unwrap();
    let (_, row) = store.audit_page(&AuditFilter::default(), 1).await.unwrap().remove(0);
    let texts = [row.actor, row.address, row.action, row.subject, row.request_id, row.detail];
    assert_eq!(texts, ["a\u{FFFD}b"; 6]);
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
