//! Questions to a trust store that are none, and chains that would keep a verifier busy.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    Foreign, STORES,
    asked::{ask, reasons},
    store, trusting, verdict,
};
use crate::harness::{Backend, TestServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_refused_with_the_fields_path() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let foreign = Foreign::new();
    let session = server.session().await;
    let key = session.create(STORES, store(&foreign, "none", &[])).await;
    session.commit().await.expect(201);
    let good = foreign.pem("near");
    let (path, rubbish) =
        (format!("{STORES}/{key}/verify"), "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----");
    for (question, place) in [
        (json!({}), "/certificates"),
        (json!({"certificates": []}), "/certificates"),
        (json!({"certificates": vec![&good; 11]}), "/certificates"),
        (json!({"certificates": good}), "/certificates"),
        (json!({"certificates": [good, 7]}), "/certificates/1"),
        (json!({"certificates": [good, ""]}), "/certificates/1"),
        (json!({"certificates": [good, "no PEM"]}), "/certificates/1"),
        (json!({"certificates": [rubbish]}), "/certificates/0"),
        (json!({"certificates": [good.repeat(2)]}), "/certificates/0"),
        (json!({"certificates": [foreign.0.read("near.key")]}), "/certificates/0"),
        (json!({"certificates": [format!("{good}{}", " ".repeat(32768))]}), "/certificates/0"),
        (json!({"certificates": [good], "at": "yesterday"}), "/at"),
        (json!({"certificates": [good], "at": 7}), "/at"),
        (json!({"certificates": [good], "serverName": "no name!"}), "/serverName"),
        (json!({"certificates": [good], "serverName": ""}), "/serverName"),
        (json!({"certificates": [good], "serverName": "*.example.com"}), "/serverName"),
        (json!({"certificates": [good], "purpose": "any"}), "/purpose"),
    ] {
        let error = session.post(&path, question.clone()).await.failure(400);
        assert_eq!(error["type"], "SyntacticError", "{question}: {error}");
        let places = error["details"]["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["path"].as_str().unwrap());
        let places: Vec<_> = places.collect();
        assert!(places.iter().any(|told| told.ends_with(place)), "{question}: {places:?}");
    }
    for key in ["3f0a1c52-6d0e-4b8f-9f57-0c9a5f7be2d4", "-7002", "..", "%00"] {
        session.post(&format!("{STORES}/{key}/verify"), json!({"certificates": [good]})).await.failure(404);
    }
}

/// Two CAs that certify each other, some of them several times: nobody of them is an anchor, and every order of them is
/// a path to try.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loops_end() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let foreign = Foreign::new();
    for name in ["a", "b", "c"] {
        foreign.issue(name, name, "root");
    }
    let mut chain = vec!["leaf".to_owned()];
    for (subject, issuer) in [("a", "b"), ("b", "a"), ("a", "c"), ("c", "a"), ("b", "c"), ("c", "b")] {
        let name = format!("{subject}-by-{issuer}");
        foreign.issue_as(&name, subject, issuer, "root");
        chain.push(name);
    }
    foreign.issue("leaf", "a", "client");
    chain.extend(["a", "b", "c"].map(str::to_owned));
    let key = trusting(&server, store(&foreign, "none", &[])).await;
    let names: Vec<_> = chain.iter().map(String::as_str).collect();
    assert_eq!(names.len(), 10);
    let pems: Value = names.iter().map(|name| foreign.pem(name)).collect();
    let session = server.session().await;
    let started = Instant::now();
    let told = ask(&session, &key, json!({"certificates": pems})).await;
    assert_eq!(reasons(&told)[0].0, "UntrustedIssuer", "{told}");
    let told = verdict(&server, &foreign, &names).await;
    assert_eq!(told["reason"], "UntrustedIssuer", "{told}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    // Where one of them leads to the anchor, it is found.
    foreign.issue_as("c-by-root", "c", "root", "root");
    let mut led = names.clone();
    led[9] = "c-by-root";
    assert_eq!(verdict(&server, &foreign, &led).await["verdict"], "Accepted");
}
