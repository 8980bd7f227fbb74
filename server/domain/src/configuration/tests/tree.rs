//! Which path is what.

use crate::configuration::{Kind, canonical, siblings, tree};

#[test]
fn kinds() {
    let of = |path: &str| Kind::of(&format!("/api/configuration{path}"));
    for (path, kind) in [
        ("/aaa/acls", Kind::Acls),
        ("/aaa/settings", Kind::AaaSettings),
        ("/aaa/local_database/users/k", Kind::Users),
        ("/aaa/local_database/groups/k", Kind::Groups),
        ("/alerting/system_alerts", Kind::SystemAlerts),
        ("/alerting/traffic_alerts", Kind::TrafficAlerts),
        ("/datetime/ntp_servers", Kind::NtpServers),
        ("/datetime/timezone", Kind::Timezone),
        ("/management/accounting", Kind::Accounting),
        ("/management/email", Kind::Email),
        ("/management/health_monitoring", Kind::HealthMonitoring),
        ("/management/monitoring", Kind::HealthMonitoring),
        ("/management/snmp/trap", Kind::SnmpTrap),
        ("/tenants/k", Kind::Tenants),
        ("/tenants/k/integration_keys/k", Kind::IntegrationKeys),
        ("/tenants/k/oauth_clients/k", Kind::OauthClients),
        ("/trust_stores/-7001", Kind::TrustStores),
    ] {
        assert_eq!(of(path), Some(kind), "{path}");
    }
    for path in [
        "",
        "/",
        "/aaa",
        "/aaa/acls/",
        "/aaa/acls/0",
        "/aaa/local_database/users",
        "/aaa/local_database/users/",
        "/aaa/local_database/users/k/k",
        "/management/snmp",
        "/tenants",
        "/tenants/k/oauth_clients",
        "/tenants/k/clients/k",
        "/tenants//oauth_clients/k",
        "/tenants//integration_keys/k",
        "/integration_keys/k",
        "/oauth_clients/k",
        "/x509/platform_ca",
    ] {
        assert_eq!(of(path), None, "{path}");
    }
}

#[test]
fn children_are_in_order_and_exist() {
    for path in [
        "",
        "/aaa",
        "/aaa/local_database",
        "/alerting",
        "/datetime",
        "/management",
        "/management/snmp",
        "/x509",
        "/tenants/k",
    ] {
        let path = format!("/api/configuration{path}");
        let children = siblings(&path).unwrap();
        assert!(children.is_sorted(), "{path}");
        for child in children {
            assert!(tree::exists(&format!("{path}/{child}")), "{path}/{child}");
        }
    }
    for path in ["/api", "/api/configuration/", "/api/configuration/tenants", "/api/configuration/aaa/acls"] {
        assert_eq!(siblings(path), None, "{path}");
    }
    assert!(!siblings("/api/configuration/management").unwrap().contains(&"monitoring"));
}

#[test]
fn the_alias() {
    let monitoring = "/api/configuration/management/health_monitoring";
    assert_eq!(canonical("/api/configuration/management/monitoring"), monitoring);
    assert_eq!(canonical(monitoring), monitoring);
    assert!(tree::exists("/api/configuration/management/monitoring"));
}
