//! An administrator's session with a running server.

use reqwest::{Client, Method, header::COOKIE};
use serde_json::{Value, json};

use super::child::Server;
use crate::harness::{Answer, session::session_id};

pub(super) const CHANGES: &str = "/api/transaction/changes";
pub(super) const TENANTS: &str = "/api/configuration/tenants";
pub(super) const TIMEZONE: &str = "/api/configuration/datetime/timezone";
const TRANSACTION: &str = "/api/transaction";

/// A session.
#[derive(Debug)]
pub(super) struct Admin {
    http: Client,
    url: String,
    id: String,
}

/// The answer to a login.
pub(super) async fn login(server: &Server, user: &str, password: &str) -> Answer {
    let request = server.http.get(format!("{}/api/authentication", server.url));
    Answer::of(request.basic_auth(user, Some(password))).await
}

impl Admin {
    /// A new session of the administrator in `bootstrap.json`.
    pub(super) async fn new(server: &Server, bootstrap: &Value) -> Self {
        let text = |name: &str| bootstrap[name].as_str().unwrap();
        let answer = login(server, text("adminUser"), text("adminPassword")).await;
        answer.expect(200);
        Self { http: server.http.clone(), url: server.url.clone(), id: session_id(&answer) }
    }

    /// The same session on another server.
    pub(super) fn on(&self, server: &Server) -> Self {
        Self { http: server.http.clone(), url: server.url.clone(), id: self.id.clone() }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        request.header(COOKIE, format!("session_id={}", self.id))
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(body)).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// An object's body.
    pub(super) async fn body(&self, path: &str) -> Value {
        self.get(path).await.expect(200)["body"].take()
    }

    /// A collection's keys and bodies.
    pub(super) async fn items(&self, path: &str) -> Vec<Value> {
        self.get(path).await.expect(200)["items"].as_array().unwrap().clone()
    }

    /// The paths of the session's staged changes.
    pub(super) async fn changes(&self) -> Vec<Value> {
        let list = self.get(CHANGES).await.expect(200);
        list["changes"].as_array().unwrap().iter().map(|change| change["path"].clone()).collect()
    }

    pub(super) fn commit_request(&self) -> reqwest::RequestBuilder {
        self.request(Method::PUT, TRANSACTION).json(&json!({"status": "commit"}))
    }

    pub(super) async fn commit(&self) -> Answer {
        Answer::of(self.commit_request()).await
    }

    pub(super) async fn rollback(&self) -> Answer {
        self.delete(TRANSACTION).await
    }
}

/// A tenant to make.
pub(super) fn tenant(id: &str) -> Value {
    json!({
        "id": id,
        "name": id,
        "external_issuers": [],
        "trust_stores": [],
        "certificate_profile": {
            "ca_key_type": "ec-p256",
            "default_key_type": "ec-p256",
            "default_ttl": 86400,
            "maximum_ttl": 864_000,
        },
        "password_rules": {"minimum_length": 1},
        "lockout": {"failures": 0, "duration_seconds": 60},
    })
}
