//! Rules about keys, serial numbers, and how extensions are written.

use x509_parser::extensions::X509Extension;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_SIG_ED25519,
    OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
    OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_INHIBIT_ANY_POLICY, OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_NAME_CONSTRAINTS, OID_X509_EXT_POLICY_CONSTRAINTS, OID_X509_EXT_POLICY_MAPPINGS,
    OID_X509_EXT_SUBJECT_ALT_NAME, Oid,
};
use x509_parser::public_key::PublicKey;

use super::{Broken, Case, Reason, unless};

/// What a verdict depends on.
const DECIDING: &[Oid<'_>] = &[
    OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_SUBJECT_ALT_NAME,
    OID_X509_EXT_BASIC_CONSTRAINTS,
    OID_X509_EXT_NAME_CONSTRAINTS,
    OID_X509_EXT_EXTENDED_KEY_USAGE,
];

/// What RFC 5280 6.1 knows of besides. Policies are not asked for, and neither is where lists are.
const KNOWN: &[Oid<'_>] = &[
    OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
    OID_X509_EXT_CERTIFICATE_POLICIES,
    OID_X509_EXT_POLICY_MAPPINGS,
    OID_X509_EXT_POLICY_CONSTRAINTS,
    OID_X509_EXT_INHIBIT_ANY_POLICY,
];

/// RSA keys of which nobody knows one that was broken (BR 6.1.5, NIST SP 800-57).
const MIN_RSA_BITS: usize = 2048;

fn is_malformed(extension: &X509Extension<'_>) -> bool {
    extension.parsed_extension().error().is_some()
}

/// An extension that can't be read restricts something, but who knows what.
pub(super) fn readable(case: &Case<'_>) -> Option<Broken> {
    let mut deciding = case.certificate.extensions().iter().filter(|it| DECIDING.contains(&it.oid));
    unless(
        !deciding.any(is_malformed),
        Reason::Malformed,
        "an extension has a malformed value (RFC 5280 4.2)",
    )
}

/// The same for those that decide nothing.
pub(super) fn readable_throughout(case: &Case<'_>) -> Option<Broken> {
    let malformed = case.certificate.extensions().iter().any(is_malformed);
    unless(!malformed, Reason::Malformed, "an extension has a malformed value (RFC 5280 4.2)")
}

/// "A certificate-using system MUST reject the certificate if it encounters a critical extension it does not recognize":
/// webpki does so below anchors.
pub(super) fn understood(case: &Case<'_>) -> Option<Broken> {
    let mut critical = case.certificate.extensions().iter().filter(|extension| extension.critical);
    unless(
        critical
            .all(|it| is_malformed(it) || !it.parsed_extension().unsupported() || KNOWN.contains(&it.oid)),
        Reason::Unsupported,
        "a critical extension is not understood (RFC 5280 4.2)",
    )
}

/// Neither a key that others can find out, nor one that nothing here can check a signature by.
pub(super) fn key(case: &Case<'_>) -> Option<Broken> {
    const UNSUPPORTED: Broken = (
        Reason::Unsupported,
        "the key is of an unsupported kind: it must be RSA, EC on P-256, P-384 or P-521 by name, or Ed25519 (RFC 5480 2.1.1)",
    );
    let spki = case.certificate.public_key();
    let algorithm = &spki.algorithm;
    if algorithm.algorithm == OID_SIG_ED25519 {
        return None;
    }
    if algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
        let known =
            curve.is_some_and(|curve| [OID_EC_P256, OID_NIST_EC_P384, OID_NIST_EC_P521].contains(&curve));
        return (!known).then_some(UNSUPPORTED);
    }
    match spki.parsed() {
        Ok(PublicKey::RSA(key)) => unless(
            bits(key.modulus) >= MIN_RSA_BITS,
            Reason::WeakKey,
            "the RSA key has less than 2048 bits (BR 6.1.5)",
        ),
        _ => Some(UNSUPPORTED),
    }
}

/// BR 6.1.5: "modulus size, when encoded, is at least 2048 bits; and the modulus size, in bits, is evenly divisible by 8".
pub(super) fn whole_octets(case: &Case<'_>) -> Option<Broken> {
    let Ok(PublicKey::RSA(key)) = case.certificate.public_key().parsed() else { return None };
    unless(
        bits(key.modulus).is_multiple_of(8),
        Reason::NonConforming,
        "the RSA key's size in bits is not divisible by 8 (BR 6.1.5)",
    )
}

fn bits(number: &[u8]) -> usize {
    let number: &[u8] =
        number.iter().position(|byte| *byte != 0).and_then(|at| number.get(at..)).unwrap_or(&[]);
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// "MUST be a positive integer", "conforming CAs MUST NOT use serialNumber values longer than 20 octets".
pub(super) fn serial_number(case: &Case<'_>) -> Option<Broken> {
    let serial = case.certificate.raw_serial();
    let positive =
        serial.first().is_some_and(|first| first & 0x80 == 0) && serial.iter().any(|byte| *byte != 0);
    unless(
        positive && serial.len() <= 20,
        Reason::NonConforming,
        "the serial number is not positive, or has more than 20 octets (RFC 5280 4.1.2.2)",
    )
}

/// "MUST mark the extension as critical in such certificates".
pub(super) fn critical_basic_constraints(case: &Case<'_>) -> Option<Broken> {
    unless(
        case.is_critical(&OID_X509_EXT_BASIC_CONSTRAINTS),
        Reason::NonConforming,
        "the CA's basicConstraints are not critical (RFC 5280 4.2.1.9)",
    )
}

/// "Conforming CAs MUST mark this extension as critical."
pub(super) fn critical_policy_constraints(case: &Case<'_>) -> Option<Broken> {
    let extension = case.extension(&OID_X509_EXT_POLICY_CONSTRAINTS)?;
    unless(
        extension.critical,
        Reason::NonConforming,
        "the CA's policy constraints are not critical (RFC 5280 4.2.1.11)",
    )
}
