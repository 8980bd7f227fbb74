//! Whether the process lives, whether it can work, and what a request is called.

use std::{collections::BTreeSet, time::Duration};

use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, Backend, TestServer, both, psql};

const LIST: &str = "/api/v1/basic-credentials";

async fn get(server: &TestServer, path: &str) -> Answer {
    Answer::of(server.anonymous(Method::GET, path)).await
}

both!(a_server_lives_and_is_ready, async |server: TestServer| {
    for path in ["/health", "/ready"] {
        let answer = get(&server, path).await;
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.expect(200), json!({"status": "ok"}), "{path}");
    }
});

/// Asks until the answer has the status.
async fn until(server: &TestServer, path: &str, status: u16) -> Answer {
    for _ in 0..100 {
        let answer = get(server, path).await;
        if answer.status.as_u16() == status {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} never answers {status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_a_server_lives_but_is_not_ready() {
    let server = TestServer::start(Backend::Postgres, |_| {}).await;
    let created = server.post(LIST, json!({"username": "UserA"})).await.expect(201);
    let name = server.database.url.as_deref().unwrap().rsplit_once('/').unwrap().1.to_owned();
    // Away for a while: every connection cut, and renamed.
    psql(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    psql(&format!("ALTER DATABASE {name} RENAME TO {name}_away"));
    let answer = until(&server, "/ready", 503).await;
    assert_eq!(answer.json(), json!({"status": "the database does not answer"}));
    get(&server, "/health").await.expect(200);
    for busy in [
        server.get(LIST).await,
        server.post(LIST, json!({})).await,
        server.post(LIST, json!({"username": "B"})).await,
    ] {
        assert_eq!(
            (busy.message(503), busy.header("retry-after")),
            ("the server is busy, try again".to_owned(), Some("1"))
        );
    }
    let form = [("grant_type", "client_credentials"), ("client_id", "a"), ("client_secret", "b")];
    let token = Answer::of(server.anonymous(Method::POST, "/oauth2/token").form(&form)).await;
    assert_eq!(
        (&token.expect(503)["error"], token.header("retry-after")),
        (&json!("temporarily_unavailable"), Some("1"))
    );
    // And back, without a restart.
    psql(&format!("ALTER DATABASE {name}_away RENAME TO {name}"));
    until(&server, "/ready", 200).await;
    let list = server.get(LIST).await.expect(200);
    assert_eq!(list[0]["id"], created["id"]);
    // Gone for good.
    psql(&format!("DROP DATABASE {name} WITH (FORCE)"));
    until(&server, "/ready", 503).await;
    assert_eq!(server.get(LIST).await.message(503), "the server is busy, try again");
}

both!(every_answer_has_a_request_id, async |server: TestServer| {
    let mut made = BTreeSet::new();
    for path in [
        "/health",
        "/metrics",
        "/docs/",
        "/openapi.json",
        "/nothing",
        LIST,
        "/oauth2/token",
        "/pki/nobody/ca.pem",
    ] {
        let id = get(&server, path).await.header("x-request-id").unwrap().to_owned();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}: {id}");
        assert!(made.insert(id), "{path}: an id twice");
        let answer = Answer::of(server.anonymous(Method::GET, path).header("x-request-id", "mine-1")).await;
        assert_eq!(answer.header("x-request-id"), Some("mine-1"), "{path}");
    }
});
