//! What is no request for a verdict, an operation a table. Every constraint alone is generated from the document elsewhere.

use reqwest::{Method, header::HeaderValue};
use serde_json::{Value, json};

use super::{BASIC, X509, issued};
use crate::harness::{Answer, TestServer, both};

/// Sends bodies that must be refused with a message that has a word in it and nothing that was sent.
async fn refused(server: &TestServer, resource: &str, table: Vec<(Value, &str)>) {
    for (body, word) in table {
        let message = server.post(&format!("{resource}/verify"), body.clone()).await.message(400);
        assert!(message.contains(word), "{body}: {message}");
        assert!(!message.contains("zq3xv"), "{body}: {message}");
    }
}

both!(of_basic_credentials, async |server: TestServer| {
    let with = |name: &str, value: Value| {
        let mut body = json!({"username": "zq3xv", "password": "zq3xv"});
        body[name] = value;
        body
    };
    let table = vec![
        (json!({}), "username"),
        (json!({"username": "zq3xv"}), "password"),
        (json!({"password": "zq3xv"}), "username"),
        (json!([]), "object"),
        (Value::Null, "object"),
        (with("username", json!("")), "username"),
        (with("username", json!("u".repeat(513))), "username"),
        (with("username", json!("ü".repeat(513))), "username"),
        (with("username", Value::Null), "username"),
        (with("password", json!(123)), "password"),
        (with("password", json!("p".repeat(1025))), "password"),
        (with("clientAddress", json!("zq3xv")), "clientAddress"),
        (with("clientAddress", json!("")), "clientAddress"),
        (with("clientAddress", json!("192.0.2")), "clientAddress"),
        (with("clientAddress", json!("192.0.2.256")), "clientAddress"),
        (with("clientAddress", json!("192.0.2.1:80")), "clientAddress"),
        (with("clientAddress", json!("[2001:db8::1]")), "clientAddress"),
        (with("clientAddress", json!("fe80::1%eth0")), "clientAddress"),
        (with("clientAddress", json!(["192.0.2.1"])), "clientAddress"),
        (with("clientaddress", json!("192.0.2.1")), "clientaddress"),
        (with("scope", json!("zq3xv")), "scope"),
    ];
    refused(&server, BASIC, table).await;
});

both!(of_x509_credentials, async |server: TestServer| {
    let leaf = issued(&server, "device").await["certificate"].take();
    let (serial, number) = ("serialNumber", json!("1"));
    let table = vec![
        (json!({}), "either"),
        (json!({"issuer": "default"}), "either"),
        (json!({serial: number}), "either"),
        (json!({"certificates": [leaf], "issuer": "default"}), "either"),
        (json!({"certificates": [leaf], serial: number}), "either"),
        (json!({"certificates": [leaf], "issuer": "default", serial: number}), "either"),
        (json!({"certificates": []}), "certificates"),
        (json!({"certificates": vec![&leaf; 11]}), "certificates"),
        (json!({"certificates": leaf}), "certificates"),
        (json!({"certificates": [1]}), "certificates"),
        (json!({"certificates": [leaf, null]}), "certificates"),
        (json!({"certificates": [""]}), "certificates"),
        (json!({"certificates": ["z".repeat(32_769)]}), "certificates"),
        (json!({"certificates": null}), "certificates"),
        (json!({"issuer": "", serial: number}), "issuer"),
        (json!({"issuer": "i".repeat(1025), serial: number}), "issuer"),
        (json!({"issuer": "default", serial: 1}), serial),
        (json!({"issuer": "default", serial: ""}), serial),
        (json!({"issuer": "default", serial: "-1"}), serial),
        (json!({"issuer": "default", serial: "0x1"}), serial),
        (json!({"issuer": "default", serial: "1".repeat(50)}), serial),
        (json!({"certificate": leaf}), "certificate"),
    ];
    refused(&server, X509, table).await;
});

both!(that_is_no_json_or_too_much, async |server: TestServer| {
    for resource in [BASIC, X509] {
        let path = format!("{resource}/verify");
        let send = async |media: &str, body: String| {
            let request = server.request(Method::POST, &path).header("content-type", media);
            Answer::of(request.body(body)).await
        };
        send("application/json", "{\"username\": ".to_owned()).await.message(400);
        send("application/json", String::new()).await.message(400);
        send("application/json", format!("[{}]", "[".repeat(100_000))).await.message(400);
        send("text/plain", "{}".to_owned()).await.message(415);
        send("application/x-www-form-urlencoded", "username=a&password=b".to_owned()).await.message(415);
        send("application/json", format!("\"{}\"", "a".repeat(1 << 20))).await.message(413);
        // No credentials are called `verify`.
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = server.request(method.clone(), &path).send().await.unwrap();
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()["allow"]),
                (405, &HeaderValue::from_static("POST")),
                "{method}"
            );
        }
    }
});
