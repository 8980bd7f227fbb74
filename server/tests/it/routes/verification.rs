//! Verifying what clients present, for both kinds of credentials: verdicts, first and later uses, guessing, bad input.

mod bad_input;
mod basic;
mod forged;
mod guessing;
mod hashes;
mod issuer_and_serial;
mod scopes;
mod state_machine;
mod told;
mod x509;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    harness::{TestDatabase, TestServer, session::Session},
    process::database::sql,
};

pub(super) const BASIC: &str = "/api/v1/basic-credentials";
pub(super) const X509: &str = "/api/v1/x509-credentials";
const TENANTS: &str = "/api/configuration/tenants";
/// More than anything that happens by itself takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Credentials as the server shows them.
pub(super) async fn shown(server: &TestServer, resource: &str, id: &Value) -> Value {
    server.get(&format!("{resource}/{}", id.as_str().unwrap())).await.expect(200)
}

/// New basic credentials, as the server shows them.
pub(super) async fn basic(server: &TestServer, username: &str, password: &str) -> Value {
    let body = json!({"username": username, "password": password});
    let id = server.post(BASIC, body).await.expect(201)["id"].take();
    shown(server, BASIC, &id).await
}

/// New X.509 credentials with an EC key: the answer.
pub(super) async fn issued(server: &TestServer, common_name: &str) -> Value {
    server.post(X509, json!({"commonName": common_name, "keyType": "ec-p256"})).await.expect(201)
}

/// What an operator makes of credentials.
pub(super) async fn set_state(server: &TestServer, resource: &str, id: &Value, state: &str) {
    let path = format!("{resource}/{}/state", id.as_str().unwrap());
    server.patch(&path, json!({"state": state})).await.expect(204);
}

/// The verdict on a body.
async fn judged(server: &TestServer, resource: &str, body: Value) -> Value {
    let answer = server.post(&format!("{resource}/verify"), body).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.expect(200)
}

/// The verdict on a username and a password.
async fn verify(server: &TestServer, username: &str, password: &str) -> Value {
    judged(server, BASIC, json!({"username": username, "password": password})).await
}

/// The verdict on what came from a device.
async fn verify_from(server: &TestServer, address: &str, username: &str, password: &str) -> Value {
    let body = json!({"username": username, "password": password, "clientAddress": address});
    judged(server, BASIC, body).await
}

/// The verdict on certificates, a client's own first.
async fn verify_chain(server: &TestServer, chain: &[&str]) -> Value {
    judged(server, X509, json!({"certificates": chain})).await
}

/// `Accepted`, or the reason.
pub(super) fn outcome(verdict: &Value) -> String {
    let (word, reason) = (&verdict["verdict"], &verdict["reason"]);
    assert_eq!(word == "Accepted", reason.is_null(), "{verdict}");
    assert_eq!(reason.is_null(), verdict["detail"].is_null(), "{verdict}");
    if reason.is_null() { word } else { reason }.as_str().unwrap().to_owned()
}

/// What is told to who may not know more.
fn rejected(reason: &str, detail: &str) -> Value {
    json!({"verdict": "Rejected", "reason": reason, "detail": detail, "tenant": "default"})
}

fn wrong_password() -> Value {
    rejected("WrongPassword", "the password is wrong")
}

/// The path of the one tenant that the first start makes.
pub(super) async fn default_tenant(session: &Session<'_>) -> String {
    format!("{TENANTS}/{}", session.tenant("default").await["key"].as_str().unwrap())
}

/// Has the tenant's credentials locked after so many failures, for so long at most.
pub(super) async fn lock_after(server: &TestServer, failures: u32, seconds: u32) {
    let session = server.session().await;
    let path = default_tenant(&session).await;
    let mut body = session.body(&path).await;
    body["lockout"] = json!({"failures": failures, "duration_seconds": seconds});
    session.put(&path, body).await.expect(201);
    session.commit().await.expect(201);
}

/// Lets no lock end while a test looks at it: the last failures will have been in an hour.
pub(super) fn hold_locks(database: &TestDatabase) {
    sql(database, "UPDATE verification_failures SET last_at = last_at + 3600000000");
}

/// Looks until it is there.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
