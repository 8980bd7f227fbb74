//! Who may do what: grants on paths, settled at the login.

mod logins;
mod paths;

use serde_json::{Value, json};

use super::{documented, tenant};
use crate::harness::{Answer, TestServer, session::Session};

const CONFIGURATION: &str = "/api/configuration";
const ACLS: &str = "/api/configuration/aaa/acls";
const USERS: &str = "/api/configuration/aaa/local_database/users";
const GROUPS: &str = "/api/configuration/aaa/local_database/groups";
const PASSWORD: &str = "correct horse";
/// The key of nothing.
const NOTHING: &str = "00000000-0000-4000-8000-000000000000";

/// A user `ann` in a group of hers, whose rights a test sets one after the other.
struct World<'a> {
    server: &'a TestServer,
    admin: Session<'a>,
    tenant: String,
    client: String,
    store: String,
}

impl<'a> World<'a> {
    async fn new(server: &'a TestServer) -> Self {
        let admin = server.session().await;
        admin.create(USERS, json!({"name": "ann", "password": PASSWORD})).await;
        admin.create(GROUPS, json!({"name": "hers", "members": ["ann"]})).await;
        let tenant = admin.create("/api/configuration/tenants", tenant("acme")).await;
        let clients = format!("/api/configuration/tenants/{tenant}/oauth_clients");
        let client = admin.create(&clients, json!({"client_id": "robot", "scopes": []})).await;
        let store = admin.create("/api/configuration/trust_stores", trust_store("Partners")).await;
        admin.commit().await.expect(201);
        Self { server, admin, tenant, client, store }
    }

    /// The path that a short one stands for.
    fn path(&self, short: &str) -> String {
        if short.starts_with("/api") {
            return short.to_owned();
        }
        let segments = short.split('/').map(|segment| match segment {
            "T" => &self.tenant,
            "C" => &self.client,
            "S" => &self.store,
            "NOTHING" => NOTHING,
            segment => segment,
        });
        format!("{CONFIGURATION}{}", segments.collect::<Vec<_>>().join("/"))
    }

    /// Gives her these rights and no others, and logs her in.
    async fn ann(&self, grants: &[(&str, &str)]) -> Session<'a> {
        self.grant(grants).await;
        self.server.session_of("ann", PASSWORD).await
    }

    async fn grant(&self, grants: &[(&str, &str)]) {
        let mut acls = json!([{"group": "administrators", "objects": ["/api"], "permission": "write"}]);
        for permission in ["read", "write"] {
            let objects = grants.iter().filter(|(level, _)| *level == permission);
            let objects: Vec<_> = objects.map(|(_, object)| self.path(object)).collect();
            let acl = json!({"group": "hers", "objects": objects, "permission": permission});
            acls.as_array_mut().unwrap().push(acl);
        }
        self.admin.put(ACLS, acls).await.expect(201);
        self.admin.commit().await.expect(201);
    }

    async fn reads(&self, session: &Session<'_>, path: &str) -> bool {
        let path = self.path(path);
        let answer = session.get(&path).await;
        if answer.status == 403 {
            assert_refused(&answer, &path);
            return false;
        }
        answer.expect(200);
        true
    }

    /// Whether a change would come as far as its body or its object, which is no good.
    async fn writes(&self, session: &Session<'_>, (method, path): (&str, &str)) -> bool {
        let path = self.path(path);
        let body = (method != "DELETE").then(|| json!({}));
        let answer = session.send(method.parse().unwrap(), &path, body.as_ref()).await;
        if answer.status == 403 {
            assert_refused(&answer, &path);
            return false;
        }
        answer.failure(if method == "DELETE" { 404 } else { 400 });
        true
    }
}

#[track_caller]
fn assert_refused(answer: &Answer, path: &str) {
    let error = answer.failure(403);
    assert_eq!((&error["type"], &error["details"]), (&json!("Unauthorized"), &json!({"path": path})));
    assert_eq!(answer.header("www-authenticate"), None);
}

fn trust_store(name: &str) -> Value {
    let pem = &documented("trust-stores-list")["items"][1]["body"]["authorities"][0]["pem"];
    json!({
        "name": name,
        "authorities": [pem],
        "crl_urls": [],
        "revocation_check": "none",
        "trust_store_type": "custom",
    })
}
