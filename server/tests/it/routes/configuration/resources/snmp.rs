//! SNMP traps: what each version needs, and the passwords that are kept.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{kept, refused, with, without};
use crate::harness::{TestServer, both};

const PATH: &str = "/api/configuration/management/snmp/trap";
const VALUE: &str = "/version/value";

fn version2c() -> Value {
    let server = json!({"selection": "ip", "value": "10.20.30.40"});
    json!({"enabled": true, "version": {"selection": "2c", "value": {"community": "public", "server": server}}})
}

fn version3() -> Value {
    json!({
        "enabled": true,
        "version": {
            "selection": "3",
            "value": {
                "server": {"selection": "fqdn", "value": "traps.example.com", "port": 10162},
                "username": "vouchsafe",
                "engine_id": "0x80001f8804766f7563687361",
                "auth_method": "sha256",
                "auth_password": "seven-brass-bells",
                "encryption_method": "aes",
                "encryption_password": "quiet-green-harbour",
            },
        },
    })
}

fn at(field: &str) -> String {
    format!("{VALUE}/{field}")
}

/// As it is read.
fn read(body: &Value) -> Value {
    let mut body = body.clone();
    body.pointer_mut(VALUE).unwrap().as_object_mut().unwrap().retain(|name, _| !name.ends_with("password"));
    body
}

/// The passwords that are stored, as the server would use them.
async fn passwords(server: &TestServer) -> BTreeMap<String, String> {
    let ready = server.ready().await;
    let row = ready.store.configuration_get(PATH).await.unwrap().unwrap();
    let Some(sealed) = row.secret else { return BTreeMap::new() };
    serde_json::from_slice(&ready.master_key.open(&sealed, PATH.as_bytes()).unwrap()).unwrap()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

both!(version_2c_has_a_community_and_no_user, async |server: TestServer| {
    let session = server.session().await;
    refused(
        &session.put(PATH, without(&version2c(), &at("community"))).await,
        PATH,
        &at("community"),
        "is required",
    );
    refused(
        &session.put(PATH, without(&version2c(), &at("server"))).await,
        PATH,
        &at("server"),
        "is required",
    );
    for (field, value) in [
        ("username", "vouchsafe"),
        ("engine_id", "0x80001f8804766f7563687361"),
        ("auth_method", "sha"),
        ("auth_password", "seven-brass-bells"),
        ("encryption_method", "disabled"),
        ("encryption_password", "quiet-green-harbour"),
    ] {
        let answer = session.put(PATH, with(&version2c(), &at(field), json!(value))).await;
        refused(&answer, PATH, &at(field), "is unknown here");
        assert!(!answer.text.contains(value) || value.len() < 10, "{}", answer.text);
    }
    for selection in ["1", "2", "v2c", "2C", "v3"] {
        let answer = session.put(PATH, with(&version2c(), "/version/selection", json!(selection))).await;
        refused(&answer, PATH, "/version/selection", "must be one of 2c, 3");
    }
    kept(
        &session,
        PATH,
        ["public", "a b", &"c".repeat(255)]
            .map(|community| with(&version2c(), &at("community"), json!(community))),
    )
    .await;
});

both!(version_3_has_a_user_and_no_community, async |server: TestServer| {
    let session = server.session().await;
    for field in [
        "server",
        "username",
        "engine_id",
        "auth_method",
        "auth_password",
        "encryption_method",
        "encryption_password",
    ] {
        refused(&session.put(PATH, without(&version3(), &at(field))).await, PATH, &at(field), "is required");
    }
    let answer = session.put(PATH, with(&version3(), &at("community"), json!("public"))).await;
    refused(&answer, PATH, &at("community"), "is unknown here");
    for (field, bad) in [
        (
            "engine_id",
            json!([
                "",
                "0x",
                "0x80001f88",
                "80001f8804",
                "0X80001f8804",
                "0x80001f880",
                "0x80001f880g",
                "0x80001f8804 ",
                format!("0x{}", "ab".repeat(33))
            ]),
        ),
        ("auth_method", json!(["", "none", "disabled", "sha1", "sha512", "MD5"])),
        ("encryption_method", json!(["", "none", "3des", "aes256", "AES"])),
        ("username", json!(["", "a".repeat(33), "ü", "a\nb"])),
        ("auth_password", json!(["", "1234567", "a".repeat(151), "passwörd", "1234567\n", null, 12_345_678])),
        (
            "encryption_password",
            json!(["", "1234567", "a".repeat(151), "passwörd", "1234567\t", null, 12_345_678]),
        ),
    ] {
        for value in bad.as_array().unwrap() {
            refused(
                &session.put(PATH, with(&version3(), &at(field), value.clone())).await,
                PATH,
                &at(field),
                "must be",
            );
        }
    }
    for (field, good) in [
        ("engine_id", json!(["0x80001f8804", "0xABCDEF0123", format!("0x{}", "ab".repeat(32))])),
        ("auth_method", json!(["md5", "sha", "sha256"])),
        ("encryption_method", json!(["des", "aes"])),
        ("username", json!(["a", "a b", "a".repeat(32)])),
        ("auth_password", json!(["12345678", "a".repeat(150)])),
    ] {
        for value in good.as_array().unwrap() {
            let body = with(&version3(), &at(field), value.clone());
            session.put(PATH, body.clone()).await.expect(201);
            assert_eq!(session.body(PATH).await, read(&body));
        }
    }
});

both!(passwords_are_kept_while_they_are_needed, async |server: TestServer| {
    let session = server.session().await;
    let both = map(&[("auth_password", "seven-brass-bells"), ("encryption_password", "quiet-green-harbour")]);
    session.put(PATH, version3()).await.expect(201);
    session.put(PATH, read(&version3())).await.expect(201);
    session.commit().await.expect(201);
    assert_eq!(passwords(&server).await, both);

    let one = with(&read(&version3()), &at("auth_password"), json!("another of these"));
    session.put(PATH, one).await.expect(201);
    session.commit().await.expect(201);
    assert_eq!(
        passwords(&server).await,
        map(&[("auth_password", "another of these"), ("encryption_password", "quiet-green-harbour")])
    );

    // Without encryption nothing of it stays.
    let plain = with(&read(&version3()), &at("encryption_method"), json!("disabled"));
    session.put(PATH, plain).await.expect(201);
    session.commit().await.expect(201);
    assert_eq!(passwords(&server).await, map(&[("auth_password", "another of these")]));
    refused(&session.put(PATH, read(&version3())).await, PATH, &at("encryption_password"), "is required");

    session.put(PATH, version2c()).await.expect(201);
    session.commit().await.expect(201);
    assert_eq!(passwords(&server).await, map(&[]));
    refused(&session.put(PATH, read(&version3())).await, PATH, &at("auth_password"), "is required");
    assert_eq!(session.body(PATH).await, version2c());
});
