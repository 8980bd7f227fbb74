//! Trust stores at work: certificates of somebody else's CAs, and the lists that they publish.

mod accepted;
mod asked;
mod asked_badly;
mod bad_lists;
mod foreign;
mod host;
mod own_cas;
mod pinned;
mod refused;
mod shared;

use serde_json::{Value, json};
use vouchsafe::config::Config;

use crate::harness::{TestServer, session::Session};
use foreign::Foreign;

const STORES: &str = "/api/configuration/trust_stores";
const VERIFY: &str = "/api/v1/x509-credentials/verify";

/// Hosts of tests are on loopback addresses.
fn with_hosts(config: &mut Config) {
    config.outbound.allow = vec!["127.0.0.1".parse().unwrap()];
}

/// A trust store with the foreign root.
fn store(foreign: &Foreign, check: &str, urls: &[String]) -> Value {
    json!({
        "name": format!("partners {}", urls.join(" ")).chars().take(60).collect::<String>(),
        "authorities": [foreign.pem("root")],
        "crl_urls": urls,
        "revocation_check": check,
        "trust_store_type": "custom",
    })
}

/// Makes these the trust stores of tenant `default`.
async fn assign(session: &Session<'_>, keys: &[&str]) {
    let tenant = session.tenant("default").await;
    let mut body = tenant["body"].clone();
    body["trust_stores"] = json!(keys);
    session.put(tenant["meta"]["href"].as_str().unwrap(), body).await.expect(201);
    session.commit().await.expect(201);
}

/// A server whose tenant has one trust store; its key.
async fn trusting(server: &TestServer, store: Value) -> String {
    let session = server.session().await;
    let key = session.create(STORES, store).await;
    assign(&session, &[&key]).await;
    key
}

/// The verdict on a chain.
async fn verdict(server: &TestServer, foreign: &Foreign, chain: &[&str]) -> Value {
    let certificates: Vec<_> = chain.iter().map(|name| foreign.pem(name)).collect();
    server.post(VERIFY, json!({"certificates": certificates})).await.expect(200)
}

/// The reason of a refusal, and its detail.
async fn refusal(server: &TestServer, foreign: &Foreign, chain: &[&str]) -> (String, String) {
    let verdict = verdict(server, foreign, chain).await;
    assert_eq!(verdict["verdict"], "Rejected", "{verdict}");
    let text = |name: &str| verdict[name].as_str().unwrap().to_owned();
    (text("reason"), text("detail"))
}

async fn is_accepted(server: &TestServer, foreign: &Foreign, chain: &[&str]) {
    let verdict = verdict(server, foreign, chain).await;
    assert_eq!(verdict["verdict"], "Accepted", "{verdict}");
}
