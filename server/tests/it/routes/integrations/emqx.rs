//! EMQX's HTTP authenticator: who is allowed, by what EMQX's templates send.

use reqwest::Method;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{allowed, emqx, key};
use crate::{
    harness::{Answer, TestServer, both},
    routes::verification::{BASIC, X509, basic, hold_locks, issued, lock_after, set_state, shown},
};

/// What an allowance is, for as long as credentials live.
fn allowance(id: &Value) -> Value {
    json!({
        "result": "allow",
        "is_superuser": false,
        "client_attrs": {"tenant": "default", "credentials_id": id},
    })
}

both!(a_password_is_allowed, async |server: TestServer| {
    let id = basic(&server, "UserA", "123").await["id"].take();
    let key = key(&server, false).await;
    let asked = json!({"username": "UserA", "password": "123", "clientid": "c1", "peerhost": "192.0.2.1"});
    let in_path = format!("/integrations/key/{key}/emqx/authn");
    for answer in [
        emqx(&server, &key, asked.clone()).await,
        emqx(&server, &key, json!({"username": "UserA@default", "password": "123"})).await,
        emqx(&server, &key, json!({"username": "UserA", "password": "123", "peerhost": "undefined"})).await,
        Answer::of(server.anonymous(Method::POST, &in_path).json(&asked)).await,
        Answer::of(
            server
                .anonymous(Method::POST, &in_path)
                .header("content-type", "Application/JSON; charset=utf-8")
                .body(asked.to_string()),
        )
        .await,
    ] {
        assert!(allowed(&answer), "{answer:?}");
        assert_eq!(answer.json(), allowance(&id));
    }
    assert_eq!(shown(&server, BASIC, &id).await["state"], "Active");
});

both!(a_certificate_is_allowed_until_its_end, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let issued = issued(&server, "device").await;
    let row = shown(&server, X509, &issued["id"]).await;
    let end = OffsetDateTime::parse(row["invalidAfter"].as_str().unwrap(), &Rfc3339).unwrap();
    let mut expected = allowance(&issued["id"]);
    expected["expire_at"] = json!(end.unix_timestamp());
    let (proxy, broker) = (key(&server, true).await, key(&server, false).await);
    let pem = &issued["certificate"];
    // What EMQX 5 means by PEM.
    let bare: Vec<&str> = pem.as_str().unwrap().lines().filter(|line| !line.starts_with("-----")).collect();
    for (body, by_proxy, by_broker) in [
        (json!({"cert_pem": pem}), true, false),
        (json!({"cert_pem": bare.concat()}), true, false),
        (json!({"cert_pem": bare.join("\n")}), true, false),
        (json!({"cert_pem": bare[1..].concat()}), false, false),
        // What templates make of what isn't there.
        (json!({"cert_pem": pem, "username": "device", "password": ""}), true, false),
        (json!({"cert_pem": pem, "username": null, "password": null}), true, false),
        (json!({"cert_pem": pem, "username": "undefined", "password": "undefined"}), true, false),
        // The broker knows the client by its username from then on: a certificate speaks for no other name.
        (json!({"cert_pem": pem, "username": "UserA"}), false, false),
        (json!({"cert_pem": pem, "username": "Device"}), false, false),
        // A password counts before it.
        (json!({"cert_pem": pem, "username": "UserA", "password": "124"}), false, false),
        (json!({"cert_pem": "", "username": "UserA", "password": ""}), false, false),
        (json!({"cert_pem": "zq3xv"}), false, false),
        (json!({"cert_pem": issued["privateKey"]}), false, false),
        (json!({"cert_pem": issued["caChain"][0]}), false, false),
    ] {
        for (key, expectation) in [(&proxy, by_proxy), (&broker, by_broker)] {
            let answer = emqx(&server, key, body.clone()).await;
            assert_eq!(allowed(&answer), expectation, "{body}");
            if expectation {
                assert_eq!(answer.json(), expected, "{body}");
            }
        }
    }
    assert_eq!(shown(&server, X509, &issued["id"]).await["state"], "Active");
});

both!(whoever_is_rejected_is_denied, async |server: TestServer| {
    let key = key(&server, true).await;
    let ask = async |username: &str, password: &str, peerhost: &str| {
        let body = json!({"username": username, "password": password, "peerhost": peerhost});
        allowed(&emqx(&server, &key, body).await)
    };
    for state in ["Suspended", "Revoked"] {
        let id = basic(&server, state, "123").await["id"].take();
        assert!(ask(state, "123", "192.0.2.1").await);
        set_state(&server, BASIC, &id, state).await;
        assert!(!ask(state, "123", "192.0.2.1").await, "{state}");
        let issued = issued(&server, "device").await;
        set_state(&server, X509, &issued["id"], state).await;
        assert!(!allowed(&emqx(&server, &key, json!({"cert_pem": issued["certificate"]})).await));
    }
    let body = json!({"keyType": "ec-p256", "ttl": 1});
    let short = server.post(X509, body).await.expect(201)["certificate"].take();
    basic(&server, "UserA", "123").await;
    for (username, password) in [("UserA", "124"), ("Nobody", "123"), ("UserA@acme", "123"), ("U\0", "\0")] {
        assert!(!ask(username, password, "192.0.2.1").await, "{username}");
    }
    tokio::time::sleep(std::time::Duration::from_millis(2010)).await;
    assert!(!allowed(&emqx(&server, &key, json!({"cert_pem": short})).await), "it has ended");

    // The device is EMQX's peer, not EMQX.
    lock_after(&server, 2, 3600).await;
    for _ in 0..2 {
        assert!(!ask("UserA", "124", "192.0.2.1").await);
    }
    hold_locks(&server.database);
    assert!(!ask("UserA", "123", "192.0.2.1").await, "locked");
    assert!(ask("UserA", "123", "192.0.2.2").await);
    assert!(ask("UserA", "123", "").await);
    assert!(!ask("UserA", "123", "::ffff:192.0.2.1").await, "locked");
});
