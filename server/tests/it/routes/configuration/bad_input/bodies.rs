//! Bodies that are no JSON, too large, of another media type, or too clever.

use reqwest::Body;
use serde_json::json;

use super::{Everything, path, refusal, send_raw};
use crate::{
    harness::{
        Answer, TestServer, both,
        document::{ADMIN_OPERATIONS, Operation},
        session::Session,
    },
    routes::bad_input::{bodies::MALFORMED, sizes::chunked},
};

const MIB: usize = 1024 * 1024;

fn operations() -> impl Iterator<Item = &'static Operation> {
    ADMIN_OPERATIONS.iter().filter(|operation| operation.request.is_some())
}

fn operation(id: &str) -> &'static Operation {
    ADMIN_OPERATIONS.iter().find(|operation| operation.id == id).unwrap()
}

#[track_caller]
fn unreadable(answer: &Answer) -> String {
    let error = answer.failure(400);
    assert_eq!((&error["type"], &error["details"]), (&json!("InvalidRequestBody"), &json!({})), "{error}");
    error["message"].as_str().unwrap().to_owned()
}

both!(no_json_is_told_where, async |server: TestServer| {
    let (session, store) = (server.session().await, server.ready().await.store);
    let before = Everything::of(&store).await;
    for operation in operations() {
        for (body, line, column) in MALFORMED {
            let message = unreadable(&send_raw(&session, operation, *body).await);
            let expected = format!("the body is not valid JSON (line {line}, column {column})");
            assert_eq!(message, expected, "{} {body:?}", operation.id);
        }
        for body in [&b"\xff\xfe"[..], b"{\"\xff\": 1}", b"\0", b"{}\0", b"[]\0", b"\"UTC\0", b"\x1f\x8b\x08"]
        {
            let message = unreadable(&send_raw(&session, operation, body).await);
            assert!(message.starts_with("the body is not valid JSON (line 1, column "), "{message}");
        }
        for empty in ["", " ", "\r\n\t "] {
            assert_eq!(unreadable(&send_raw(&session, operation, empty).await), "a JSON body is required");
        }
        let bare = session.request(operation.method.clone(), &path(operation));
        assert_eq!(unreadable(&Answer::of(bare).await), "a JSON body is required", "{}", operation.id);
    }
    assert_eq!(Everything::of(&store).await, before);
});

both!(other_media_types_are_refused, async |server: TestServer| {
    let (session, store) = (server.session().await, server.ready().await.store);
    let before = Everything::of(&store).await;
    for operation in operations() {
        let good = operation.request.unwrap().1.to_string();
        for media in [
            None,
            Some(""),
            Some("text/plain"),
            Some("application/merge-patch+json"),
            Some("application/json; charset=latin1"),
        ] {
            let mut request = session.request(operation.method.clone(), &path(operation)).body(good.clone());
            if let Some(media) = media {
                request = request.header("content-type", media);
            }
            let error = Answer::of(request).await.failure(415);
            assert_eq!(error["type"], "UnsupportedMediaType", "{} {media:?}", operation.id);
            assert_eq!(error["message"], "the body must have the content type application/json");
        }
    }
    assert_eq!(Everything::of(&store).await, before);
});

both!(over_one_mebibyte_is_too_large, async |server: TestServer| {
    let (session, store) = (server.session().await, server.ready().await.store);
    let before = Everything::of(&store).await;
    for operation in operations() {
        let spaces = || " ".repeat(MIB + 1);
        for body in [Body::from(spaces()), chunked(spaces())] {
            let error = send_raw(&session, operation, body).await.failure(413);
            assert_eq!((&error["type"], &error["details"]), (&json!("ContentTooLarge"), &json!({})));
            assert_eq!(error["message"], "the body is longer than 1048576 bytes", "{}", operation.id);
        }
    }
    assert_eq!(Everything::of(&store).await, before);
});

both!(depth_is_no_way_to_the_stack, async |server: TestServer| {
    let session = server.session().await;
    for id in ["acls_replace", "timezone_replace", "trust_stores_create", "email_replace"] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("{\"body\":", "}"), ("{\"version\":", "}")] {
            for depth in [100, 127, 128, 129, 40_000] {
                let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                for body in [
                    nested.clone(),
                    format!("{{\"smtp_auth\":{nested},\"authorities\":[{nested}]}}"),
                    open.repeat(depth),
                ] {
                    send_raw(&session, operation(id), body).await.failure(400);
                }
            }
        }
    }
});

both!(a_property_is_there_once, async |server: TestServer| {
    let (session, store) = (server.session().await, server.ready().await.store);
    let before = Everything::of(&store).await;
    let alerts = session.body("/api/configuration/alerting/traffic_alerts").await.to_string();
    let alert = r#""scbAuthFailure":{"email":false,"snmp":false}"#;
    assert!(alerts.contains(alert));
    let twice =
        alerts.replace(alert, &format!(r#"{alert},"scbAuth\u0046ailure":{{"email":true,"snmp":true}}"#));
    let inner = alerts.replace(alert, r#""scbAuthFailure":{"email":false,"email":true,"snmp":false}"#);
    for (id, body) in [
        ("accounting_replace", r#"{"require_commitlog": true, "require_commitlog": false}"#),
        ("transaction_commit", r#"{"status": "commit", "status": "commit"}"#),
        ("ntp_servers_replace", r#"[{"selection": "ip", "value": "192.0.2.1", "value": "192.0.2.2"}]"#),
        ("traffic_alerts_replace", &twice),
        ("traffic_alerts_replace", &inner),
    ] {
        let (kind, place, message) = refusal(&send_raw(&session, operation(id), body.to_owned()).await);
        assert_eq!((&*kind, place), ("SyntacticError", path(operation(id))), "{message}");
        assert!(message.ends_with("must not have a property twice"), "{message}");
    }
    assert_eq!(Everything::of(&store).await, before);
});

async fn unknown(session: &Session<'_>, id: &str, body: serde_json::Value) -> (String, usize) {
    let answer = session.send(operation(id).method.clone(), operation(id).path, Some(&body)).await;
    let (_, place, _) = refusal(&answer);
    (place, answer.json()["error"]["details"]["errors"].as_array().unwrap().len())
}

both!(of_very_many_mistakes_a_hundred_are_told, async |server: TestServer| {
    let (session, store) = (server.session().await, server.ready().await.store);
    let before = Everything::of(&store).await;
    let many: serde_json::Map<_, _> = (0..10_000).map(|n| (format!("p{n}"), json!(n))).collect();
    let alerts = "/api/configuration/alerting/system_alerts";
    assert_eq!(
        unknown(&session, "system_alerts_replace", json!(many)).await,
        (format!("{alerts}/xcbAlert"), 100)
    );
    let (acls, servers) = ("/api/configuration/aaa/acls", "/api/configuration/datetime/ntp_servers");
    assert_eq!(
        unknown(&session, "acls_replace", json!(vec![many; 5])).await,
        (format!("{acls}/0/group"), 100)
    );
    assert_eq!(
        unknown(&session, "ntp_servers_replace", json!(vec![0; 100_000])).await,
        (format!("{servers}/0"), 100)
    );
    // Each is a server's address, but no good one: that is found further in.
    let bad = json!({"selection": "ip", "value": "mail.example.com"});
    assert_eq!(
        unknown(&session, "ntp_servers_replace", json!(vec![bad; 10_000])).await,
        (format!("{servers}/0/value"), 100)
    );
    assert_eq!(Everything::of(&store).await, before);
});
