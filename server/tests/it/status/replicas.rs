//! Two replicas on one PostgreSQL publish the same.

use super::{Fleet, get};
use crate::harness::{Backend, TestServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_agree_and_numbers_grow() {
    let here = TestServer::start(Backend::Postgres, |_| {}).await;
    let there = here.replica(|_| {}).await;
    let (fleet, other) = (Fleet::new(&here).await, Fleet::new(&there).await);
    let mut devices = Vec::new();
    for name in ["a", "b", "c"] {
        devices.push(fleet.device(name).await);
        other.openssl.write(&format!("{name}.pem"), &fleet.openssl.read(&format!("{name}.pem")));
    }
    // However many ask both of them for the first list at once, there is one.
    let asked = (0..40).map(|n| get(if n % 2 == 0 { &here } else { &there }, "/pki/default/crl"));
    let first = futures_util::future::join_all(asked).await;
    assert!(first.iter().all(|(status, _, list)| *status == 200 && *list == first[0].2));
    let mut last = fleet.list("default").await.number;
    assert_eq!(last, 1);
    for (n, device) in devices.iter().enumerate() {
        let (changes, asks) = if n % 2 == 0 { (&fleet, &other) } else { (&other, &fleet) };
        changes.revoke(device, "superseded").await;
        // OCSP knows at once, wherever it is asked.
        let said =
            super::ocsp::ask(asks, "/pki/default/ocsp", &format!("-issuer ca.pem -cert {}.pem", device.name));
        assert!(said.contains(": revoked"), "{said}");
        let list = asks.list_with("default", |list| list.has(&device.serial)).await;
        assert!(list.number > last, "{list:?}");
        last = list.number;
        assert_eq!(changes.list("default").await, list);
    }
}
