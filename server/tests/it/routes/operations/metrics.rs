//! Metrics: requests by operation and status, latencies, the hash queue, the database pool, credentials made.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, TestServer, both};

const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

/// Every sample by its name with labels.
async fn samples(server: &TestServer) -> BTreeMap<String, f64> {
    let answer = Answer::of(server.anonymous(Method::GET, "/metrics")).await;
    let media = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some(media)));
    assert!(answer.text.ends_with("# EOF\n"), "{}", answer.text);
    let lines = answer.text.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    lines.map(sample).collect()
}

both!(count_what_was_answered, async |server: TestServer| {
    let id =
        server.post(BASIC, json!({"username": "UserA"})).await.expect(201)["id"].as_str().unwrap().to_owned();
    server.post(BASIC, json!({"username": "UserA"})).await.expect(409);
    server.post(BASIC, json!({"username": ""})).await.expect(400);
    server.post(BASIC, json!({})).await.expect(201);
    server.post(X509, json!({"keyType": "ec-p256"})).await.expect(201);
    server.get(BASIC).await.expect(200);
    server.patch(&format!("{BASIC}/{id}/state"), json!({"state": "Active"})).await.expect(400);
    server.with_token(None).send(Method::GET, X509, None).await.expect(401);
    server.get("/nothing").await.expect(404);
    server.with_token(None).send(Method::DELETE, BASIC, None).await.expect(405);
    Answer::of(server.anonymous(Method::HEAD, "/health")).await;
    let samples = samples(&server).await;
    for (operation, status, count) in [
        ("basic_credentials_create", 201, 2.0),
        ("basic_credentials_create", 409, 1.0),
        ("basic_credentials_create", 400, 1.0),
        ("basic_credentials_list", 200, 1.0),
        ("basic_credentials_update_state", 400, 1.0),
        ("x509_credentials_create", 201, 1.0),
        ("x509_credentials_list", 401, 1.0),
        // The harness took a token.
        ("token_create", 200, 1.0),
        ("health", 200, 1.0),
        ("none", 404, 1.0),
        ("none", 405, 1.0),
    ] {
        let name = format!("vouchsafe_http_requests_total{{operation=\"{operation}\",status=\"{status}\"}}");
        assert_eq!(samples.get(&name), Some(&count), "{name}: {samples:#?}");
    }
    let of = |name: &str| samples.get(name).copied().unwrap_or_else(|| panic!("{name}: {samples:#?}"));
    let operation = r#"operation="basic_credentials_create""#;
    let (buckets, all) = (
        of(&format!("vouchsafe_http_request_duration_seconds_bucket{{le=\"+Inf\",{operation}}}")),
        of(&format!("vouchsafe_http_request_duration_seconds_count{{{operation}}}")),
    );
    assert_eq!((buckets, all), (4.0, 4.0));
    let sum = of(&format!("vouchsafe_http_request_duration_seconds_sum{{{operation}}}"));
    assert!(sum > 0.0 && sum < 60.0, "{sum}");
    assert_eq!(of(r#"vouchsafe_credentials_issued_total{kind="basic"}"#), 2.0);
    assert_eq!(of(r#"vouchsafe_credentials_issued_total{kind="x509"}"#), 1.0);
    assert_eq!(of("vouchsafe_password_hash_queue"), 0.0);
    let (open, idle) = (of("vouchsafe_database_connections"), of("vouchsafe_database_connections_idle"));
    assert!(open >= 1.0 && idle <= open, "{open} {idle}");
});

both!(labels_are_no_way_to_fill_the_memory, async |server: TestServer| {
    for n in 0..50 {
        server.get(&format!("/nothing/{n}")).await.expect(404);
        server.get(&format!("{BASIC}/{n:020}")).await.expect(404);
        Answer::of(server.anonymous(format!("METHOD{n}").parse().unwrap(), BASIC)).await.expect(405);
    }
    let names: Vec<_> = samples(&server)
        .await
        .into_keys()
        .filter(|name| name.starts_with("vouchsafe_http_requests"))
        .collect();
    assert!(names.len() < 8, "{names:?}");
});
