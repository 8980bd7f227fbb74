//! Which rules the reference has, and which bodies that keep a rule can't be sent for other reasons.

use super::walk::Mutation;
use crate::{case::Plane, document::Operation, select::matches};

/// Whether the reference lacks the rule. What it has of the configuration's bodies, in chapters that are known as a
/// whole, is types, values and that nothing is left out.
pub(super) fn is_ours(operation: &Operation, mutation: &Mutation) -> bool {
    if operation.plane() == Plane::ClientCredentials {
        return false;
    }
    let known = ["/type", "/enum", "/required"].iter().any(|rule| mutation.pointer.ends_with(rule));
    match operation.id {
        "system_alerts_replace" | "traffic_alerts_replace" => !known,
        // How authorities are written is not known.
        "trust_stores_create" | "trust_stores_replace" => {
            !known || mutation.bodies.iter().any(|body| body.at.starts_with("/authorities"))
        }
        _ => true,
    }
}

/// Operation (any when empty), the case or its end after `*`, and why the body is not sent.
const EXCEPTIONS: [(&str, &str, &str); 19] = [
    ("basic_credentials_create", "username-shortest", "There are few, and none is ever free again."),
    ("basic_credentials_create", "password-shortest", "A tenant may demand longer ones."),
    ("basic_credentials_reset_password", "password-shortest", "A tenant may demand longer ones."),
    ("basic_credentials_verify", "client-address-*", "It must be an address."),
    ("x509_credentials_create", "csr-*", "It must be a certificate request."),
    ("", "certificates-item-*", "It must be a certificate."),
    ("", "authorities-item-*", "It must be a certificate."),
    ("acls_replace", "item-group-*", "There must be such a group."),
    ("acls_replace", "item-objects-item-longest", "There must be such an object."),
    ("", "members-item-*", "There must be such a user."),
    (
        "aaa_settings_replace",
        "lockout-initial-delay-seconds-greatest",
        "It must not be above the maximum delay.",
    ),
    ("ntp_servers_replace", "item-value-*", "It must be an address or a host name."),
    ("timezone_replace", "body-*", "There must be such a time zone."),
    ("email_replace", "*-address-longest", "It must have the form of an address."),
    ("email_replace", "smtp-server-value-*", "It must be an address or a host name."),
    ("snmp_trap_replace", "version-value-server-value-*", "It must be an address or a host name."),
    ("trust_stores_verify", "server-name-*", "It must be an address or a host name."),
    ("", "certificate-profile-maximum-ttl-just-above-the-minimum", "It must not be below the default."),
    ("oauth_clients_replace", "client-id-*", "It can't be changed."),
];

/// Why a body that keeps a rule is not sent.
pub(super) fn exception(operation: &str, what: &str) -> Option<&'static str> {
    let fits =
        |(of, glob, _): &&(&str, &str, &str)| (of.is_empty() || *of == operation) && matches(glob, what);
    EXCEPTIONS.iter().find(fits).map(|(_, _, reason)| *reason)
}

#[cfg(test)]
pub(super) fn exceptions() -> impl Iterator<Item = (&'static str, &'static str)> {
    EXCEPTIONS.into_iter().map(|(operation, what, _)| (operation, what))
}
