//! What each kind of body may say.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{KEY, KINDS, good, remove, set};
use crate::{
    TenantId,
    configuration::{
        EncryptionSelection, HealthMonitoring, Kind, ServerAddress, SnmpTrap, SnmpVersion, SystemAlert,
        SystemAlerts, Tenant, TrafficAlert, TrafficAlerts, TrustStore,
    },
};

#[test]
fn good_bodies_are_stored_as_they_are() {
    for kind in KINDS {
        assert_eq!(kind.parse(good(kind)).unwrap().body, good(kind), "{kind:?}");
        assert_eq!(kind.default_body().is_none(), kind.is_collection(), "{kind:?}");
        if let Some(default) = kind.default_body() {
            assert_eq!(kind.parse(default.clone()).unwrap().body, default, "{kind:?}");
        }
    }
}

#[test]
fn defaults() {
    let defaults: Vec<String> = KINDS
        .into_iter()
        .filter(|kind| !matches!(kind, Kind::SystemAlerts | Kind::TrafficAlerts))
        .filter_map(|kind| kind.default_body().map(|body| format!("{kind:?} {body}")))
        .collect();
    insta::assert_snapshot!(defaults.join("\n"));
}

#[test]
fn alerts_are_exactly_the_documented_ones() {
    let names = |body: Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    insta::assert_snapshot!(names(good(Kind::SystemAlerts)), @"xcbAlert xcbArchiveFailed xcbBackupFailed xcbBruteForceAttempt xcbConfigChange xcbDBError xcbDiskFull xcbError xcbFirmwareTainted xcbHWError xcbHaNodeChanged xcbLicenseAlmostExpired xcbLimitReached xcbLoadAvgHigh xcbLogin xcbLoginFailure xcbLogout xcbRaidStatus xcbSwapFull xcbTimeSyncLost xcbTimestampError");
    insta::assert_snapshot!(names(good(Kind::TrafficAlerts)), @"scbAuthFailure scbAuthSuccess scbChannelDenied scbConnectionDenied scbConnectionFailed scbConnectionTimedout scbCredStoreClosed scbCredStoreDecryptError scbCredStoreUnlockFailure scbGWAuthFailure scbGWAuthSuccess scbProtocolViolation scbRealTimeAlert scbSshHostKeyLearned scbSshHostKeyMismatch scbUserMappingFailure");
    let mut body = good(Kind::SystemAlerts);
    set(&mut body, "/xcbLogin/snmp", json!(true));
    let alerts: SystemAlerts = serde_json::from_value(body).unwrap();
    assert!(alerts.get(SystemAlert::Login).snmp && !alerts.get(SystemAlert::Logout).snmp);
    assert!(!TrafficAlerts::default().get(TrafficAlert::AuthFailure).email);
}

