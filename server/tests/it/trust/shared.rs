//! A list that was fetched once is there for all replicas, and after a restart.

use super::{Foreign, host::Host, is_accepted, refusal, store, trusting, verdict, with_hosts};
use crate::harness::{Backend, TestServer, both};

both!(a_restart_needs_no_host, with_hosts, async |server: TestServer| {
    let (foreign, host) = (Foreign::new(), Host::start().await);
    foreign.issue("lost", "root", "client");
    let url = host.gives("/root.crl", foreign.list("root", &["lost"]));
    trusting(&server, store(&foreign, "leaf", &[url])).await;
    is_accepted(&server, &foreign, &["near"]).await;
    assert_eq!(host.asked("/root.crl"), 1);
    let (database, config) = server.stop().await;
    drop(host);
    let server = TestServer::on(database, config).await;
    is_accepted(&server, &foreign, &["near"]).await;
    assert_eq!(refusal(&server, &foreign, &["lost"]).await.0, "RevokedByCrl");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_replica_fetches_for_all() {
    let here = TestServer::start(Backend::Postgres, with_hosts).await;
    let there = here.replica(|_| {}).await;
    let (foreign, host) = (Foreign::new(), Host::start().await);
    let url = host.gives("/root.crl", foreign.list("root", &[]));
    trusting(&here, store(&foreign, "leaf", &[url])).await;
    is_accepted(&here, &foreign, &["near"]).await;
    // The other learns of the trust store within a second.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while verdict(&there, &foreign, &["near"]).await["verdict"] != "Accepted" {
        assert!(std::time::Instant::now() < deadline);
    }
    assert_eq!(host.asked("/root.crl"), 1, "the other one asked, too");
}

/// However many ask at once, the host is asked once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_asks_once() {
    let server = TestServer::start(Backend::Sqlite, with_hosts).await;
    let (foreign, host) = (Foreign::new(), Host::start().await);
    let url = host.gives("/root.crl", foreign.list("root", &[]));
    trusting(&server, store(&foreign, "leaf", &[url])).await;
    let crowd = (0..50).map(|_| is_accepted(&server, &foreign, &["near"]));
    futures_util::future::join_all(crowd).await;
    assert_eq!(host.asked("/root.crl"), 1);
}
