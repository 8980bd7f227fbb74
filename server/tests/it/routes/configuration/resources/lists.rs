//! ACLs, time servers, time zones.

use serde_json::json;

use super::{ROOT, kept, refused};
use crate::harness::{TestServer, both};

both!(a_time_zone_is_spelt_as_iana_spells_it, async |server: TestServer| {
    let (session, path) = (server.session().await, format!("{ROOT}/datetime/timezone"));
    for zone in [
        "",
        "utc",
        "Utc",
        "europe/budapest",
        "EUROPE/BUDAPEST",
        "Europe/budapest",
        "Europe",
        "Europe/",
        "/Europe/Budapest",
        "Europe/Budapest ",
        " Europe/Budapest",
        "Europe//Budapest",
        "Europe/Atlantis",
        "../UTC",
        "Europe/../UTC",
        "posixrules",
        "Factory ",
        "+01:00",
        "UTC+1",
        "CET-1CEST",
        "Europe/Budapest\n",
        "tzdata.zi",
        "zone.tab",
    ] {
        refused(&session.put(&path, json!(zone)).await, &path, "", "must be");
    }
    kept(
        &session,
        &path,
        [
            "UTC",
            "Europe/Budapest",
            "America/New_York",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
            "America/Port-au-Prince",
            "CET",
        ]
        .map(Into::into),
    )
    .await;
});

both!(a_server_is_an_address_or_a_name_as_it_says, async |server: TestServer| {
    let (session, path) = (server.session().await, format!("{ROOT}/datetime/ntp_servers"));
    for (selection, value) in [
        ("ip", "pool.ntp.org"),
        ("ip", "192.0.2"),
        ("ip", "192.0.2.256"),
        ("ip", "192.0.2.01"),
        ("ip", "192.0.2.0/24"),
        ("ip", "192.0.2.1:123"),
        ("ip", "[2001:db8::1]"),
        ("ip", "2001:db8::1::2"),
        ("ip", "fe80::1%eth0"),
        ("ip", "0x7f000001"),
        ("ip", "2130706433"),
        ("ip", "localhost"),
        ("fqdn", "192.0.2.1"),
        ("fqdn", "2001:db8::1"),
        ("fqdn", "::1"),
        ("fqdn", "ntp.example.org:123"),
        ("fqdn", "ntp.example.org."),
        ("fqdn", ".example.org"),
        ("fqdn", "ntp..org"),
        ("fqdn", "-ntp.example.org"),
        ("fqdn", "ntp-.example.org"),
        ("fqdn", "ntp_1.example.org"),
        ("fqdn", "192.0.2.256"),
        ("fqdn", "ntp.123"),
        ("fqdn", "ntp example.org"),
        ("fqdn", "bücher.example"),
        ("fqdn", "http://ntp.example.org"),
    ] {
        let good = json!({"selection": "fqdn", "value": "good.example.org"});
        let body = json!([good, {"selection": selection, "value": value}]);
        refused(&session.put(&path, body).await, &path, "/1/value", "");
    }
    let label = "a".repeat(63);
    for long in [
        format!("{label}a.org"),
        [&*label; 4].join("."),
        format!("{}.org", [&*label; 3].join(".") + &"a".repeat(60)),
    ] {
        let body = json!([{"selection": "fqdn", "value": long}]);
        refused(&session.put(&path, body).await, &path, "/0/value", "must be");
    }
    let address = |value: &str| json!([{"selection": "ip", "value": value}]);
    let name = |value: &str| json!([{"selection": "fqdn", "value": value}]);
    kept(&session, &path, ["192.0.2.1", "127.0.0.1", "2001:db8::1", "::1", "::"].map(address)).await;
    kept(
        &session,
        &path,
        [
            "localhost",
            "pool.ntp.org",
            "Pool.NTP.org",
            "1.example.org",
            "xn--bcher-kva.example",
            "a-b.c",
            &format!("{label}.org"),
        ]
        .map(name),
    )
    .await;
    // IPv6 is read as RFC 5952 writes it.
    session.put(&path, address("2001:DB8:0:0:0:0:0:1")).await.expect(201);
    assert_eq!(session.body(&path).await, address("2001:db8::1"));
});

both!(a_time_server_is_named_once, async |server: TestServer| {
    let (session, path) = (server.session().await, format!("{ROOT}/datetime/ntp_servers"));
    for (one, other) in [
        (("fqdn", "pool.ntp.org"), ("fqdn", "POOL.ntp.org")),
        (("ip", "192.0.2.1"), ("ip", "192.0.2.1")),
        (("ip", "2001:db8::1"), ("ip", "2001:0db8:0::1")),
    ] {
        let server = |(selection, value)| json!({"selection": selection, "value": value});
        let error = session.put(&path, json!([server(one), server(other)])).await.failure(400);
        assert_eq!(
            (&error["type"], &error["details"]["path"]),
            (&json!("SemanticError"), &json!(format!("{path}/1"))),
            "{error}"
        );
    }
});

both!(an_acl_is_about_what_is_there, async |server: TestServer| {
    let (session, path) = (server.session().await, format!("{ROOT}/aaa/acls"));
    let all = json!({"group": "administrators", "objects": ["/api"], "permission": "write"});
    let acl = |object: &str| json!([all, {"group": "administrators", "objects": ["/api/audit", object], "permission": "read"}]);
    for object in [
        "",
        "/",
        "api",
        "/api/",
        "/ap",
        "/api/v1",
        "/api/transaction",
        "/api/authentication",
        "/api/audit/",
        "/api/audit/x",
        "/api/configuration/",
        "/api/configuration/nothing",
        "/api/configuration/aaa/",
        "/api/configuration/aaa/acls/x",
        "/api/configuration/aaa/../tenants",
        "/api/configuration//aaa",
        "/API/configuration",
        "/api/configuration/*",
        "https://vouchsafe.example/api",
        "/api/configuration/aaa ",
        "/api/configuration/%61aa",
        "/api/configuration/datetime/timezone/x",
    ] {
        refused(&session.put(&path, acl(object)).await, &path, "/1/objects/1", "must be");
    }
    kept(
        &session,
        &path,
        [
            "/api",
            "/api/configuration",
            "/api/configuration/aaa/local_database",
            "/api/configuration/trust_stores",
            "/api/configuration/trust_stores/-7001",
            "/api/configuration/management/snmp/trap",
            "/api/configuration/x509/platform_ca",
        ]
        .map(acl),
    )
    .await;
    for (body, place) in [
        (json!([all, {"group": "nobody", "objects": [], "permission": "read"}]), "/1/group"),
        (
            json!([all, {"group": "administrators", "objects": ["/api/audit", "/api/audit"], "permission": "read"}]),
            "/1/objects/1",
        ),
        (json!([all, all]), "/1/group"),
    ] {
        let error = session.put(&path, body).await.failure(400);
        assert_eq!(
            (&error["type"], &error["details"]["path"]),
            (&json!("SemanticError"), &json!(format!("{path}{place}"))),
            "{error}"
        );
    }
});
