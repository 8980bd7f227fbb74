//! Who may do what: grants on paths, settled at the login.

use std::fmt::Write as _;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{documented, tenant};
use crate::harness::{Answer, TestServer, both, document::ADMIN_OPERATIONS, session::Session};

const CONFIGURATION: &str = "/api/configuration";
const ACLS: &str = "/api/configuration/aaa/acls";
const USERS: &str = "/api/configuration/aaa/local_database/users";
const GROUPS: &str = "/api/configuration/aaa/local_database/groups";
const PASSWORD: &str = "correct horse";
/// The key of nothing.
const NOTHING: &str = "00000000-0000-4000-8000-000000000000";

/// Everything that can be read. Below, `T` is a tenant's key, `C` its client's, `S` a trust store's.
const READ: &[&str] = &[
    "/api/audit",
    "",
    "/aaa",
    "/aaa/acls",
    "/aaa/local_database",
    "/aaa/local_database/groups",
    "/aaa/local_database/users",
    "/aaa/settings",
    "/alerting",
    "/alerting/system_alerts",
    "/alerting/traffic_alerts",
    "/datetime",
    "/datetime/ntp_servers",
    "/datetime/timezone",
    "/management",
    "/management/accounting",
    "/management/email",
    "/management/health_monitoring",
    "/management/monitoring",
    "/management/snmp",
    "/management/snmp/trap",
    "/tenants",
    "/tenants/T",
    "/tenants/T/oauth_clients",
    "/tenants/T/oauth_clients/C",
    "/trust_stores",
    "/trust_stores/-7001",
    "/trust_stores/S",
    "/x509",
    "/x509/platform_ca",
    "/x509/server_certificate",
    "/x509/tenant_cas",
    "/x509/tenant_cas/T",
];

/// Everything that can be changed.
const WRITE: &[(&str, &str)] = &[
    ("PUT", "/aaa/acls"),
    ("POST", "/aaa/local_database/groups"),
    ("POST", "/aaa/local_database/users"),
    ("PUT", "/aaa/settings"),
    ("PUT", "/alerting/system_alerts"),
    ("PUT", "/alerting/traffic_alerts"),
    ("PUT", "/datetime/ntp_servers"),
    ("PUT", "/datetime/timezone"),
    ("PUT", "/management/accounting"),
    ("PUT", "/management/email"),
    ("PUT", "/management/health_monitoring"),
    ("PUT", "/management/monitoring"),
    ("PUT", "/management/snmp/trap"),
    ("POST", "/tenants"),
    ("PUT", "/tenants/T"),
    ("POST", "/tenants/T/oauth_clients"),
    ("PUT", "/tenants/T/oauth_clients/C"),
    ("POST", "/trust_stores"),
    ("PUT", "/trust_stores/S"),
    ("DELETE", "/trust_stores/NOTHING"),
];

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

both!(a_grant_holds_for_its_path_and_what_is_below, async |server: TestServer| {
    let world = World::new(&server).await;
    let mut table = String::new();
    for grants in [
        &[][..],
        &[("write", "/api")],
        &[("read", "/api")],
        &[("read", "/api/audit")],
        &[("read", "")],
        &[("write", "/aaa")],
        &[("read", "/aaa/local_database/users")],
        &[("write", "/alerting/system_alerts")],
        &[("read", "/alerting"), ("write", "/alerting/traffic_alerts")],
        &[("write", "/datetime"), ("read", "/datetime/timezone")],
        &[("read", "/management")],
        &[("write", "/management")],
        &[("write", "/management/snmp")],
        &[("write", "/management/monitoring")],
        &[("read", "/management/health_monitoring")],
        &[("write", "/tenants/T")],
        &[("write", "/tenants/T/oauth_clients")],
        &[("write", "/trust_stores")],
        &[("write", "/trust_stores/S")],
        &[("write", "/x509")],
        &[("read", "/x509/tenant_cas")],
    ] {
        let ann = world.ann(grants).await;
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        for path in READ {
            if world.reads(&ann, path).await {
                reads.push(if path.is_empty() { "/" } else { path });
            }
        }
        for change in WRITE {
            if world.writes(&ann, *change).await {
                writes.push(format!("{} {}", change.0, change.1));
            }
        }
        let nothing = |text: String| if text.is_empty() { "nothing".to_owned() } else { text };
        let (reads, writes) = (nothing(reads.join(" ")), nothing(writes.join(", ")));
        writeln!(table, "{grants:?}\n  reads: {reads}\n  writes: {writes}").unwrap();
    }
    insta::assert_snapshot!("grants", table);
});

