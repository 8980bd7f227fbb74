//! Password reset: in every state but Revoked, and passwords seen nowhere else.

use std::{
    io,
    sync::{Arc, Mutex},
};

use regex::Regex;
use serde_json::{Value, json};
use vouchsafe::{auth::PasswordHasher, telemetry::Metrics};
use vouchsafe_domain::Username;

use super::PATH;
use crate::harness::{
    TestServer, both,
    database::{Everything, basic_first_use, tenant},
};

async fn fits(server: &TestServer, username: &Value, password: &str) -> bool {
    let username = Username::parse(username.as_str().unwrap()).unwrap();
    let store = server.ready().await.store;
    let (_, hash) = store.basic_credentials_login(&tenant(), &username).await.unwrap().unwrap();
    let hasher = PasswordHasher::new(&server.config.passwords, Metrics::default().into());
    hasher.verify(password, hash.expose()).await.unwrap()
}

both!(is_reset_in_every_state_but_revoked, async |server: TestServer| {
    let store = server.ready().await.store;
    let random = Regex::new("^[A-Za-z0-9]{32}$").unwrap();
    for state in ["Inactive", "Active", "Suspended"] {
        let created = server.post(PATH, json!({"password": "old"})).await.expect(201);
        let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
        match state {
            "Active" => drop(basic_first_use(&store, &created["id"]).await),
            "Suspended" => {
                drop(server.patch(&format!("{path}/state"), json!({"state": state})).await.expect(204));
            }
            _ => {}
        }
        let mut before = server.get(&path).await.expect(200);
        assert_eq!(before["state"], state);
        let answer = server.patch(&format!("{path}/password"), json!({"password": "mQ8jSA3Cywbs7cLJ"})).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.expect(200), json!({"password": "mQ8jSA3Cywbs7cLJ"}));
        assert!(fits(&server, &created["username"], "mQ8jSA3Cywbs7cLJ").await);
        assert!(!fits(&server, &created["username"], "old").await);
        let made_up = server.patch(&format!("{path}/password"), json!({})).await.expect(200);
        let made_up = made_up["password"].as_str().unwrap();
        assert!(random.is_match(made_up), "{made_up}");
        assert!(fits(&server, &created["username"], made_up).await);
        let mut after = server.get(&path).await.expect(200);
        let updated =
            |row: &mut Value| row.as_object_mut().unwrap().remove("updatedDate").unwrap().to_string();
        assert!(updated(&mut before) < updated(&mut after));
        assert_eq!(before, after, "nothing else changes");
    }
});

both!(of_revoked_credentials_stays, async |server: TestServer| {
    let created = server.post(PATH, json!({"password": "old"})).await.expect(201);
    let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
    server.patch(&format!("{path}/state"), json!({"state": "Revoked"})).await.expect(204);
    let store = server.ready().await.store;
    let before = Everything::of(&store).await;
    for body in [json!({}), json!({"password": "new"})] {
        let message = server.patch(&format!("{path}/password"), body).await.message(400);
        assert_eq!(message, "the credentials are Revoked, which is final: their password can't be reset");
    }
    assert_eq!(Everything::of(&store).await, before);
    assert!(fits(&server, &created["username"], "old").await);
});

/// Collects every log line of the process, of every crate and level.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn is_seen_nowhere_else(server: TestServer) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_env_filter("trace").with_writer(move || writer.clone());
    let subscriber = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber.finish());
    let created = server.post(PATH, json!({"password": "first secret"})).await.expect(201);
    let path = format!("{PATH}/{}", created["id"].as_str().unwrap());
    server.patch(&format!("{path}/password"), json!({"password": "second secret"})).await.expect(200);
    let made_up = server.post(PATH, json!({})).await.expect(201);
    // Refused ones too: too long, of the wrong type, in the wrong place.
    for body in [
        json!({"password": "third secret".repeat(7)}),
        json!({"password": ["third secret"]}),
        json!({"username": {"password": "third secret"}}),
        json!({"third secret": "third secret"}),
    ] {
        assert!(!server.post(PATH, body).await.message(400).contains("third"));
    }
    let answers = format!("{}{}", server.get(PATH).await.text, server.get(&path).await.text);
    drop(subscriber);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered") && log.contains("basic_credentials_create"), "{log}");
    let made_up = made_up["password"].as_str().unwrap();
    for secret in [" secret", "argon2id$", made_up] {
        assert!(!answers.contains(secret), "{answers}");
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}

// One thread, so that the log's subscriber sees the server's tasks too.
#[tokio::test]
async fn is_seen_nowhere_else_on_sqlite() {
    is_seen_nowhere_else(TestServer::start(crate::harness::Backend::Sqlite, |_| {}).await).await;
}

#[tokio::test]
async fn is_seen_nowhere_else_on_postgres() {
    is_seen_nowhere_else(TestServer::start(crate::harness::Backend::Postgres, |_| {}).await).await;
}
