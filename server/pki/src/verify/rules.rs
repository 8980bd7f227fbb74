//! What a certificate of a path must be besides what rustls-webpki looks at: one function for each rule.

use x509_parser::certificate::X509Certificate;

use super::Purpose;
use super::failure::ChainFailureReason as Reason;
use crate::ca_certificate;

/// Where in a path a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Leaf,
    Issuer,
    Anchor,
}

/// A broken rule, with its clause.
pub(super) type Broken = (Reason, &'static str);

struct Case<'a> {
    certificate: &'a X509Certificate<'a>,
    role: Role,
    purpose: &'a Purpose<'a>,
}

type Rule = fn(&Case<'_>) -> Option<Broken>;

const RULES: &[Rule] = &[usage_of_leaf, no_ca_usage_of_leaf, usage_of_issuer];

/// The rules a certificate breaks.
pub(super) fn broken(certificate: &X509Certificate<'_>, role: Role, purpose: &Purpose<'_>) -> Vec<Broken> {
    let case = Case { certificate, role, purpose };
    RULES.iter().filter_map(|rule| rule(&case)).collect()
}

/// The same for one that is not read yet.
pub(super) fn broken_by(der: &[u8], role: Role, purpose: &Purpose<'_>) -> Vec<Broken> {
    match ca_certificate::parse(der) {
        Ok(certificate) => broken(&certificate, role, purpose),
        Err(_) => vec![(Reason::Malformed, "the certificate is not well-formed X.509 in DER (RFC 5280 4.1)")],
    }
}

fn unless(good: bool, reason: Reason, detail: &'static str) -> Option<Broken> {
    (!good).then_some((reason, detail))
}

/// RFC 5280 4.2.1.3 and 4.2.1.12: what a key must be for where TLS uses it, if that is said at all.
fn usage_of_leaf(case: &Case<'_>) -> Option<Broken> {
    let usage = case.certificate.key_usage().ok()??.value;
    match case.purpose {
        Purpose::Client if case.role == Role::Leaf => unless(
            usage.digital_signature() || usage.key_agreement(),
            Reason::KeyUsage,
            "the key usage has neither digitalSignature nor keyAgreement, so the key is not for a TLS client (RFC 5280 4.2.1.3, 4.2.1.12)",
        ),
        Purpose::Server(_) if case.role == Role::Leaf => unless(
            usage.digital_signature() || usage.key_encipherment() || usage.key_agreement(),
            Reason::KeyUsage,
            "the key usage has none of digitalSignature, keyEncipherment and keyAgreement, so the key is not for a TLS server (RFC 5280 4.2.1.3, 4.2.1.12)",
        ),
        _ => None,
    }
}

/// RFC 5280 4.2.1.9.
fn no_ca_usage_of_leaf(case: &Case<'_>) -> Option<Broken> {
    let usage = case.certificate.key_usage().ok()??.value;
    unless(
        case.role != Role::Leaf || !usage.key_cert_sign() || case.certificate.is_ca(),
        Reason::KeyUsage,
        "the key usage has keyCertSign, but the certificate is no CA's (RFC 5280 4.2.1.9)",
    )
}

/// RFC 5280 4.2.1.3.
fn usage_of_issuer(case: &Case<'_>) -> Option<Broken> {
    let usage = case.certificate.key_usage().ok()??.value;
    unless(
        case.role == Role::Leaf || usage.key_cert_sign(),
        Reason::KeyUsage,
        "a CA's key usage has no keyCertSign (RFC 5280 4.2.1.3)",
    )
}
