//! Which grant opens which path.

use std::fmt::Write as _;

use serde_json::json;

use super::{ACLS, World, trust_store};
use crate::harness::{TestServer, both};

/// Everything that can be read. `T` is a tenant's key, `C` its client's, `S` a trust store's.
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
        for change in
            [("POST", "/trust_stores"), ("PUT", "/trust_stores/S"), ("DELETE", "/trust_stores/NOTHING")]
        {
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
        assert_eq!(
            (&error["type"], &error["details"]["path"]),
            (&json!("SyntacticError"), &field),
            "{object}"
        );
    }
});
