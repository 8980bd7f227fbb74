//! Two servers on one PostgreSQL count guesses of devices together, and see each other's keys and credentials at once.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    admin::{Admin, TENANTS},
    child::Server,
    replicas::{first_bootstrap, start_both},
};
use crate::harness::{Backend, TestDatabase};

const BASIC: &str = "/api/v1/basic-credentials";

async fn verify(server: &Server, address: &str, password: &str) -> Value {
    let body = json!({"username": "UserA", "password": password, "clientAddress": address});
    server.post(&format!("{BASIC}/verify"), body).await.expect(200)
}

async fn outcome(server: &Server, address: &str, password: &str) -> Value {
    let verdict = verify(server, address, password).await;
    if verdict["reason"].is_null() { verdict["verdict"].clone() } else { verdict["reason"].clone() }
}

async fn two(failures: u32) -> (TestDatabase, [Server; 2], Admin, String) {
    let database = TestDatabase::new(Backend::Postgres);
    let mut servers = start_both(&database);
    let made = first_bootstrap(&database);
    servers[0].authorise(&made).await;
    servers[1].token = servers[0].token.clone();
    let admin = Admin::new(&servers[0], &made).await;
    let path = format!("{TENANTS}/{}", admin.items(TENANTS).await[0]["key"].as_str().unwrap());
    let mut body = admin.body(&path).await;
    body["lockout"] = json!({"failures": failures, "duration_seconds": 3600});
    admin.put(&path, &body).await.expect(201);
    admin.commit().await.expect(201);
    // Tenants' settings are at most a second old.
    tokio::time::sleep(Duration::from_millis(1050)).await;
    servers[0].post(BASIC, json!({"username": "UserA", "password": "123"})).await.expect(201);
    (database, servers, admin, path)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_counted_together() {
    let (_database, [here, there], ..) = two(4).await;
    // Both remember the right password.
    for server in [&here, &there] {
        assert_eq!(outcome(server, "192.0.2.1", "123").await, "Accepted");
    }
    for (number, server) in [&here, &there, &here, &there].into_iter().enumerate() {
        assert_eq!(outcome(server, "192.0.2.1", &format!("wrong {number}")).await, "WrongPassword");
    }
    for server in [&here, &there] {
        assert_eq!(outcome(server, "192.0.2.2", "123").await, "Accepted", "another device");
    }
    // The lock of one second has passed by now, or it is still there; either way it ends on both, and once only.
    let mut ended = false;
    for _ in 0..600 {
        let (one, other) = if ended { (&there, &here) } else { (&here, &there) };
        match outcome(one, "192.0.2.1", "123").await.as_str().unwrap() {
            "Locked" => tokio::time::sleep(Duration::from_millis(20)).await,
            "Accepted" => {
                // Cleared here is cleared there.
                for _ in 0..4 {
                    assert_eq!(outcome(other, "192.0.2.1", "wrong").await, "WrongPassword");
                }
                ended = true;
                break;
            }
            other => panic!("{other}"),
        }
    }
    assert!(ended, "locked for good");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn locked_here_is_locked_there() {
    let (database, servers, ..) = two(2).await;
    for server in &servers {
        assert_eq!(outcome(server, "192.0.2.1", "wrong").await, "WrongPassword");
    }
    // As if they had failed until they wait for half an hour.
    super::database::sql(&database, "UPDATE verification_failures SET failures = 13");
    for server in servers.iter().chain(&servers) {
        let verdict = verify(server, "192.0.2.1", "123").await;
        assert_eq!(verdict["reason"], "Locked", "{verdict}");
        let left = verdict["retryAfter"].as_u64().unwrap();
        assert!((1900..=2048).contains(&left), "{left}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_changes_count_everywhere_at_once() {
    let (_database, [here, there], admin, tenant) = two(0).await;
    let body = json!({"name": "broker", "client_certificates": false});
    let created = admin.post(&format!("{tenant}/integration_keys"), &body).await.expect(201);
    let key = created["integration_key"].as_str().unwrap();
    let ask = async |server: &Server, password: &str| {
        let request = server.http.post(format!("{}/integrations/key/{key}/emqx/authn", server.url));
        let answer = request.json(&json!({"username": "UserA", "password": password})).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        body["result"] == "allow"
    };
    assert!(!ask(&there, "123").await, "not committed");
    admin.commit().await.expect(201);
    for server in [&there, &here, &there] {
        assert!(ask(server, "123").await);
    }
    let id = here.get(BASIC).await.expect(200)[0]["id"].as_str().unwrap().to_owned();
    for (state, allowed) in [("Suspended", false), ("Active", true)] {
        here.patch(&format!("{BASIC}/{id}/state"), json!({"state": state})).await.expect(204);
        assert_eq!(ask(&there, "123").await, allowed, "{state}");
    }
    here.patch(&format!("{BASIC}/{id}/password"), json!({"password": "124"})).await.expect(200);
    assert_eq!((ask(&there, "123").await, ask(&there, "124").await), (false, true));
    let keys = format!("{tenant}/integration_keys/{}", created["key"].as_str().unwrap());
    admin.delete(&keys).await.expect(200);
    admin.commit().await.expect(201);
    assert!(!ask(&there, "124").await && !ask(&here, "124").await, "the key is gone");
}
