//! What a certificate of a path must be besides what rustls-webpki looks at.
//!
//! Rules for everyone are what RFC 5280 asks of whoever relies on a certificate, and what keeps them safe. Rules for TLS
//! servers are what it and the CA/Browser Forum's Baseline Requirements (BR) ask of whoever issues to them: CAs that a
//! company runs for its own devices break them often, and harm nobody.

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, X509Extension};
use x509_parser::oid_registry::Oid;

use super::Purpose;
use super::failure::ChainFailureReason as Reason;
use crate::ca_certificate;

mod form;
mod identifiers;
mod names;
mod usages;

/// Where in a path a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Leaf,
    Issuer,
    Anchor,
}

/// A broken rule, with its clause.
pub(super) type Broken = (Reason, &'static str);

/// What a rule is asked about.
struct Case<'a> {
    certificate: &'a X509Certificate<'a>,
    role: Role,
    purpose: &'a Purpose<'a>,
}

/// Nothing if it is kept, or says nothing about such a certificate.
type Rule = fn(&Case<'_>) -> Option<Broken>;

const LEAF: &[Role] = &[Role::Leaf];
const CAS: &[Role] = &[Role::Issuer, Role::Anchor];
const BELOW_ANCHOR: &[Role] = &[Role::Leaf, Role::Issuer];
const ANCHOR: &[Role] = &[Role::Anchor];
const EACH: &[Role] = &[Role::Leaf, Role::Issuer, Role::Anchor];

const FOR_EVERYONE: &[(&[Role], Rule)] = &[
    (EACH, form::readable),
    (ANCHOR, form::understood),
    (EACH, form::key),
    (LEAF, usages::leaf),
    (LEAF, usages::of_leaf),
    (BELOW_ANCHOR, usages::extended),
    (LEAF, usages::no_ca),
    (CAS, usages::of_ca),
    (BELOW_ANCHOR, names::issuer),
    (LEAF, names::critical_without_subject),
    (LEAF, names::no_constraints),
    (CAS, names::constraints_not_empty),
];

const FOR_SERVERS: &[(&[Role], Rule)] = &[
    (EACH, form::readable_throughout),
    (EACH, form::whole_octets),
    (BELOW_ANCHOR, form::serial_number),
    (CAS, form::critical_basic_constraints),
    (CAS, form::critical_policy_constraints),
    (LEAF, usages::extended_of_leaf),
    (ANCHOR, usages::not_extended),
    (EACH, identifiers::not_critical),
    (EACH, identifiers::of_issuer),
    (CAS, identifiers::of_ca),
    (ANCHOR, identifiers::of_root),
    (CAS, names::critical_constraints),
    (CAS, names::constraints_on_hosts),
    (LEAF, names::not_critical_with_subject),
    (LEAF, names::hosts),
    (LEAF, names::common_names),
    (LEAF, names::no_public_suffix),
];

/// The rules a certificate breaks.
pub(super) fn broken(certificate: &X509Certificate<'_>, role: Role, purpose: &Purpose<'_>) -> Vec<Broken> {
    let case = Case { certificate, role, purpose };
    let for_servers = if matches!(purpose, Purpose::Server(_)) { FOR_SERVERS } else { &[] };
    let rules = FOR_EVERYONE.iter().chain(for_servers).filter(|(roles, _)| roles.contains(&role));
    rules.filter_map(|(_, rule)| rule(&case)).collect()
}

/// The same for one that is not read yet.
pub(super) fn broken_by(der: &[u8], role: Role, purpose: &Purpose<'_>) -> Vec<Broken> {
    match ca_certificate::parse(der) {
        Ok(certificate) => broken(&certificate, role, purpose),
        Err(_) => vec![(Reason::Malformed, "the certificate is not well-formed X.509 in DER (RFC 5280 4.1)")],
    }
}

fn unless(kept: bool, reason: Reason, detail: &'static str) -> Option<Broken> {
    (!kept).then_some((reason, detail))
}

impl<'a> Case<'a> {
    fn extension(&self, oid: &Oid<'_>) -> Option<&'a X509Extension<'a>> {
        self.certificate.extensions().iter().find(|extension| extension.oid == *oid)
    }

    fn is_critical(&self, oid: &Oid<'_>) -> bool {
        self.extension(oid).is_some_and(|extension| extension.critical)
    }

    fn has_subject(&self) -> bool {
        self.certificate.subject().iter_rdn().next().is_some()
    }

    fn is_self_issued(&self) -> bool {
        self.certificate.subject().as_raw() == self.certificate.issuer().as_raw()
    }

    fn alternative_names(&self) -> &'a [GeneralName<'a>] {
        let names = self.certificate.subject_alternative_name().ok().flatten();
        names.map_or(&[], |extension| &extension.value.general_names)
    }
}

#[cfg(test)]
mod tests {
    use super::{Role, broken_by};
    use crate::built_in_trust_anchors;
    use crate::verify::Purpose;

    /// The roots that browsers trust are good enough for servers, but for one.
    #[test]
    fn built_in_anchors() {
        let mut table = Vec::new();
        for anchor in built_in_trust_anchors() {
            for (reason, detail) in broken_by(anchor.certificate_der(), Role::Anchor, &Purpose::Server(None))
            {
                table.push(format!("{}: {reason:?}: {detail}", anchor.info().subject));
            }
            assert_eq!(broken_by(anchor.certificate_der(), Role::Anchor, &Purpose::Client), []);
        }
        let one = "C=TW/ST=None/L=None/O=TAIWAN-CA/OU=Root CA/CN=TWCA Global Root CA/emailAddress=None";
        let why = "NonConforming: the CA's certificate has no subject key identifier (RFC 5280 4.2.1.2)";
        assert_eq!(table, [format!("{one}: {why}")]);
    }
}