// The reference: readable for who has access to what refers to trust stores; changed only by who has access to trust
// stores, or, at the same level, to management.
both!(trust_stores_follow_their_referrers, async |server: TestServer| {
    let world = World::new(&server).await;
    for (grant, level, reads, writes) in [
        ("/aaa/settings", "read", true, false),
        ("/aaa/settings", "write", true, false),
        ("/aaa", "read", true, false),
        ("/aaa", "write", true, false),
        ("/aaa/acls", "write", false, false),
        ("/management/email", "read", true, false),
        ("/management/email", "write", true, false),
        ("/management/snmp", "write", false, false),
        ("/management/health_monitoring", "write", false, false),
        ("/management", "read", true, false),
        ("/management", "write", true, true),
        ("/tenants", "read", true, false),
        ("/tenants", "write", true, false),
        ("/tenants/T", "write", false, false),
        ("/alerting", "write", false, false),
        ("/trust_stores", "read", true, false),
        ("/trust_stores", "write", true, true),
        ("", "read", true, false),
        ("", "write", true, true),
        ("/api", "read", true, false),
    ] {
        let ann = world.ann(&[(level, grant)]).await;
        for path in ["/trust_stores", "/trust_stores/-7001", "/trust_stores/S"] {
            assert_eq!(world.reads(&ann, path).await, reads, "{level} {grant}: {path}");
        }
        for change in [("POST", "/trust_stores"), ("PUT", "/trust_stores/S"), ("DELETE", "/trust_stores/NOTHING")] {
            assert_eq!(world.writes(&ann, change).await, writes, "{level} {grant}: {change:?}");
        }
    }
    let ann = world.ann(&[("write", "/management")]).await;
    let key = ann.create("/api/configuration/trust_stores", trust_store("Mail")).await;
    ann.commit().await.expect(201);
    ann.delete(&format!("/api/configuration/trust_stores/{key}")).await.expect(200);
    ann.commit().await.expect(201);
});

both!(grants_are_on_paths_that_there_are, async |server: TestServer| {
    let world = World::new(&server).await;
    for object in [
        "",
        "/",
        "/ap",
        "/api/",
        "/api/v1",
        "/api/authentication",
        "/api/transaction",
        "/api/auditing",
        "/api/configuration/",
        "/api/configuration/aa",
        "/api/configuration/aaa/",
        "/api/configuration/management/em",
        "/api/configuration/management/../aaa",
        "api/configuration",
        "/API/configuration",
    ] {
        let acls = json!([{"group": "hers", "objects": ["/api", object], "permission": "read"}]);
        let error = world.admin.put(ACLS, acls).await.failure(400);
        let field = json!(format!("{ACLS}/0/objects/1"));
        assert_eq!((&error["type"], &error["details"]["path"]), (&json!("SyntacticError"), &field), "{object}");
    }
});

both!(changes_count_from_the_next_login, async |server: TestServer| {
    let world = World::new(&server).await;
    let before = world.ann(&[("read", "/datetime")]).await;
    let during = world.ann(&[("write", "/alerting")]).await;
    assert!(world.reads(&before, "/datetime").await && !world.reads(&before, "/alerting").await);
    assert!(!world.reads(&during, "/datetime").await && world.reads(&during, "/alerting").await);
    world.grant(&[]).await;
    during.post("/api/transaction", json!({})).await.expect(201);
    during.rollback().await.expect(200);
    assert!(!world.reads(&server.session_of("ann", PASSWORD).await, "/alerting").await);

    // The same for a change of a group.
    world.grant(&[("read", "/datetime")]).await;
    let member = server.session_of("ann", PASSWORD).await;
    let groups = world.admin.get(GROUPS).await.expect(200);
    let mut groups = groups["items"].as_array().unwrap().iter();
    let hers = groups.find(|group| group["body"]["name"] == "hers").unwrap();
    let path = hers["meta"]["href"].as_str().unwrap();
    world.admin.put(path, json!({"name": "hers", "members": ["admin"]})).await.expect(201);
    assert!(world.reads(&server.session_of("ann", PASSWORD).await, "/datetime").await, "not committed yet");
    world.admin.commit().await.expect(201);
    assert!(world.reads(&member, "/datetime").await);
    assert!(!world.reads(&server.session_of("ann", PASSWORD).await, "/datetime").await);
});

