//! Secrets leave bodies before they are stored.

use serde_json::{Value, json};

use super::{good, set};
use crate::configuration::{Finding, Kind};

fn paths(findings: Vec<Finding>) -> Vec<String> {
    findings.into_iter().map(|finding| finding.path).collect()
}

#[test]
fn secrets_are_taken_out() {
    for (kind, pointer, name) in [
        (Kind::Users, "/password", "password"),
        (Kind::Email, "/smtp_auth/password", "password"),
        (Kind::SnmpTrap, "/version/value/auth_password", "auth_password"),
        (Kind::SnmpTrap, "/version/value/encryption_password", "encryption_password"),
    ] {
        let mut body = good(kind);
        set(&mut body, pointer, json!("hunter2hunter2"));
        let parsed = kind.parse(body).unwrap();
        assert_eq!(parsed.body, good(kind));
        assert_eq!(
            parsed.secrets.get(name).map(|secret| secret.expose().to_owned()),
            Some("hunter2hunter2".to_owned())
        );
        assert!(!format!("{parsed:?}").contains("hunter2"));
        assert!(kind.parse(good(kind)).unwrap().secrets.is_empty());
        for bad in [json!(null), json!(["hunter2"]), json!(""), json!("hunter2\u{0}"), json!("h".repeat(256))]
        {
            let mut body = good(kind);
            set(&mut body, pointer, bad);
            let found = kind.parse(body).unwrap_err();
            assert!(found.iter().all(|finding| !finding.message.contains("hunter2")), "{found:?}");
            assert_eq!(paths(found), [pointer]);
        }
    }
}

#[test]
fn lengths_of_passwords() {
    let accepted = |length: usize| {
        let mut body = good(Kind::Users);
        set(&mut body, "/password", json!("p".repeat(length)));
        Kind::Users.parse(body).is_ok()
    };
    assert_eq!([7, 8, 72, 73].map(accepted), [false, true, true, false]);
}

#[test]
fn a_community_string_version_has_no_passwords() {
    let mut body = Kind::SnmpTrap.default_body().unwrap();
    set(&mut body, "/version/value/auth_password", json!("hunter2hunter2"));
    assert_eq!(paths(Kind::SnmpTrap.parse(body).unwrap_err()), ["/version/value/auth_password"]);
}

#[test]
fn what_is_missing() {
    let missing = |kind: Kind, body: &Value, have: &[&str]| paths(kind.missing_secrets(body, have));
    assert_eq!(missing(Kind::Users, &good(Kind::Users), &[]), [""; 0]);
    let mut email = good(Kind::Email);
    assert_eq!(missing(Kind::Email, &email, &[]), ["/smtp_auth/password"]);
    assert_eq!(missing(Kind::Email, &email, &["password"]), [""; 0]);
    set(&mut email, "/smtp_auth/enabled", json!(false));
    assert_eq!(missing(Kind::Email, &email, &[]), [""; 0]);
    let mut trap = good(Kind::SnmpTrap);
    let (auth, encryption) = ("/version/value/auth_password", "/version/value/encryption_password");
    assert_eq!(missing(Kind::SnmpTrap, &trap, &[]), [auth, encryption]);
    assert_eq!(missing(Kind::SnmpTrap, &trap, &["auth_password"]), [encryption]);
    set(&mut trap, "/version/value/encryption_method", json!("disabled"));
    assert_eq!(missing(Kind::SnmpTrap, &trap, &[]), [auth]);
    assert_eq!(missing(Kind::SnmpTrap, &Kind::SnmpTrap.default_body().unwrap(), &[]), [""; 0]);
}
