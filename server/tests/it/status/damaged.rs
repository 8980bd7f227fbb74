//! Lists over a restart, and beside a CA that can't be used any more.

use super::{Fleet, get};
use crate::{
    harness::{TestServer, both},
    process::database::sql,
};

both!(numbers_go_on_after_a_restart, async |server: TestServer| {
    let fleet = Fleet::new(&server).await;
    let device = fleet.device("device").await;
    let first = fleet.list("default").await;
    fleet.suspend(&device).await;
    let second = fleet.list_with("default", |list| list.has(&device.serial)).await;
    assert!(second.number > first.number);
    fleet.change(&device, serde_json::json!({"state": "Active"})).await;
    // It stops before the list is made; the next start makes it.
    let (database, config) = server.stop().await;
    let server = TestServer::on(database, config).await;
    let fleet = Fleet::new(&server).await;
    let third = fleet.list_with("default", |list| list.entries.is_empty()).await;
    assert!(third.number > second.number, "{third:?}");
});

// `acme` comes before `default` in every order.
both!(one_damaged_ca_keeps_no_other_list_back, async |server: TestServer| {
    let token = server.tenant_token("acme").await;
    let (acme, fleet) = (Fleet::of(&server, "acme", Some(token)).await, Fleet::new(&server).await);
    let (theirs, ours) = (acme.device("theirs").await, fleet.device("ours").await);
    acme.list("acme").await;
    fleet.list("default").await;
    acme.revoke(&theirs, "superseded").await;
    fleet.revoke(&ours, "superseded").await;
    let (database, config) = server.stop().await;
    let nothing = if database.url.is_some() { r"'\x00'::bytea" } else { "X'00'" };
    sql(&database, &format!("UPDATE authorities SET sealed_key = {nothing} WHERE id = 'acme'"));
    // As if the server had been stopped before it made any.
    sql(&database, "DELETE FROM settings WHERE key = 'revocation_lists/outbox'");
    let server = TestServer::on(database, config).await;
    let fleet = Fleet::new(&server).await;
    let list = fleet.list_with("default", |list| list.has(&ours.serial)).await;
    let later = fleet.device("later").await;
    fleet.revoke(&later, "superseded").await;
    let next = fleet.list_with("default", |list| list.has(&later.serial)).await;
    assert!(next.number > list.number);
    // It is not made again and again; what there is of the damaged one is still given.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    assert_eq!(fleet.list("default").await, next);
    assert_eq!(get(&server, "/pki/acme/crl").await.0, 200);
});
