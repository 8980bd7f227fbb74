//! The tree: which paths there are, what stands beside what, and what kind of thing a path is.

use super::Kind;

const ROOT: &str = "/api/configuration";
const TENANTS: &str = "/api/configuration/tenants";
const HEALTH_MONITORING: &str = "/api/configuration/management/health_monitoring";

/// Namespaces and their children, in ASCII order.
const NAMESPACES: &[(&str, &[&str])] = &[
    (ROOT, &["aaa", "alerting", "datetime", "management", "tenants", "trust_stores", "x509"]),
    ("/api/configuration/aaa", &["acls", "local_database", "settings"]),
    ("/api/configuration/aaa/local_database", &["groups", "users"]),
    ("/api/configuration/alerting", &["system_alerts", "traffic_alerts"]),
    ("/api/configuration/datetime", &["ntp_servers", "timezone"]),
    ("/api/configuration/management", &["accounting", "email", "health_monitoring", "snmp"]),
    ("/api/configuration/management/snmp", &["trap"]),
    ("/api/configuration/x509", &["platform_ca", "server_certificate", "tenant_cas"]),
];

/// The objects that are always there.
const SINGLETONS: &[(&str, Kind)] = &[
    ("/api/configuration/aaa/acls", Kind::Acls),
    ("/api/configuration/aaa/settings", Kind::AaaSettings),
    ("/api/configuration/alerting/system_alerts", Kind::SystemAlerts),
    ("/api/configuration/alerting/traffic_alerts", Kind::TrafficAlerts),
    ("/api/configuration/datetime/ntp_servers", Kind::NtpServers),
    ("/api/configuration/datetime/timezone", Kind::Timezone),
    ("/api/configuration/management/accounting", Kind::Accounting),
    ("/api/configuration/management/email", Kind::Email),
    (HEALTH_MONITORING, Kind::HealthMonitoring),
    ("/api/configuration/management/snmp/trap", Kind::SnmpTrap),
];

/// The collections whose path is fixed.
const COLLECTIONS: &[(&str, Kind)] = &[
    ("/api/configuration/aaa/local_database/groups", Kind::Groups),
    ("/api/configuration/aaa/local_database/users", Kind::Users),
    (TENANTS, Kind::Tenants),
    ("/api/configuration/trust_stores", Kind::TrustStores),
];

/// What is shown below `x509`: nothing there can be set.
const CERTIFICATES: &[&str] = &[
    "/api/configuration/x509/platform_ca",
    "/api/configuration/x509/server_certificate",
    "/api/configuration/x509/tenant_cas",
];

/// The path under which an object is stored and granted: `management/monitoring`, as the reference calls it, is
/// `management/health_monitoring`.
#[must_use]
pub fn canonical(path: &str) -> &str {
    if path == "/api/configuration/management/monitoring" { HEALTH_MONITORING } else { path }
}

/// The names of a namespace's children, in order; of a tenant those below it. `None` for any other path.
#[must_use]
pub fn siblings(path: &str) -> Option<&'static [&'static str]> {
    match item_of(path) {
        Some((TENANTS, _)) => Some(&["integration_keys", "oauth_clients"]),
        _ => NAMESPACES.iter().find(|(namespace, _)| *namespace == path).map(|(_, children)| *children),
    }
}

/// Whether the path only lists names.
pub(crate) fn is_namespace(path: &str) -> bool {
    path == "/api" || NAMESPACES.iter().any(|(namespace, _)| *namespace == path)
}

/// Whether there is or can be something at the path that a grant can be about.
pub(crate) fn exists(path: &str) -> bool {
    let path = canonical(path);
    path == "/api/audit"
        || is_namespace(path)
        || Kind::of(path).is_some()
        || collection(path).is_some()
        || CERTIFICATES.contains(&path)
        || item_of(path).is_some_and(|(parent, _)| parent == "/api/configuration/x509/tenant_cas")
}

impl Kind {
    /// The kind of the object at a path: `/api/configuration/trust_stores/<key>` is [`Kind::TrustStores`]. `None` for
    /// lists and for paths that don't exist.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let path = canonical(path);
        let single = SINGLETONS.iter().find(|(single, _)| *single == path).map(|(_, kind)| *kind);
        single.or_else(|| item_of(path).and_then(|(parent, _)| collection(parent)))
    }
}

/// The kind of a collection's items.
fn collection(path: &str) -> Option<Kind> {
    let of_tenant = |parent| item_of(parent).is_some_and(|(above, _)| above == TENANTS);
    match item_of(path) {
        Some((parent, "integration_keys")) if of_tenant(parent) => return Some(Kind::IntegrationKeys),
        Some((parent, "oauth_clients")) if of_tenant(parent) => return Some(Kind::OauthClients),
        _ => {}
    }
    COLLECTIONS.iter().find(|(collection, _)| *collection == path).map(|(_, kind)| *kind)
}

/// Parent and last segment, which is not empty.
fn item_of(path: &str) -> Option<(&str, &str)> {
    path.rsplit_once('/').filter(|(_, last)| !last.is_empty())
}
