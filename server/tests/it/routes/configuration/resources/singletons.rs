//! Each singleton: its default, the document's example, its place in the tree.

use serde_json::{Value, json};

use super::{ROOT, meta, same};
use crate::{
    harness::{TestServer, both, document::ADMIN_OPERATIONS, session::Session},
    routes::configuration::documented,
};

/// Namespace, its children in order, own name, body on a fresh server.
fn singletons() -> Vec<(&'static str, &'static [&'static str], &'static str, Value)> {
    let (aaa, datetime) = (&["acls", "local_database", "settings"], &["ntp_servers", "timezone"]);
    let management = &["accounting", "email", "health_monitoring", "snmp"];
    let alerting = &["system_alerts", "traffic_alerts"];
    let localhost = json!({"selection": "fqdn", "value": "localhost"});
    vec![
        (
            "aaa",
            aaa,
            "acls",
            json!([{"group": "administrators", "objects": ["/api"], "permission": "write"}]),
        ),
        (
            "aaa",
            aaa,
            "settings",
            json!({
                "session": {"inactivity_minutes": 20},
                "lockout": {"failures": 5, "initial_delay_seconds": 1, "maximum_delay_seconds": 300},
                "trust_store": null,
            }),
        ),
        ("alerting", alerting, "system_alerts", documented("system-alerts")["body"].take()),
        ("alerting", alerting, "traffic_alerts", documented("traffic-alerts")["body"].take()),
        ("datetime", datetime, "ntp_servers", json!([])),
        ("datetime", datetime, "timezone", json!("UTC")),
        ("management", management, "accounting", json!({"require_commitlog": false})),
        (
            "management",
            management,
            "email",
            json!({
                "admin_address": null,
                "alerting_address": null,
                "reporting_address": null,
                "sender_address": null,
                "smtp_auth": {"enabled": false},
                "smtp_encryption": {"selection": "disabled"},
                "smtp_server": localhost,
            }),
        ),
        (
            "management",
            management,
            "health_monitoring",
            json!({
                "maximum_disk_utilization_ratio": 80,
                "maximum_load1": null,
                "maximum_load5": null,
                "maximum_load15": null,
                "maximum_swap_utilization_ratio": 70,
            }),
        ),
        (
            "management/snmp",
            &["trap"],
            "trap",
            json!({
                "enabled": false,
                "version": {"selection": "2c", "value": {"community": "public", "server": localhost}},
            }),
        ),
    ]
}

/// The document's examples of a body for the path, without what a fresh server can't have.
fn examples(path: &str) -> Vec<Value> {
    let put =
        vouchsafe_api_spec::document().pointer(&format!("/paths/{}/put", path.replace('/', "~1"))).unwrap();
    let examples =
        put.pointer("/requestBody/content/application~1json/examples").unwrap().as_object().unwrap();
    let value = |example: &'static Value| crate::harness::document::resolve(example)["value"].clone();
    examples.values().map(value).collect()
}

/// Groups and trust stores that the examples speak of; the trust store's key.
async fn prepare(session: &Session<'_>) -> String {
    session
        .create(&format!("{ROOT}/aaa/local_database/groups"), json!({"name": "auditors", "members": []}))
        .await;
    let store = json!({
        "name": "s", "authorities": [], "crl_urls": [], "revocation_check": "none", "trust_store_type": "custom",
    });
    let key = session.create(&format!("{ROOT}/trust_stores"), store).await;
    session.commit().await.expect(201);
    key
}

/// What an answer has of a request: no passwords, references with their address.
fn answered(mut body: Value, key: &str) -> Value {
    for pointer in ["/smtp_auth", "/version/value"] {
        if let Some(object) = body.pointer_mut(pointer).and_then(Value::as_object_mut) {
            object.retain(|name, _| !name.ends_with("password"));
        }
    }
    for pointer in ["/trust_store", "/smtp_encryption/trust_store"] {
        if let Some(reference) = body.pointer_mut(pointer).filter(|reference| reference.is_string()) {
            *reference = json!({"key": key, "meta": {"href": format!("{ROOT}/trust_stores/{key}")}});
        }
    }
    body
}

both!(are_as_they_are_on_a_fresh_server, async |server: TestServer| {
    let session = server.session().await;
    for (namespace, names, own, body) in singletons() {
        let parent = format!("{ROOT}/{namespace}");
        let expected = json!({"body": body, "key": own, "meta": meta(&parent, names, own)});
        assert_eq!(session.get(&format!("{parent}/{own}")).await.expect(200), expected);
    }
    // None of them was asked for anything but to be read.
    assert_eq!(session.get("/api/transaction").await.expect(200)["body"]["status"], "closed");
});

both!(take_the_examples_and_what_was_read, async |server: TestServer| {
    let (session, other) = (server.session().await, server.session().await);
    let key = prepare(&session).await;
    let mut tried = 0;
    for (namespace, names, own, default) in singletons() {
        let parent = format!("{ROOT}/{namespace}");
        let path = format!("{parent}/{own}");
        for example in examples(&path) {
            let text = example.to_string().replace("3f0a1c52-6d0e-4b8f-9f57-0c9a5f7be2d4", &key);
            let sent: Value = serde_json::from_str(&text).unwrap();
            let expected = answered(sent.clone(), &key);
            let before = other.body(&path).await;
            let changed = session.put(&path, sent).await;
            let mut place = meta(&parent, names, own);
            place["remaining_seconds"] = json!(600);
            assert_eq!(changed.header("location"), Some(&*path));
            assert_eq!(changed.expect(201), json!({"key": own, "meta": place}));
            assert!(same(&session.body(&path).await, &expected), "{path}: {expected}");
            assert_eq!(other.body(&path).await, before, "others see what is committed");
            commit(&session).await;
            let read = other.body(&path).await;
            assert!(same(&read, &expected), "{path}: {expected}");
            // What was read is accepted and changes nothing.
            session.put(&path, read.clone()).await.expect(201);
            commit(&session).await;
            assert_eq!(other.body(&path).await, read);
            tried += 1;
        }
        session.put(&path, default.clone()).await.expect(201);
        commit(&session).await;
        assert_eq!(other.body(&path).await, default);
    }
    assert!(tried >= 12, "{tried}");
});

/// With a message, as the example of accounting wants it.
async fn commit(session: &Session<'_>) {
    let body = json!({"status": "commit", "commit_message": "because"});
    session.put("/api/transaction", body).await.expect(201);
}

both!(monitoring_is_another_name_of_health_monitoring, async |server: TestServer| {
    let session = server.session().await;
    let (alias, path) =
        (format!("{ROOT}/management/monitoring"), format!("{ROOT}/management/health_monitoring"));
    assert_eq!(session.get(&alias).await.expect(200), session.get(&path).await.expect(200));
    let mut body = session.body(&path).await;
    body["maximum_load1"] = json!(2.5);
    let answer = session.put(&alias, body.clone()).await;
    assert_eq!(answer.header("location"), Some(&*path));
    let changed = answer.expect(201);
    assert_eq!((&changed["key"], &changed["meta"]["href"]), (&json!("health_monitoring"), &json!(path)));
    assert_eq!((session.body(&path).await, session.body(&alias).await), (body.clone(), body));
    let changes = session.get("/api/transaction/changes").await.expect(200);
    assert_eq!(
        (changes["changes"].as_array().unwrap().len(), &changes["changes"][0]["path"]),
        (1, &json!(path))
    );
    // It is no child of its namespace.
    let names = session.get(&format!("{ROOT}/management")).await.expect(200);
    assert!(!names.to_string().contains("monitoring\"},") && !names.to_string().contains(&alias), "{names}");
});

both!(have_no_other_methods, async |server: TestServer| {
    let session = server.session().await;
    for (namespace, _, own, _) in singletons() {
        let path = format!("{ROOT}/{namespace}/{own}");
        assert_eq!(session.delete(&path).await.failure(405)["type"], "MethodNotAllowed");
        assert_eq!(session.post(&path, json!({})).await.failure(405)["type"], "MethodNotAllowed");
    }
    let put = |operation: &&_| {
        let operation: &crate::harness::document::Operation = operation;
        operation.method == "PUT" && !operation.path.contains('{') && operation.path.starts_with(ROOT)
    };
    assert_eq!(
        ADMIN_OPERATIONS.iter().filter(put).count(),
        singletons().len() + 1,
        "all of them, and the alias"
    );
});