both!(who_may_change_nothing_opens_no_transaction, async |server: TestServer| {
    let world = World::new(&server).await;
    for grants in [&[][..], &[("read", "/api")], &[("read", "/api/audit"), ("read", "")]] {
        let ann = world.ann(grants).await;
        assert_refused(&ann.send(Method::POST, "/api/transaction", None).await, "/api/transaction");
        assert_eq!(ann.get("/api/transaction").await.expect(200)["body"]["status"], "closed");
        assert_eq!(ann.get("/api/transaction/changes").await.expect(200)["changes"], json!([]));
        assert_eq!(ann.commit().await.failure(409)["type"], "TransactionNotOpen");
        ann.rollback().await.expect(200);
    }
    let ann = world.ann(&[("write", "/datetime/timezone")]).await;
    ann.send(Method::POST, "/api/transaction", None).await.expect(201);
    ann.put("/api/configuration/datetime/timezone", json!("Europe/Paris")).await.expect(201);
    ann.commit().await.expect(201);
});

// Every operation there is and will be.
both!(without_a_grant_no_operation_is_allowed, async |server: TestServer| {
    let world = World::new(&server).await;
    let ann = world.ann(&[]).await;
    let anonymous = server.resume(NOTHING);
    for operation in &*ADMIN_OPERATIONS {
        let path = operation.path.replace("{key}", &world.tenant).replace("{client_key}", &world.client);
        let body = operation.request.map(|(_, example)| example);
        if operation.session {
            let error = anonymous.send(operation.method.clone(), &path, body).await.failure(401);
            let details = json!({"path": path});
            assert_eq!((&error["type"], &error["details"]), (&json!("Unauthenticated"), &details), "{path}");
        }
        let expected = match operation.id {
            "authentication_login" | "authentication_logout" => continue,
            "authentication_types_list" => 200,
            "transaction_get" | "transaction_changes_list" | "transaction_rollback" => 200,
            "transaction_commit" => 409,
            _ => 403,
        };
        let answer = ann.send(operation.method.clone(), &path, body).await;
        assert_eq!(answer.status.as_u16(), expected, "{}: {answer:?}", operation.id);
        if expected == 403 {
            assert_refused(&answer, &path);
        }
    }
    ann.delete("/api/authentication").await.expect(200);
});

both!(a_refusal_waits_for_no_body, async |server: TestServer| {
    let world = World::new(&server).await;
    let ann = world.ann(&[("read", "/api")]).await;
    let path = "/api/configuration/datetime/timezone";
    for (media_type, body) in [("application/json", "{"), ("text/plain", "UTC"), ("application/json", "")] {
        let request = ann.request(Method::PUT, path).header("content-type", media_type).body(body);
        assert_refused(&Answer::of(request).await, path);
    }
    // Nothing of what is promised comes.
    let address = server.url.strip_prefix("http://").unwrap();
    for (cookie, status) in [(ann.id.as_str(), "403 Forbidden"), (NOTHING, "401 Unauthorized")] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "PUT {path} HTTP/1.1\r\nHost: {address}\r\nCookie: session_id={cookie}\r\n\
             Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 1024];
        let length = stream.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
    }
});

both!(an_alias_has_the_rights_of_what_it_stands_for, async |server: TestServer| {
    let world = World::new(&server).await;
    for object in ["/management/health_monitoring", "/management/monitoring"] {
        let ann = world.ann(&[("write", object)]).await;
        let mut body = ann.body("/api/configuration/management/monitoring").await;
        body["maximum_swap_utilization_ratio"] = json!(60);
        let changed = ann.put("/api/configuration/management/monitoring", body.clone()).await.expect(201);
        assert_eq!(changed["meta"]["href"], "/api/configuration/management/health_monitoring");
        assert_eq!(ann.body("/api/configuration/management/health_monitoring").await, body);
        ann.rollback().await.expect(200);
        assert!(!world.reads(&ann, "/management/accounting").await);
    }
});