/// What is set in a good body, one at a time, and must be refused. Values that nobody may see again say `hunter2`.
const BAD: &[(Kind, &str, &str)] = &[
    (Kind::Acls, "", r#"{"hunter2": 1}"#),
    (Kind::Acls, "/0/group", r#""a:b""#),
    (Kind::Acls, "/0/objects", r#""/api""#),
    (Kind::Acls, "/0/objects/-", r#""/api/configuration/hunter2""#),
    (Kind::Acls, "/0/objects/-", r#""/api/""#),
    (Kind::Acls, "/0/objects/-", r#""/apis""#),
    (Kind::Acls, "/0/objects/-", r#""/api/transaction""#),
    (Kind::Acls, "/0/objects/-", r#""/api/configuration/aaa/../x509""#),
    (Kind::Acls, "/1/permission", r#""hunter2""#),
    (Kind::AaaSettings, "/session/inactivity_minutes", "0"),
    (Kind::AaaSettings, "/session/inactivity_minutes", "1441"),
    (Kind::AaaSettings, "/session/inactivity_minutes", "20.5"),
    (Kind::AaaSettings, "/session/inactivity_minutes", "70000"),
    (Kind::AaaSettings, "/session/inactivity_minutes", "-1"),
    (Kind::AaaSettings, "/lockout", "null"),
    (Kind::AaaSettings, "/trust_store", r#""hunter2""#),
    (Kind::AaaSettings, "/trust_store", "7"),
    (Kind::AaaSettings, "/trust_store", r#"{"key": "-7001", "meta": {"href": "/hunter2"}}"#),
    (Kind::AaaSettings, "/trust_store", r#"{"key": "-7001"}"#),
    (Kind::Users, "/name", r#""hunter2@example.com""#),
    (Kind::Users, "/name", r#""""#),
    (Kind::Users, "/secret", r#""hunter2""#),
    (Kind::Users, "/a~b", "1"),
    (Kind::Groups, "/members/-", "true"),
    (Kind::Groups, "/name", r#""""#),
    (Kind::SystemAlerts, "/xcbLogin/sms", "true"),
    (Kind::SystemAlerts, "/scbAuthFailure", r#"{"email": true, "snmp": true}"#),
    (Kind::TrafficAlerts, "/scbAuthFailure/email", r#""hunter2""#),
    (Kind::NtpServers, "/0/value", r#""ntp.example.com""#),
    (Kind::NtpServers, "/0/value", r#""192.0.2.0/24""#),
    (Kind::NtpServers, "/0/value", r#""[2001:db8::1]""#),
    (Kind::NtpServers, "/2/value", r#""192.0.2.1""#),
    (Kind::NtpServers, "/2/value", r#""192.0.2.256""#),
    (Kind::NtpServers, "/2/value", r#""ntp..example.com""#),
    (Kind::NtpServers, "/2/value", r#""under_score.example.com""#),
    (Kind::NtpServers, "/2/selection", r#""hunter2""#),
    (Kind::NtpServers, "/0/port", "123"),
    (Kind::Timezone, "", r#""america/new_york""#),
    (Kind::Timezone, "", r#""Mars/Olympus_Mons""#),
    (Kind::Timezone, "", "null"),
    (Kind::Accounting, "/require_commitlog", "1"),
    (Kind::Email, "/admin_address", r#""hunter2""#),
    (Kind::Email, "/admin_address", r#""a b@example.com""#),
    (Kind::Email, "/admin_address", r#""a@example.com\r\nBcc: b@example.com""#),
    (Kind::Email, "/admin_address", r#"".a@example.com""#),
    (Kind::Email, "/smtp_auth/username", "null"),
    (Kind::Email, "/smtp_auth/username", r#""hunter\u00002""#),
    (Kind::Email, "/smtp_encryption/selection", r#""disabled""#),
    (Kind::Email, "/smtp_encryption/trust_store", "null"),
    (Kind::Email, "/smtp_server/port", "0"),
    (Kind::Email, "/smtp_server/port", "65536"),
    (Kind::HealthMonitoring, "/maximum_disk_utilization_ratio", "0"),
    (Kind::HealthMonitoring, "/maximum_disk_utilization_ratio", "101"),
    (Kind::HealthMonitoring, "/maximum_load1", "0"),
    (Kind::HealthMonitoring, "/maximum_load1", "-0.1"),
    (Kind::HealthMonitoring, "/maximum_load1", r#""8""#),
    (Kind::SnmpTrap, "/version/selection", "3"),
    (Kind::SnmpTrap, "/version/selection", r#""2c""#),
    (Kind::SnmpTrap, "/version/value/engine_id", r#""0x800001F88""#),
    (Kind::SnmpTrap, "/version/value/engine_id", r#""80001F8804""#),
    (Kind::SnmpTrap, "/version/value/engine_id", r#""0x80001F88""#),
    (Kind::SnmpTrap, "/version/value/engine_id", r#""0x80001F880g""#),
    (Kind::SnmpTrap, "/version/value/username", r#""123456789012345678901234567890123""#),
    (Kind::SnmpTrap, "/version/value/auth_method", r#""disabled""#),
    (Kind::Tenants, "/id", r#""platform""#),
    (Kind::Tenants, "/id", r#""Acme""#),
    (Kind::Tenants, "/name", r#""""#),
    (Kind::Tenants, "/name", r#""a\nb""#),
    (Kind::Tenants, "/external_issuers/0/issuer", r#""http://issuer.example.com""#),
    (Kind::Tenants, "/external_issuers/0/issuer", r#""http://127.0.0.1.example.com""#),
    (Kind::Tenants, "/external_issuers/0/issuer", r#""https://user:hunter2@issuer.example.com""#),
    (Kind::Tenants, "/external_issuers/0/issuer", r#""https://issuer.example.com/?a""#),
    (Kind::Tenants, "/external_issuers/0/issuer", r##""https://issuer.example.com/#""##),
    (Kind::Tenants, "/external_issuers/0/issuer", r#""ftp://localhost""#),
    (Kind::Tenants, "/external_issuers/0/issuer", r#""issuer""#),
    (Kind::Tenants, "/external_issuers/0/clock_leeway_seconds", "301"),
    (Kind::Tenants, "/certificate_profile/ca_key_type", r#""rsa-4096""#),
    (Kind::Tenants, "/certificate_profile/default_key_type", r#""hunter2""#),
    (Kind::Tenants, "/certificate_profile/default_ttl", "0"),
    (Kind::Tenants, "/certificate_profile/default_ttl", "86401"),
    (Kind::Tenants, "/password_rules/minimum_length", "73"),
    (Kind::Tenants, "/lockout/failures", "1001"),
    (Kind::Tenants, "/lockout/duration_seconds", "0"),
    (Kind::IntegrationKeys, "/name", r#""""#),
    (Kind::IntegrationKeys, "/name", r#""hunter2\n""#),
    (Kind::IntegrationKeys, "/client_certificates", r#""hunter2""#),
    (Kind::OauthClients, "/client_id", r#""é""#),
    (Kind::OauthClients, "/scopes/-", r#""hunter2""#),
    (Kind::TrustStores, "/trust_store_type", r#""built-in""#),
    (Kind::TrustStores, "/revocation_check", r#""none""#),
    (Kind::TrustStores, "/crl_urls", "[]"),
    (Kind::TrustStores, "/crl_urls/0", r#""ldap://crl.it/sec""#),
    (Kind::TrustStores, "/crl_urls/0", r#""http:crl.it/sec""#),
    (Kind::TrustStores, "/crl_urls/0", r#""http:///sec""#),
    (Kind::TrustStores, "/crl_urls/0", r#""http://@crl.it/sec""#),
    (Kind::TrustStores, "/crl_urls/0", r#""http://crl.it/s ec""#),
    (Kind::TrustStores, "/crl_urls/0", r##""http://crl.it/sec#a""##),
    (Kind::TrustStores, "/authorities/-", "{}"),
];

#[test]
fn bad_values_are_refused() {
    let mut table = String::new();
    for (kind, pointer, value) in BAD {
        let mut body = good(*kind);
        set(&mut body, pointer, serde_json::from_str(value).unwrap());
        write!(table, "{kind:?} {pointer} {value}:").unwrap();
        match kind.parse(body) {
            Ok(_) => table.push_str(" ACCEPTED\n"),
            Err(findings) => {
                for finding in findings {
                    assert!(!finding.message.contains("hunter2"), "{finding:?}");
                    write!(table, " [{finding}]").unwrap();
                }
                table.push('\n');
            }
        }
    }
    assert!(!table.contains("ACCEPTED"), "{table}");
    insta::assert_snapshot!(table);
}

#[test]
fn every_member_is_required_but_a_few() {
    let mut optional = Vec::new();
    for kind in KINDS {
        let mut pointers = Vec::new();
        members(&good(kind), "", &mut pointers);
        for pointer in pointers {
            let mut body = good(kind);
            remove(&mut body, &pointer);
            match kind.parse(body) {
                Ok(_) => optional.push(format!("{kind:?} {pointer}")),
                Err(found) => assert_eq!(
                    found.iter().map(|finding| (&*finding.path, &*finding.message)).collect::<Vec<_>>(),
                    [(
                        &*pointer,
                        if pointer == "/smtp_auth/username" {
                            "is required where smtp_auth is enabled"
                        } else {
                            "is required"
                        }
                    )]
                ),
            }
        }
    }
    assert_eq!(
        optional,
        [
            "Email /smtp_encryption/trust_store",
            "Email /smtp_server/port",
            "SnmpTrap /version/value/server/port"
        ]
    );
}

fn members(value: &Value, at: &str, pointers: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            pointers.extend(members.keys().map(|name| format!("{at}/{name}")));
            members.iter().map(|(name, value)| (format!("{at}/{name}"), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(i, value)| (format!("{at}/{i}"), value)).collect()
        }
        _ => Vec::new(),
    };
    below.iter().for_each(|(at, value)| members(value, at, pointers));
}

#[test]
fn everything_is_found_at_once() {
    let mut body = good(Kind::Tenants);
    set(&mut body, "/id", json!("-"));
    set(&mut body, "/external_issuers/1/audience", json!(""));
    set(&mut body, "/lockout/failures", json!("hunter2"));
    set(&mut body, "/trust_stores/0", json!(null));
    remove(&mut body, "/name");
    let paths: Vec<String> =
        Kind::Tenants.parse(body).unwrap_err().into_iter().map(|finding| finding.path).collect();
    assert_eq!(
        paths,
        ["/external_issuers/1/audience", "/id", "/lockout/failures", "/name", "/trust_stores/0"]
    );
}

#[test]
fn a_wrapper_is_named() {
    for kind in KINDS {
        let found = kind.parse(json!({"body": good(kind), "key": "a"})).unwrap_err();
        assert_eq!(
            found.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["/body is a wrapper: send the object itself, without the wrapper `body`"]
        );
    }
}

#[test]
fn references_come_back_as_they_are_read() {
    for kind in [Kind::AaaSettings, Kind::Email, Kind::Tenants] {
        let answer = kind.answer(good(kind));
        assert_ne!(answer, good(kind));
        assert_eq!(kind.parse(answer).unwrap().body, good(kind));
    }
    let href = format!("/api/configuration/trust_stores/{KEY}");
    assert_eq!(
        Kind::AaaSettings.answer(good(Kind::AaaSettings))["trust_store"],
        json!({"key": KEY, "meta": {"href": href}})
    );
    assert_eq!(Kind::Tenants.trust_stores(&good(Kind::Tenants)), [KEY, "-7001"]);
    assert_eq!(Kind::AaaSettings.trust_stores(&Kind::AaaSettings.default_body().unwrap()), [""; 0]);
    assert_eq!(Kind::TrustStores.answer(good(Kind::TrustStores)), good(Kind::TrustStores));
}

#[test]
fn typed_views() {
    let email: crate::configuration::Email = serde_json::from_value(good(Kind::Email)).unwrap();
    assert_eq!(email.smtp_encryption.selection, EncryptionSelection::Starttls);
    assert_eq!(
        (email.smtp_server.address.host().as_str(), email.smtp_server.port),
        ("mail.example.com", Some(587))
    );
    let servers: Vec<ServerAddress> = serde_json::from_value(good(Kind::NtpServers)).unwrap();
    assert!(matches!(servers[..], [ServerAddress::Ip(_), ServerAddress::Ip(_), ServerAddress::Fqdn(_)]));
    let trap: SnmpTrap = serde_json::from_value(good(Kind::SnmpTrap)).unwrap();
    let SnmpVersion::V3(v3) = trap.version else { panic!("version 3") };
    assert_eq!(v3.engine_id.to_bytes(), [0x80, 0, 0x1f, 0x88, 4]);
    let health: HealthMonitoring = serde_json::from_value(good(Kind::HealthMonitoring)).unwrap();
    assert_eq!(health.maximum_load5.map(|load| load.as_f64()), Some(0.5));
    let store: TrustStore = serde_json::from_value(good(Kind::TrustStores)).unwrap();
    assert_eq!(store.authorities[0].der().unwrap(), [0x30, 0x82, 0x03, 0x67, 0x30, 0x82]);
    // What is damaged is told without being repeated.
    let error = serde_json::from_value::<TrustStore>(json!("hunter2")).unwrap_err().to_string();
    assert_eq!(error, "must be an object, not a string");
}

#[test]
fn a_plain_tenant_keeps_every_rule() {
    let tenant = Tenant::plain(&TenantId::parse("default").unwrap(), None);
    let body = serde_json::to_value(&tenant).unwrap();
    assert_eq!(Kind::Tenants.parse(body.clone()).unwrap().body, body);
    insta::assert_snapshot!(body);
}

#[test]
fn limits_of_trust_stores() {
    let store = |count: usize| {
        let mut body = good(Kind::TrustStores);
        let urls: Vec<String> = (0..count).map(|number| format!("http://crl.it/{number}")).collect();
        set(&mut body, "/crl_urls", json!(urls));
        Kind::TrustStores.parse(body)
    };
    assert!(store(100).is_ok());
    assert_eq!(store(101).unwrap_err()[0].to_string(), "/crl_urls must not have more than 100 URLs");
}

#[test]
fn the_built_in_trust_store_as_it_is_read() {
    let body = json!({"name": "Built-in", "revocation_check": "none", "trust_store_type": "built-in"});
    let found = Kind::TrustStores.parse(body).unwrap_err();
    assert_eq!(
        found.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["/trust_store_type must be custom: a built-in trust store can't be made or edited"]
    );
}

#[test]
fn time_zones() {
    let accepted = |name: &str| Kind::Timezone.parse(json!(name)).is_ok();
    // Of every kind: areas, nested areas, links, fixed offsets.
    for name in ["UTC", "Europe/Budapest", "America/Argentina/Buenos_Aires", "US/Eastern", "Etc/GMT+12", "GB"]
    {
        assert!(accepted(name), "{name}");
    }
    for name in ["", "utc", "Europe", "Europe/", "../../etc/passwd", "posix/UTC"] {
        assert!(!accepted(name), "{name}");
    }
}
