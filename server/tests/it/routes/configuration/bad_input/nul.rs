//! NUL, which no text of `PostgreSQL` can hold: never an error of the server's.

use serde_json::{Value, json};

use super::refusal;
use crate::harness::{TestServer, both};

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

both!(is_refused_in_every_text, async |server: TestServer| {
    let session = server.session().await;
    let nul = || json!("a\0b");
    let store = json!({
        "name": "a", "authorities": [], "crl_urls": [], "revocation_check": "none", "trust_store_type": "custom",
    });
    let tenants = session.get("/api/configuration/tenants").await.expect(200);
    let tenant = with(tenants["items"][0]["body"].clone(), "/id", json!("other"));
    let email = session.body("/api/configuration/management/email").await;
    let trap = session.body("/api/configuration/management/snmp/trap").await;
    let acls = session.body("/api/configuration/aaa/acls").await;
    let (users, groups) = ("aaa/local_database/users", "aaa/local_database/groups");
    for (method, below, body, place) in [
        ("POST", "trust_stores", with(store.clone(), "/name", nul()), "/name"),
        ("POST", "trust_stores", with(store.clone(), "/authorities", json!([nul()])), "/authorities/0"),
        (
            "POST",
            "trust_stores",
            with(store.clone(), "/authorities", json!([{"pem": nul()}])),
            "/authorities/0/pem",
        ),
        ("POST", "trust_stores", with(store, "/crl_urls", json!(["http://a/\0"])), "/crl_urls/0"),
        ("POST", "tenants", with(tenant.clone(), "/name", nul()), "/name"),
        ("POST", "tenants", with(tenant, "/id", nul()), "/id"),
        ("POST", users, json!({"name": nul()}), "/name"),
        ("POST", users, json!({"name": "a", "password": "long enough \0"}), "/password"),
        ("POST", groups, json!({"name": nul(), "members": []}), "/name"),
        ("POST", groups, json!({"name": "a", "members": [nul()]}), "/members/0"),
        ("PUT", "aaa/acls", with(acls.clone(), "/0/group", nul()), "/0/group"),
        ("PUT", "aaa/acls", with(acls, "/0/objects/0", json!("/api\0")), "/0/objects/0"),
        ("PUT", "datetime/timezone", json!("UTC\0"), ""),
        ("PUT", "datetime/ntp_servers", json!([{"selection": "fqdn", "value": "a\0"}]), "/0/value"),
        (
            "PUT",
            "management/email",
            with(email.clone(), "/admin_address", json!("a\0@b.c")),
            "/admin_address",
        ),
        ("PUT", "management/email", with(email.clone(), "/smtp_server/value", nul()), "/smtp_server/value"),
        (
            "PUT",
            "management/email",
            with(email, "/smtp_auth", json!({"enabled": false, "username": nul()})),
            "/smtp_auth/username",
        ),
        (
            "PUT",
            "management/snmp/trap",
            with(trap, "/version/value/community", nul()),
            "/version/value/community",
        ),
    ] {
        let path = format!("/api/configuration/{below}");
        let answer = session.send(method.parse().unwrap(), &path, Some(&body)).await;
        let (kind, found, message) = refusal(&answer);
        assert_eq!((&*kind, found), ("SyntacticError", format!("{path}{place}")), "{message}");
        assert!(!message.contains('\0'));
    }
});

both!(is_no_part_of_a_path_or_a_query, async |server: TestServer| {
    let session = server.session().await;
    for path in [
        "/api/configuration/trust_stores/%00",
        "/api/configuration/trust_stores/-7001%00",
        "/api/configuration/%00",
    ] {
        session.get(path).await.failure(404);
    }
    for query in ["actor=%00", "operation=a%00", "target=/api/%00"] {
        let answer = session.get(&format!("/api/audit?{query}")).await;
        assert_eq!(answer.expect(200)["items"], json!([]), "{query}");
    }
});

both!(in_a_commit_message_is_shown_as_such, async |server: TestServer| {
    let session = server.session().await;
    session.put("/api/configuration/datetime/timezone", json!("Europe/Paris")).await.expect(201);
    let message = json!({"status": "commit", "commit_message": "a\0b"});
    session.put("/api/transaction", message).await.expect(201);
    let trail = session.get("/api/audit?operation=transaction_commit").await.expect(200);
    assert_eq!(trail["items"][0]["detail"], "a\u{FFFD}b");
});
