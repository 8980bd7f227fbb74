//! An administrator asks what a trust store says of a chain.

use serde_json::{Value, json};

use super::{Foreign, STORES, host::Host, store, with_hosts};
use crate::harness::{TestServer, both, session::Session};

/// The verdict's body, its failures as reasons and indexes.
pub(super) async fn ask(session: &Session<'_>, key: &str, question: Value) -> Value {
    session.post(&format!("{STORES}/{key}/verify"), question).await.expect(200)["body"].take()
}

pub(super) fn reasons(verdict: &Value) -> Vec<(&str, Option<u64>)> {
    assert_eq!((&verdict["verdict"], &verdict["path"]), (&json!("Rejected"), &json!([])), "{verdict}");
    let failures = verdict["failures"].as_array().unwrap().iter();
    failures.map(|failure| (failure["reason"].as_str().unwrap(), failure["certificate"].as_u64())).collect()
}

#[track_caller]
fn accepted(verdict: &Value) -> Vec<&str> {
    assert_eq!((&verdict["verdict"], &verdict["failures"]), (&json!("Accepted"), &json!([])), "{verdict}");
    verdict["path"].as_array().unwrap().iter().map(|pem| pem.as_str().unwrap().trim()).collect()
}

both!(the_path_is_told, async |server: TestServer| {
    let foreign = Foreign::new();
    let session = server.session().await;
    // Staged: this session has it, no other does.
    let key = session.create(STORES, store(&foreign, "none", &[])).await;
    let pem = |name: &str| foreign.pem(name);
    let question = json!({"certificates": [pem("far"), pem("near"), pem("between")]});
    let verdict = ask(&session, &key, question.clone()).await;
    let path = ["far", "between", "root"].map(pem);
    assert_eq!(accepted(&verdict), path.each_ref().map(|pem| pem.trim()), "the leaf first, the anchor last");
    let other = server.session().await;
    other.post(&format!("{STORES}/{key}/verify"), question.clone()).await.failure(404);
    assert_eq!(session.get("/api/transaction").await.expect(200)["body"]["status"], "open");
    session.commit().await.expect(201);
    assert_eq!(ask(&other, &key, question.clone()).await, verdict);
    assert_eq!(
        other.get("/api/transaction").await.expect(200)["body"]["status"],
        "closed",
        "it changes nothing"
    );

    // The built-in one knows nobody of these.
    let verdict = ask(&other, "-7001", question).await;
    assert_eq!(reasons(&verdict)[0].0, "UntrustedIssuer");
});

both!(at_another_moment, async |server: TestServer| {
    let foreign = Foreign::new();
    let session = server.session().await;
    let key = session.create(STORES, store(&foreign, "none", &[])).await;
    let ask_at = async |at: &str| {
        let mut question = json!({"certificates": [foreign.pem("near")]});
        if !at.is_empty() {
            question["at"] = json!(at);
        }
        ask(&session, &key, question).await
    };
    accepted(&ask_at("").await);
    let soon = time::OffsetDateTime::now_utc() + time::Duration::days(19);
    accepted(&ask_at(&soon.format(&time::format_description::well_known::Rfc3339).unwrap()).await);
    for (at, reason) in [
        ("1960-01-01T00:00:00Z", "NotYetValid"),
        ("2020-01-01T00:00:00Z", "NotYetValid"),
        ("2020-01-01T00:00:00.000001+02:00", "NotYetValid"),
        ("2049-12-31T23:59:59Z", "Expired"),
        ("9999-12-31T23:59:59Z", "Expired"),
    ] {
        assert!(reasons(&ask_at(at).await).iter().any(|(told, _)| *told == reason), "{at}");
    }
});

both!(the_servers_name, async |server: TestServer| {
    let foreign = Foreign::new();
    foreign.issue("broker", "between", "server");
    let session = server.session().await;
    let key = session.create(STORES, store(&foreign, "none", &[])).await;
    let verdict = async |leaf: &str, name: Option<&str>| {
        let mut question = json!({"certificates": [foreign.pem(leaf), foreign.pem("between")]});
        if let Some(name) = name {
            question["serverName"] = json!(name);
        }
        ask(&session, &key, question).await
    };
    for name in ["broker.example.com", "BROKER.example.com", "127.0.0.1"] {
        accepted(&verdict("broker", Some(name)).await);
    }
    for name in ["example.com", "www.broker.example.com", "127.0.0.2", "::1"] {
        assert_eq!(reasons(&verdict("broker", Some(name)).await), [("NameConstraints", Some(0))], "{name}");
    }
    // Without a name it is a client's that is asked for.
    assert_eq!(reasons(&verdict("broker", None).await), [("KeyUsage", Some(0))]);
    accepted(&verdict("far", None).await);
    // Everything that is wrong is told at once.
    let mut told = reasons(&verdict("far", Some("broker.example.com")).await)
        .into_iter()
        .map(|(reason, _)| reason.to_owned())
        .collect::<Vec<_>>();
    told.dedup();
    assert!(
        told.contains(&"KeyUsage".to_owned()) && told.contains(&"NameConstraints".to_owned()),
        "{told:?}"
    );
});

both!(revocation, with_hosts, async |server: TestServer| {
    let (foreign, host) = (Foreign::new(), Host::start().await);
    foreign.issue("lost", "between", "client");
    let urls = [
        host.gives("/root.crl", foreign.list("root", &["between"])),
        host.gives("/between.crl", foreign.list("between", &["lost"])),
    ];
    let session = server.session().await;
    let chain = |leaf: &str| json!({"certificates": [foreign.pem(leaf), foreign.pem("between")]});
    let leaf = session.create(STORES, store(&foreign, "leaf", &urls)).await;
    accepted(&ask(&session, &leaf, chain("far")).await);
    assert_eq!(reasons(&ask(&session, &leaf, chain("lost")).await), [("RevokedByCrl", Some(0))]);
    let mut body = store(&foreign, "full", &urls);
    body["name"] = json!("full");
    let full = session.create(STORES, body).await;
    assert_eq!(reasons(&ask(&session, &full, chain("far")).await), [("RevokedByCrl", Some(1))]);
});

both!(reading_is_enough, async |server: TestServer| {
    let foreign = Foreign::new();
    let admin = server.session().await;
    let key = admin.create(STORES, store(&foreign, "none", &[])).await;
    admin.commit().await.expect(201);
    let password = admin.user("auditor", &[(STORES, "read")]).await;
    let other = admin.user("stranger", &[("/api/configuration/alerting", "write")]).await;
    let question = json!({"certificates": [foreign.pem("near")]});
    let path = format!("{STORES}/{key}/verify");
    let auditor = server.session_of("auditor", &password).await;
    accepted(&ask(&auditor, &key, question.clone()).await);
    server.session_of("stranger", &other).await.post(&path, question.clone()).await.failure(403);
    let nobody = server.anonymous(reqwest::Method::POST, &path).json(&question);
    crate::harness::Answer::of(nobody).await.failure(401);
});
