//! What must be true between objects: a configuration that keeps every rule, and each rule broken once.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{KEY, good, set};
use crate::configuration::{Kind, Snapshot};

const USERS: &str = "/api/configuration/aaa/local_database/users";
const GROUPS: &str = "/api/configuration/aaa/local_database/groups";
const ACLS: &str = "/api/configuration/aaa/acls";
const TENANTS: &str = "/api/configuration/tenants";
const STORES: &str = "/api/configuration/trust_stores";

fn consistent() -> Snapshot {
    let mut whole = Snapshot::default();
    for (path, kind) in [
        (format!("{USERS}/u1"), Kind::Users),
        (format!("{GROUPS}/g1"), Kind::Groups),
        (ACLS.to_owned(), Kind::Acls),
        ("/api/configuration/aaa/settings".to_owned(), Kind::AaaSettings),
        ("/api/configuration/datetime/ntp_servers".to_owned(), Kind::NtpServers),
        ("/api/configuration/management/email".to_owned(), Kind::Email),
        (format!("{STORES}/{KEY}"), Kind::TrustStores),
        (format!("{TENANTS}/t1"), Kind::Tenants),
        (format!("{TENANTS}/t1/integration_keys/k1"), Kind::IntegrationKeys),
        (format!("{TENANTS}/t1/oauth_clients/c1"), Kind::OauthClients),
    ] {
        whole.0.insert(path, good(kind));
    }
    whole.0.insert(format!("{GROUPS}/g2"), json!({"members": [], "name": "auditors"}));
    whole
}

#[test]
fn a_consistent_configuration() {
    assert_eq!(consistent().inconsistencies(), []);
    assert_eq!(consistent().lockout(|_| true), []);
    assert_eq!(Snapshot::default().inconsistencies(), []);
    let whole = consistent();
    assert_eq!(
        whole.users().map(|(path, user)| format!("{path} {}", user.name)).collect::<Vec<_>>(),
        [format!("{USERS}/u1 admin")]
    );
    assert_eq!((whole.groups().count(), whole.acls().len(), whole.tenants().count()), (2, 2, 1));
    assert_eq!((whole.oauth_clients().count(), whole.trust_stores().count()), (1, 1));
    assert_eq!(whole.integration_keys().count(), 1);
}

/// At which path which pointer gets which value; a value `copy:PATH` copies an object there.
const BROKEN: &[(&str, &str, &str)] = &[
    ("/aaa/local_database/users/u2", "", "\"copy:/aaa/local_database/users/u1\""),
    ("/aaa/local_database/groups/g2", "/name", "\"admins\""),
    ("/aaa/local_database/groups/g1", "/members/-", "\"nobody\""),
    ("/aaa/local_database/groups/g1", "/members/-", "\"admin\""),
    ("/aaa/acls", "/1/group", "\"nobodies\""),
    ("/aaa/acls", "/0/objects/-", "\"/api\""),
    ("/aaa/acls", "/-", r#"{"group": "admins", "objects": [], "permission": "write"}"#),
    ("/aaa/settings", "/trust_store", "\"00000000-0000-0000-0000-000000000000\""),
    ("/management/email", "/smtp_encryption/trust_store", "\"-7002\""),
    ("/tenants/t1", "/trust_stores/1", "\"-7002\""),
    ("/tenants/t1", "/trust_stores/-", "\"-7001\""),
    (
        "/tenants/t1",
        "/external_issuers/-",
        r#"{"audience": "vouchsafe", "clock_leeway_seconds": 0, "issuer": "https://issuer.example.com/"}"#,
    ),
    ("/tenants/t2", "", "\"copy:/tenants/t1\""),
    ("/tenants/t1/integration_keys/k2", "", "\"copy:/tenants/t1/integration_keys/k1\""),
    ("/tenants/t9/integration_keys/k2", "", r#"{"client_certificates": false, "name": "Gateway 1"}"#),
    ("/tenants/t1/oauth_clients/c2", "", "\"copy:/tenants/t1/oauth_clients/c1\""),
    ("/tenants/t9/oauth_clients/c2", "", r#"{"client_id": "other", "scopes": []}"#),
    ("/tenants/t1/oauth_clients/c1", "/scopes/-", "\"tenant:basic-credentials:read\""),
    ("/trust_stores/s2", "", "\"copy:/trust_stores/0b4e7a0e-5f0a-4c5b-8e0e-3c2d1b0a9f8e\""),
    ("/trust_stores/0b4e7a0e-5f0a-4c5b-8e0e-3c2d1b0a9f8e", "/name", "\"Built-in\""),
    ("/trust_stores/0b4e7a0e-5f0a-4c5b-8e0e-3c2d1b0a9f8e", "/crl_urls/-", "\"http://crl.it/sec\""),
    ("/trust_stores/0b4e7a0e-5f0a-4c5b-8e0e-3c2d1b0a9f8e", "/authorities/-", "\"copy:/authorities/0\""),
    ("/datetime/ntp_servers", "/-", r#"{"selection": "fqdn", "value": "NTP.example.com"}"#),
    ("/datetime/ntp_servers", "/-", r#"{"selection": "ip", "value": "2001:DB8:0::1"}"#),
];

#[test]
fn each_rule_broken_once() {
    let mut table = String::new();
    for (path, pointer, value) in BROKEN {
        let mut whole = consistent();
        let path = format!("/api/configuration{path}");
        let value: Value = serde_json::from_str(value).unwrap();
        let value = match value.as_str().and_then(|text| text.strip_prefix("copy:")) {
            Some(inner) if inner.starts_with("/authorities") => {
                whole.0[&path].pointer(inner).unwrap().clone()
            }
            Some(other) => whole.0[&format!("/api/configuration{other}")].clone(),
            None => value,
        };
        set(whole.0.entry(path.clone()).or_default(), pointer, value);
        // Only the rules between objects are broken.
        assert!(Kind::of(&path).unwrap().parse(whole.0[&path].clone()).is_ok(), "{path}");
        let found = whole.inconsistencies();
        assert!(!found.is_empty(), "{path}{pointer}");
        for finding in found {
            writeln!(table, "{finding}").unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn two_tenants_may_trust_one_issuer_for_two_audiences() {
    let mut whole = consistent();
    let mut other = good(Kind::Tenants);
    set(&mut other, "/id", json!("other"));
    set(&mut other, "/external_issuers/0/audience", json!("other"));
    set(&mut other, "/external_issuers/1/audience", json!("other"));
    whole.0.insert(format!("{TENANTS}/t2"), other);
    assert_eq!(whole.inconsistencies(), []);
}

#[test]
fn somebody_must_be_left() {
    for (path, pointer, value, locked) in [
        (ACLS, "/0/permission", json!("read"), true),
        (ACLS, "/0/objects/0", json!("/api/configuration/aaa/acls"), true),
        (ACLS, "/0/objects/0", json!("/api/configuration/management"), true),
        (ACLS, "/0/objects/0", json!("/api/configuration/aaa"), false),
        (ACLS, "/0/group", json!("auditors"), true),
        (&format!("{GROUPS}/g1"), "/members", json!([]), true),
        (&format!("{USERS}/u1"), "/name", json!("other"), true),
    ] {
        let mut whole = consistent();
        set(whole.0.get_mut(path).unwrap(), pointer, value.clone());
        assert_eq!(!whole.lockout(|_| true).is_empty(), locked, "{path}{pointer} {value}");
    }
    insta::assert_snapshot!(Snapshot::default().lockout(|_| true)[0], @"/api/configuration/aaa/acls nobody could change users, groups and ACLs any more: keep a user who can log in, in a group that may write /api/configuration/aaa");
}
