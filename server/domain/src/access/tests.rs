//! Who may do what, by one grant at a time.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use serde_json::{Value, json};

use super::{Grants, Permission};
use crate::configuration::{Acl, Group};

fn grants(of: &[(&str, &str)]) -> Grants {
    let map: serde_json::Map<String, Value> =
        of.iter().map(|(path, level)| ((*path).to_owned(), json!(level))).collect();
    serde_json::from_value(Value::Object(map)).unwrap()
}

/// `-`, `r` (read) or `w` (read and write).
fn level(grants: &Grants, path: &str) -> char {
    match (grants.allows(path, Permission::Read), grants.allows(path, Permission::Write)) {
        (false, false) => '-',
        (true, false) => 'r',
        (true, true) => 'w',
        (false, true) => panic!("{path}: write without read"),
    }
}

/// Below `/api`: what is granted at which level, what is asked for, what must come out.
const TABLE: &[(&str, &str, &str, char)] = &[
    // Prefixes.
    ("", "write", "/configuration/aaa/acls", 'w'),
    ("", "write", "/audit", 'w'),
    ("", "read", "/configuration/tenants/k", 'r'),
    ("/configuration", "write", "/audit", '-'),
    ("/configuration", "write", "/configuration", 'w'),
    ("/configuration/alerting", "write", "/configuration/alerting/system_alerts", 'w'),
    ("/configuration/alerting", "read", "/configuration/alerting/system_alerts", 'r'),
    ("/configuration/alerting", "write", "/configuration/datetime/timezone", '-'),
    ("/configuration/alerting", "write", "/configuration/alerting2", '-'),
    ("/configuration/tenants/k", "write", "/configuration/tenants/k2", '-'),
    ("/configuration/tenants/k", "write", "/configuration/tenants/k/oauth_clients", 'w'),
    ("/audit", "read", "/audit", 'r'),
    ("/audit", "read", "/configuration/alerting", '-'),
    ("", "write", "/configuration/alerting/../aaa", '-'),
    ("", "write", "/configuration//aaa", '-'),
    ("", "write", "/configuration/alerting/", '-'),
    // Names lead to what is granted below them; collections and objects don't.
    ("/configuration/aaa/local_database/users", "write", "/configuration/aaa/local_database", 'r'),
    ("/configuration/aaa/local_database/users", "write", "/configuration/aaa", 'r'),
    ("/configuration/aaa/local_database/users", "write", "/configuration", 'r'),
    ("/configuration/aaa/local_database/users", "write", "/configuration/aaa/acls", '-'),
    ("/configuration/aaa/local_database/users", "write", "/configuration/alerting", '-'),
    ("/configuration/aaa/local_database/users/k", "write", "/configuration/aaa/local_database/users", '-'),
    ("/configuration/tenants/k/oauth_clients", "write", "/configuration/tenants/k", '-'),
    ("/configuration/tenants/k/oauth_clients", "write", "/configuration/tenants", '-'),
    ("/configuration/x509/tenant_cas/k", "read", "/configuration/x509", 'r'),
    ("/configuration/x509/tenant_cas/k", "read", "/configuration/x509/tenant_cas", '-'),
    // Trust stores: by themselves.
    ("/configuration/trust_stores", "write", "/configuration/trust_stores/k", 'w'),
    ("/configuration/trust_stores", "read", "/configuration/trust_stores/k", 'r'),
    ("/configuration/trust_stores/k", "write", "/configuration/trust_stores/k", 'w'),
    ("/configuration/trust_stores/k", "write", "/configuration/trust_stores", '-'),
    ("/configuration", "write", "/configuration/trust_stores", 'w'),
    // By what refers to them: to read, at any level of the referrer's.
    ("/configuration/aaa/settings", "read", "/configuration/trust_stores", 'r'),
    ("/configuration/aaa/settings", "write", "/configuration/trust_stores/k", 'r'),
    ("/configuration/aaa", "write", "/configuration/trust_stores/k", 'r'),
    ("/configuration/aaa/acls", "write", "/configuration/trust_stores", '-'),
    ("/configuration/management/email", "write", "/configuration/trust_stores/-7001", 'r'),
    ("/configuration/management/snmp", "write", "/configuration/trust_stores", '-'),
    ("/configuration/tenants", "write", "/configuration/trust_stores/k", 'r'),
    ("/configuration/tenants/k", "write", "/configuration/trust_stores/k", '-'),
    ("/configuration/alerting", "write", "/configuration/trust_stores", '-'),
    // The exception: exactly management gives its own level.
    ("/configuration/management", "write", "/configuration/trust_stores", 'w'),
    ("/configuration/management", "write", "/configuration/trust_stores/k", 'w'),
    ("/configuration/management", "read", "/configuration/trust_stores/k", 'r'),
    // The alias.
    ("/configuration/management/health_monitoring", "write", "/configuration/management/monitoring", 'w'),
    // The session's own.
    ("/audit", "read", "/transaction", 'r'),
    ("/configuration/alerting", "write", "/transaction", 'w'),
    ("/configuration/alerting", "write", "/transaction/changes", 'w'),
    ("/audit", "read", "/transactions", '-'),
];

#[test]
fn one_grant() {
    for (object, granted, path, expected) in TABLE {
        let grants = grants(&[(&format!("/api{object}"), granted)]);
        assert_eq!(level(&grants, &format!("/api{path}")), *expected, "{object} {granted}: {path}");
    }
}

#[test]
fn nothing_is_granted_to_nobody() {
    let none = Grants::default();
    assert!(!none.allows_any_write());
    for path in ["/api", "/api/audit", "/api/configuration", "/api/configuration/trust_stores", ""] {
        assert_eq!(level(&none, path), '-', "{path}");
    }
    assert_eq!(level(&none, "/api/transaction"), 'r');
    assert_eq!(level(&Grants::all(), "/api/configuration/trust_stores"), 'w');
}

#[test]
fn acls_add_up() {
    let groups: Vec<Group> = serde_json::from_value(json!([
        {"members": ["ann", "bob"], "name": "readers"},
        {"members": ["ann"], "name": "writers"},
    ]))
    .unwrap();
    let acls: Vec<Acl> = serde_json::from_value(json!([
        {"group": "writers", "objects": ["/api/configuration/management/monitoring"], "permission": "write"},
        {"group": "readers", "objects": ["/api/configuration/management/health_monitoring", "/api/audit"], "permission": "read"},
    ]))
    .unwrap();
    let level_of = |user: &str, path: &str| level(&Grants::of(user, &groups, &acls), path);
    let monitoring = "/api/configuration/management/health_monitoring";
    assert_eq!((level_of("ann", monitoring), level_of("ann", "/api/audit")), ('w', 'r'));
    assert_eq!((level_of("bob", monitoring), level_of("bob", "/api/audit")), ('r', 'r'));
    assert_eq!((level_of("eve", monitoring), level_of("eve", "/api/audit")), ('-', '-'));
    let ann = Grants::of("ann", &groups, &acls);
    assert!(ann.allows_any_write() && !Grants::of("bob", &groups, &acls).allows_any_write());
    // As the session's row keeps them.
    let stored = serde_json::to_value(&ann).unwrap();
    assert_eq!(stored, json!({"/api/audit": "read", monitoring: "write"}));
    assert_eq!(serde_json::from_value::<Grants>(stored).unwrap(), ann);
}
