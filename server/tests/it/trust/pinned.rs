//! Lists by https, from servers that a trust store vouches for.

use serde_json::json;

use super::{Foreign, STORES, host::Host, is_accepted, refusal, store, trusting, with_hosts};
use crate::harness::{Backend, TestServer};

/// A host by https with the root's list, its certificate from `issuer`.
async fn host(foreign: &Foreign, name: &str, issuer: &str) -> Host {
    foreign.issue(name, issuer, "server");
    let host = Host::start_tls(&foreign.pem(name), &foreign.0.read(&format!("{name}.key"))).await;
    host.gives("/root.crl", foreign.list("root", &[]));
    host
}

/// A server that has a trust store with a host's list, started anew with `outbound.trust_store` as `pin` chooses it.
async fn started(foreign: &Foreign, host: &Host, pin: impl FnOnce(String) -> Option<String>) -> TestServer {
    let server = TestServer::start(Backend::Sqlite, with_hosts).await;
    trusting(&server, store(foreign, "leaf", &[host.url("/root.crl")])).await;
    let session = server.session().await;
    let hosts = json!({
        "name": "hosts",
        "authorities": [foreign.pem("hosts-root")],
        "crl_urls": [],
        "revocation_check": "none",
        "trust_store_type": "custom",
    });
    let key = session.create(STORES, hosts).await;
    session.commit().await.expect(201);
    let (database, mut config) = server.stop().await;
    config.outbound.trust_store = pin(key);
    TestServer::on(database, config).await
}

fn foreign() -> Foreign {
    let foreign = Foreign::new();
    foreign.issue("hosts-root", "hosts-root", "root");
    foreign
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_of_the_store_is_believed() {
    let foreign = foreign();
    let host = host(&foreign, "host", "hosts-root").await;
    let server = started(&foreign, &host, Some).await;
    is_accepted(&server, &foreign, &["near"]).await;
    assert_eq!(host.asked("/root.crl"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_not() {
    let foreign = foreign();
    // The partner's own root is trusted for clients, not for hosts.
    let other = host(&foreign, "other", "root").await;
    let good = host(&foreign, "good", "hosts-root").await;
    let wrong = |_| Some("3f0a1c52-6d0e-4b8f-9f57-0c9a5f7be2d4".to_owned());
    for (what, host, server) in [
        ("another CA", &other, started(&foreign, &other, Some).await),
        ("no pin", &good, started(&foreign, &good, |_| None).await),
        ("a wrong key", &good, started(&foreign, &good, wrong).await),
    ] {
        let (reason, detail) = refusal(&server, &foreign, &["near"]).await;
        assert_eq!(reason, "RevocationUnknown", "{what}");
        let told = detail.contains(&host.url("/root.crl"));
        assert!(told && detail.contains("TLS certificate is not trusted"), "{what}: {detail}");
        assert_eq!(host.asked("/root.crl"), 0, "{what}");
    }
}
