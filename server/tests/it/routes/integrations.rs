//! What proxies and brokers ask, each by its own contract, and the keys that they prove themselves with.

mod emqx;
mod emqx_denials;
mod keys;
mod nginx;
mod nginx_refusals;
mod outages;
mod overload;
mod trail;
mod trusted_proxies;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::verification::default_tenant;
use crate::harness::{Answer, TestServer, session::Session};

const NGINX: &str = "/integrations/nginx/auth";
const EMQX: &str = "/integrations/emqx/authn";
const KEY: &str = "X-Vouchsafe-Key";

/// A new key of a tenant, not committed: its path and its secret text.
async fn staged(session: &Session<'_>, tenant: &str, name: &str, certificates: bool) -> (String, String) {
    let collection = format!("{tenant}/integration_keys");
    let body = json!({"name": name, "client_certificates": certificates});
    let created = session.post(&collection, body).await.expect(201);
    let text = |name: &str| created[name].as_str().unwrap().to_owned();
    (format!("{collection}/{}", text("key")), text("integration_key"))
}

/// A key of tenant `default`.
async fn key(server: &TestServer, certificates: bool) -> String {
    let session = server.session().await;
    let tenant = default_tenant(&session).await;
    let name = if certificates { "proxy" } else { "broker" };
    let (_, secret) = staged(&session, &tenant, name, certificates).await;
    session.commit().await.expect(201);
    secret
}

/// Certificates as nginx puts them into a header (`$ssl_client_escaped_cert`).
fn escaped(pem: &Value) -> String {
    url::form_urlencoded::byte_serialize(pem.as_str().unwrap().as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// A request as nginx sends it.
fn nginx(server: &TestServer, key: &str) -> RequestBuilder {
    server.anonymous(Method::GET, NGINX).header(KEY, key)
}

/// nginx's question after a username and a password.
async fn nginx_basic(server: &TestServer, key: &str, username: &str, password: &str) -> Answer {
    Answer::of(nginx(server, key).basic_auth(username, Some(password))).await
}

/// EMQX's question.
async fn emqx(server: &TestServer, key: &str, body: Value) -> Answer {
    Answer::of(server.anonymous(Method::POST, EMQX).header(KEY, key).json(&body)).await
}

/// Whether EMQX lets somebody in. There are two answers, and only one status.
#[track_caller]
fn allowed(answer: &Answer) -> bool {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    let body = answer.expect(200);
    if body["result"] == "allow" {
        return true;
    }
    assert_eq!(body, json!({"result": "deny"}));
    false
}

/// The status of what nginx gets, which is one that it passes on.
#[track_caller]
fn status(answer: &Answer) -> u16 {
    let status = answer.status.as_u16();
    assert!([204, 401, 403].contains(&status), "{answer:?}");
    assert_eq!(answer.text, "");
    let challenge = (status == 401).then_some(r#"Basic realm="vouchsafe", charset="UTF-8""#);
    assert_eq!(answer.header("www-authenticate"), challenge);
    assert_eq!(status == 204, answer.header("x-vouchsafe-tenant").is_some(), "{answer:?}");
    status
}
