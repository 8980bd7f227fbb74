//! Rules about what a key is for.

use x509_parser::extensions::KeyUsage;

use super::{Broken, Case, Purpose, Reason, unless};

fn usage<'a>(case: &Case<'a>) -> Option<&'a KeyUsage> {
    Some(case.certificate.key_usage().ok()??.value)
}

/// RFC 5280 4.2.1.3: a key is used as its certificate says, if it says that. What TLS uses it for is in 4.2.1.12.
pub(super) fn of_leaf(case: &Case<'_>) -> Option<Broken> {
    let usage = usage(case)?;
    match case.purpose {
        Purpose::Any => None,
        Purpose::Client => unless(
            usage.digital_signature() || usage.key_agreement(),
            Reason::KeyUsage,
            "the key usage has neither digitalSignature nor keyAgreement, so the key is not for a TLS client \
             (RFC 5280 4.2.1.3, 4.2.1.12)",
        ),
        Purpose::Server(_) => unless(
            usage.digital_signature() || usage.key_encipherment() || usage.key_agreement(),
            Reason::KeyUsage,
            "the key usage has none of digitalSignature, keyEncipherment and keyAgreement, so the key is not for a TLS \
             server (RFC 5280 4.2.1.3, 4.2.1.12)",
        ),
    }
}

/// A path ends at a CA; by its key somebody could issue certificates in the name of whoever it is taken for.
pub(super) fn leaf(case: &Case<'_>) -> Option<Broken> {
    unless(
        !case.certificate.is_ca(),
        Reason::CaAsLeaf,
        "the certificate is a CA's (basicConstraints CA:TRUE, RFC 5280 4.2.1.9)",
    )
}

/// "The certificate MUST only be used for one of the purposes indicated." What a CA's says bounds what is below it.
pub(super) fn extended(case: &Case<'_>) -> Option<Broken> {
    let usage = case.certificate.extended_key_usage().ok()??.value;
    let (kept, detail) = match case.purpose {
        Purpose::Any => return None,
        Purpose::Client => (
            usage.client_auth,
            "the extended key usage has no clientAuth, so the certificate is not for TLS clients (RFC 5280 4.2.1.12)",
        ),
        Purpose::Server(_) => (
            usage.server_auth,
            "the extended key usage has no serverAuth, so the certificate is not for TLS servers (RFC 5280 4.2.1.12)",
        ),
    };
    unless(kept, Reason::ExtendedKeyUsage, detail)
}

/// "If the cA boolean is not asserted, then the keyCertSign bit in the key usage extension MUST NOT be asserted."
pub(super) fn no_ca(case: &Case<'_>) -> Option<Broken> {
    unless(
        !usage(case)?.key_cert_sign() || case.certificate.is_ca(),
        Reason::KeyUsage,
        "the key usage has keyCertSign, but the certificate is not a CA's (RFC 5280 4.2.1.9)",
    )
}

/// "If a key usage extension is present, verify that the keyCertSign bit is set."
pub(super) fn of_ca(case: &Case<'_>) -> Option<Broken> {
    unless(
        usage(case)?.key_cert_sign(),
        Reason::KeyUsage,
        "the CA's key usage has no keyCertSign, so its key is not for issuing (RFC 5280 4.2.1.3, 6.1.4 n)",
    )
}

/// Server certificates are for servers and, if they must, for clients.
pub(super) fn extended_of_leaf(case: &Case<'_>) -> Option<Broken> {
    let extension = case.certificate.extended_key_usage().ok()?;
    let kept = extension.is_some_and(|extension| !extension.critical && !extension.value.any);
    unless(
        kept,
        Reason::ExtendedKeyUsage,
        "a TLS server's certificate must have an extended key usage, not critical and without anyExtendedKeyUsage \
         (BR 7.1.2.7.6, 7.1.2.7.10)",
    )
}

/// A root is for no purpose of its own.
pub(super) fn not_extended(case: &Case<'_>) -> Option<Broken> {
    unless(
        !case.is_self_issued() || matches!(case.certificate.extended_key_usage(), Ok(None)),
        Reason::NonConforming,
        "a root must have no extended key usage (BR 7.1.2.1.2)",
    )
}
