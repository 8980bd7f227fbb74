//! Every way of not having a key.

use reqwest::Method;
use serde_json::{Value, json};

use super::{EMQX, KEY, NGINX, allowed, key, status};
use crate::{
    harness::{Answer, TestServer, both},
    process::database::sql,
    routes::verification::{BASIC, basic},
};

both!(nothing_else_is_one, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let good = key(&server, true).await;
    let hash = sql(&server.database, "SELECT key_hash FROM integration_keys");
    let shorter = &good[..good.len() - 1];
    let bad = [
        "",
        " ",
        "vouchsafe_",
        shorter,
        &format!("{good}x"),
        &good.to_uppercase(),
        &hash,
        &"k".repeat(5000),
        "ü",
    ];
    for key in bad {
        for path in [NGINX, EMQX] {
            let method = if path == NGINX { Method::GET } else { Method::POST };
            let asked = json!({"username": "UserA", "password": "123"});
            let ask = |request: reqwest::RequestBuilder| match path {
                NGINX => request.basic_auth("UserA", Some("123")),
                _ => request.json::<Value>(&asked),
            };
            let with_header = server.anonymous(method.clone(), path).header(KEY, key);
            let in_path = percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC);
            let path = path.replace("/integrations/", &format!("/integrations/key/{in_path}/"));
            for request in [with_header, server.anonymous(method.clone(), &path)] {
                let answer = Answer::of(ask(request)).await;
                match method {
                    Method::GET => assert_eq!(status(&answer), 403, "{key}"),
                    _ => assert!(!allowed(&answer), "{key}"),
                }
            }
        }
    }
    // A bearer token is no key, and a key no token.
    let answer = Answer::of(server.request(Method::GET, NGINX)).await;
    assert_eq!(status(&answer), 403);
    server.with_token(Some(&good)).send(Method::GET, BASIC, None).await.message(401);
});
