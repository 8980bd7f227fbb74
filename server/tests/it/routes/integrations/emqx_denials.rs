//! Below `/integrations/emqx` everything but an allowance is 200 with `deny`: any other status makes EMQX ask its next
//! authenticator.

use reqwest::Method;
use serde_json::json;

use super::{EMQX, KEY, allowed, key};
use crate::{
    harness::{Answer, TestServer, both},
    routes::verification::{BASIC, basic, shown},
};

const JSON: &str = "application/json";
const GOOD: &str = r#"{"username": "UserA", "password": "123"}"#;

both!(what_can_not_be_read, async |server: TestServer| {
    let id = basic(&server, "UserA", "123").await["id"].take();
    let key = key(&server, true).await;
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let huge = format!(r#"{{"username": "UserA", "password": "123", "x": "{}"}}"#, "x".repeat(65_536));
    for (media, body) in [
        (JSON, ""),
        (JSON, "{"),
        (JSON, "null"),
        (JSON, "[]"),
        (JSON, "1"),
        (JSON, "\"UserA\""),
        (JSON, "{}"),
        (JSON, r#"{"username": "UserA"}"#),
        (JSON, r#"{"username": "UserA", "password": null}"#),
        (JSON, r#"{"username": "UserA", "password": ""}"#),
        (JSON, r#"{"username": "", "password": "123"}"#),
        (JSON, r#"{"username": "undefined", "password": "123"}"#),
        (JSON, r#"{"password": "123"}"#),
        (JSON, r#"{"username": ["UserA"], "password": "123"}"#),
        (JSON, r#"{"username": "UserA", "password": 123}"#),
        (JSON, r#"{"username": "UserA", "password": {"$ne": 1}}"#),
        (JSON, r#"{"username": "UserA", "password": "124", "password": "123"}"#),
        (JSON, r#"{"username": "UserA", "password": "123"} x"#),
        (JSON, r#"{"username": "UserA\ud800", "password": "123"}"#),
        (JSON, &deep),
        (JSON, &huge),
        ("", GOOD),
        ("text/plain", GOOD),
        ("application/jsonx", GOOD),
        ("application/x-www-form-urlencoded", "username=UserA&password=123"),
        ("multipart/form-data", GOOD),
    ] {
        let mut request = server.anonymous(Method::POST, EMQX).header(KEY, &key);
        if !media.is_empty() {
            request = request.header("content-type", media);
        }
        let answer = Answer::of(request.body(body.to_owned())).await;
        assert!(!allowed(&answer), "{media} {}", &body[..body.len().min(80)]);
    }
    let bytes = [b"{\"username\": \"UserA\", \"password\": \"".as_slice(), &[0xff, 0], b"\"}"].concat();
    let request = server.anonymous(Method::POST, EMQX).header(KEY, &key).header("content-type", JSON);
    assert!(!allowed(&Answer::of(request.body(bytes)).await));
    assert_eq!(shown(&server, BASIC, &id).await["state"], "Inactive", "nobody got in");
});

both!(other_questions, async |server: TestServer| {
    let id = basic(&server, "UserA", "123").await["id"].take();
    let key = key(&server, true).await;
    let methods = ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"];
    let below = [
        "/integrations/emqx",
        "/integrations/emqx/",
        "/integrations/emqx/authz",
        "/integrations/emqx/authn/",
        "/integrations/emqx/authn/x",
        "/integrations/emqx/Authn",
        "/integrations/emqx/%ff%fe",
        "/integrations/emqx/..%2f..%2fhealth",
        "/integrations/emqx/nginx/auth",
    ];
    let asked = methods.map(|method| (method, EMQX)).into_iter().chain(below.map(|path| ("POST", path)));
    for (method, path) in asked {
        let in_path = path.replace("/integrations/", &format!("/integrations/key/{key}/"));
        let method: Method = method.parse().unwrap();
        for request in [
            server.anonymous(method.clone(), path).header(KEY, &key),
            server.anonymous(method.clone(), &in_path),
        ] {
            let answer = Answer::of(request.header("content-type", JSON).body(GOOD)).await;
            assert!(!allowed(&answer), "{method} {path}: {answer:?}");
        }
    }
    // HEAD has no body, but the same status.
    let answer = Answer::of(server.anonymous(Method::HEAD, EMQX).header(KEY, &key)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(shown(&server, BASIC, &id).await["state"], "Inactive", "nobody got in");
});

// With a query: EMQX can send its templates there, and passwords there would be in everybody's logs.
both!(a_query_says_nothing, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let key = key(&server, true).await;
    let query = format!("{EMQX}?username=UserA&password=123");
    for request in [server.anonymous(Method::GET, &query), server.anonymous(Method::POST, &query)] {
        assert!(!allowed(&Answer::of(request.header(KEY, &key).json(&json!({}))).await));
    }
});
