//! What the audit trail has of questions: who asked, about whom, from which device, and never a key or a password.

use reqwest::Method;
use serde_json::{Value, json};

use super::{EMQX, KEY, allowed, emqx, key};
use crate::{
    harness::{Answer, TestServer, both, database::Everything},
    routes::verification::{BASIC, X509, basic, issued, set_state},
};

both!(names_the_key_and_the_device, async |server: TestServer| {
    let id = basic(&server, "UserA", "123").await["id"].take();
    let (proxy, key) = (key(&server, true).await, key(&server, false).await);
    let body = |password: &str| json!({"username": "UserA", "password": password, "peerhost": "192.0.2.1"});
    assert!(allowed(&emqx(&server, &key, body("123")).await));
    assert!(!allowed(&emqx(&server, &key, body("Wrong-Secret-1")).await));
    // Of what is rejected although it was shown, the trail has the credentials too.
    let device = issued(&server, "device").await;
    for (resource, id) in [(BASIC, &id), (X509, &device["id"])] {
        set_state(&server, resource, id, "Suspended").await;
    }
    assert!(!allowed(&emqx(&server, &key, body("123")).await));
    assert!(!allowed(&emqx(&server, &proxy, json!({"cert_pem": device["certificate"]})).await));
    let send = |path: &str| {
        let request = server.anonymous(Method::POST, path).json(&body("Wrong-Secret-1"));
        Answer::of(request)
    };
    // A path that is nearly one with a key, and keys that are none.
    for path in [
        "/integrations/key/vouchsafe_unknown/emqx/authn",
        &format!("/integrations/key/{key}/emqx/authn"),
        &format!("/integrations/key/{key}/emqx/authz"),
        &format!("/integrations/{key}/emqx/authn"),
        &format!("/integrations/key/{key}"),
        &format!("//integrations/key/{key}/emqx/authn"),
        &format!("/api/{key}"),
    ] {
        send(path).await;
    }
    let request = server.anonymous(Method::POST, EMQX).header(KEY, "vouchsafe_other").json(&body("123"));
    assert!(!allowed(&Answer::of(request).await));

    let (database, config) = server.stop().await;
    let server = TestServer::on(database, config).await;
    let store = server.ready().await.store;
    let trail: Vec<Value> = Everything::of(&store)
        .await
        .audit
        .into_iter()
        .filter(|row| row.action.ends_with("_verify") || row.action.starts_with("emqx"))
        .map(|row| {
            json!([
                row.action,
                row.actor,
                row.address,
                row.subject,
                row.detail,
                row.count,
                row.tenant.map(|tenant| tenant.to_string())
            ])
        })
        .collect();
    let text = Value::from(trail.clone()).to_string();
    for secret in [&*key, &*proxy, "vouchsafe_", "Wrong-Secret", "123\""] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let verify = "basic_credentials_verify";
    let mut expected = vec![
        json!([verify, "integration key broker", "127.0.0.1", id, "Inactive to Active", 1, "default"]),
        json!([verify, "integration key broker", "192.0.2.1", id, "WrongPassword", 2, "default"]),
        json!([verify, "integration key broker", "192.0.2.1", id, "Suspended", 1, "default"]),
        json!([
            "x509_credentials_verify",
            "integration key proxy",
            "127.0.0.1",
            device["id"],
            "Suspended",
            1,
            "default"
        ]),
        json!(["emqx_authn", "unknown", "127.0.0.1", EMQX, "no valid integration key", 2, null]),
    ];
    let sorted = |rows: &mut Vec<Value>| rows.sort_by_key(ToString::to_string);
    let mut trail = trail;
    sorted(&mut trail);
    sorted(&mut expected);
    assert_eq!(trail, expected);
});
