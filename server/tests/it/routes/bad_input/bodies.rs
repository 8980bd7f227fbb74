//! Bodies that are no JSON, no object, or too clever.

use reqwest::Method;
use serde_json::json;

use super::{BASIC, X509, path, send_raw, subjects};
use crate::harness::{TestServer, both, database::Everything, document::OPERATIONS};

/// No JSON at all; with the place where it stops being JSON.
pub(in crate::routes) const MALFORMED: &[(&str, usize, usize)] = &[
    ("{", 1, 1),
    ("{\"username\"}", 1, 12),
    ("{\"username\": }", 1, 14),
    ("{\"username\": \"a\",}", 1, 18),
    ("{'username': 'a'}", 1, 2),
    ("{username: \"a\"}", 1, 2),
    ("{} {}", 1, 4),
    ("{}\n\nx", 3, 1),
    ("<xml/>", 1, 1),
    ("username=a", 1, 1),
    ("nul", 1, 3),
    ("\"abc", 1, 4),
    ("{\"username\": \"\\ud800\"}", 1, 21),
    ("{\"username\": \"\\x\"}", 1, 16),
    ("{\"username\": \"a\nb\"}", 2, 0),
    ("// comment\n{}", 1, 1),
    ("\u{feff}{}", 1, 1),
];

both!(no_json_is_told_where, async |server: TestServer| {
    let (subjects, store) = (subjects(&server).await, server.ready().await.store);
    let before = Everything::of(&store).await;
    for operation in OPERATIONS.iter().filter(|operation| operation.request.is_some()) {
        let path = path(operation, &subjects);
        for (body, line, column) in MALFORMED {
            let answer = send_raw(&server, operation.method.clone(), &path, *body).await;
            let expected = format!("the body is not valid JSON (line {line}, column {column})");
            assert_eq!(answer.message(400), expected, "{} {body:?}", operation.id);
        }
        for body in [
            &b"\xff\xfe"[..],
            b"{\"username\": \"\xc3\x28\"}",
            b"{\"\xff\": 1}",
            b"\0",
            b"{}\0",
            b"\x1f\x8b\x08",
        ] {
            let message = send_raw(&server, operation.method.clone(), &path, body).await.message(400);
            assert!(message.starts_with("the body is not valid JSON (line 1, column "), "{message}");
        }
        for empty in ["", " ", "\r\n\t "] {
            let answer = send_raw(&server, operation.method.clone(), &path, empty).await;
            assert_eq!(answer.message(400), "a JSON body is required");
        }
    }
    assert_eq!(Everything::of(&store).await, before);
});

both!(only_an_object_is_an_object, async |server: TestServer| {
    let (subjects, store) = (subjects(&server).await, server.ready().await.store);
    let before = Everything::of(&store).await;
    // A list of the properties' values in their order is how serde reads structs otherwise.
    for (method, path, body) in [
        (Method::POST, BASIC.to_owned(), json!([])),
        (Method::POST, BASIC.to_owned(), json!(["UserA", "123"])),
        (Method::POST, X509.to_owned(), json!(["silver-advice", 3600])),
        (Method::PATCH, format!("{BASIC}/{}/state", subjects[0]), json!(["Revoked"])),
        (Method::PATCH, format!("{BASIC}/{}/password", subjects[0]), json!(["123"])),
        (Method::PATCH, format!("{X509}/{}/state", subjects[1]), json!(["Revoked"])),
    ] {
        let answer = send_raw(&server, method, &path, body.to_string()).await;
        assert_eq!(answer.message(400), "body must be an object, not a list", "{path} {body}");
    }
    for (path, id) in [(BASIC, &subjects[0]), (X509, &subjects[1])] {
        let body = json!({"state": {"Revoked": null}}).to_string();
        let answer = send_raw(&server, Method::PATCH, &format!("{path}/{id}/state"), body).await;
        assert_eq!(answer.message(400), "state must be a string, not an object");
    }
    let answer =
        send_raw(&server, Method::POST, X509, json!({"keyType": {"ec-p256": null}}).to_string()).await;
    assert_eq!(answer.message(400), "keyType must be a string, not an object");
    assert_eq!(Everything::of(&store).await, before);
});

both!(a_property_is_there_once, async |server: TestServer| {
    let store = server.ready().await.store;
    for (path, body) in [
        (BASIC, r#"{"username": "a", "username": "a"}"#),
        (BASIC, r#"{"username": "a", "password": "b", "username": "c"}"#),
        (BASIC, r#"{"username": "a", "user\u006eame": "b"}"#),
        (X509, r#"{"ttl": 60, "ttl": 60}"#),
    ] {
        let message = send_raw(&server, Method::POST, path, body).await.message(400);
        assert_eq!(message, "body must not have a property twice", "{body}");
    }
    let last_is_bad = r#"{"username": "a", "username": ""}"#;
    let message = send_raw(&server, Method::POST, BASIC, last_is_bad).await.message(400);
    assert_eq!(message, "username must be 1 to 255 characters long");
    let rows = Everything::of(&store).await;
    assert_eq!((rows.basic, rows.x509), (vec![], vec![]));
});

both!(depth_is_no_way_to_the_stack, async |server: TestServer| {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [100, 127, 128, 129, 10_000, 100_000] {
            let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let bodies = [
                nested.clone(),
                format!("{{\"username\":{nested}}}"),
                format!("{{\"unknown\":{nested}}}"),
                open.repeat(depth),
            ];
            for body in bodies {
                send_raw(&server, Method::POST, BASIC, body).await.message(400);
            }
        }
    }
    assert_eq!(server.get(BASIC).await.expect(200), json!([]));
});

both!(all_violations_are_told_at_once, async |server: TestServer| {
    let body =
        json!({"ttl": -1, "commonName": "", "keyType": "dsa", "csr": 1, "unknown": 1, "a b": 1, "": 1});
    let message = server.post(X509, body).await.message(400);
    assert_eq!(
        message.split("; ").collect::<Vec<_>>(),
        [
            "commonName must be 1 to 255 characters long",
            "ttl must be greater than 0",
            "csr must be a string, not a number",
            "keyType must be one of rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384, ed25519",
            "unknown is not known",
            "known are commonName, ttl, csr, keyType",
            "a property is not known",
            "known are commonName, ttl, csr, keyType",
            "a property is not known",
            "known are commonName, ttl, csr, keyType",
        ]
    );
});
