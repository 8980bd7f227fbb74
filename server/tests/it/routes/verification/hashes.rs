//! Stored hashes: renewed when the settings ask for other ones, and never needed for nothing.

use reqwest::Method;
use serde_json::json;

use super::{BASIC, basic, lock_after, outcome, verify, verify_from};
use crate::{
    harness::{TestServer, both},
    process::database::sql,
};

/// The parameters of the stored hash.
fn parameters(server: &TestServer, username: &str) -> String {
    let hash = stored(server, username);
    hash.split('$').nth(3).unwrap().to_owned()
}

fn stored(server: &TestServer, username: &str) -> String {
    let statement = format!("SELECT password_hash FROM basic_credentials WHERE username = '{username}'");
    sql(&server.database, &statement)
}

both!(are_renewed_by_a_use, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    basic(&server, "UserB", "123").await;
    assert_eq!(parameters(&server, "UserA"), "m=8,t=1,p=1");
    let before = stored(&server, "UserA");
    assert_eq!(outcome(&verify(&server, "UserA", "123").await), "Accepted");
    assert_eq!(stored(&server, "UserA"), before, "up to date");

    let (database, mut config) = server.stop().await;
    (config.passwords.memory_kib, config.passwords.iterations) = (16, 2);
    let server = TestServer::on(database, config).await;
    assert_eq!(outcome(&verify(&server, "UserA", "124").await), "WrongPassword");
    assert_eq!(stored(&server, "UserA"), before, "a wrong password is nothing to make a hash of");
    assert_eq!(outcome(&verify(&server, "UserA", "123").await), "Accepted");
    assert_eq!(parameters(&server, "UserA"), "m=16,t=2,p=1");
    assert_eq!(parameters(&server, "UserB"), "m=8,t=1,p=1");
    let renewed = stored(&server, "UserA");
    for (password, expected) in [("123", "Accepted"), ("124", "WrongPassword"), ("123", "Accepted")] {
        assert_eq!(outcome(&verify(&server, "UserA", password).await), expected);
    }
    assert_eq!(stored(&server, "UserA"), renewed, "once");
});

both!(are_not_looked_at_while_a_pair_is_locked, async |server: TestServer| {
    lock_after(&server, 1, 3600).await;
    basic(&server, "UserA", "123").await;
    for _ in 0..2 {
        verify_from(&server, "192.0.2.1", "UserA", "124").await;
    }
    // Who looks at this fails.
    sql(&server.database, "UPDATE basic_credentials SET password_hash = 'no hash'");
    for password in ["123", "124"] {
        let verdict = verify_from(&server, "192.0.2.1", "UserA", password).await;
        assert_eq!(outcome(&verdict), "Locked");
    }
    let body = json!({"username": "UserA", "password": "123", "clientAddress": "192.0.2.2"});
    let request = server.request(Method::POST, &format!("{BASIC}/verify")).json(&body);
    assert_eq!(request.send().await.unwrap().status(), 500, "another device's password is looked at");
});
