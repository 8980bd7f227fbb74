//! Basic credentials over HTTP.

use serde_json::json;

use crate::harness::{TestServer, both};

const PATH: &str = "/api/v1/basic-credentials";

both!(create_shows_the_password_once, async |server: TestServer| {
    let created = server.post(PATH, json!({"username": "UserA", "password": "123"})).await;
    assert_eq!(created.header("cache-control"), Some("no-store"));
    let created = created.expect(201);
    insta::assert_json_snapshot!("create", created, {
        ".id" => "[id]", ".createdDate" => "[date]", ".updatedDate" => "[date]",
    });
    let list = server.get(PATH).await;
    assert!(!list.text.contains("123\""), "{}", list.text);
    let items = list.expect(200);
    assert_eq!(items[0]["id"], created["id"]);
});
