//! The rules a certificate of ours keeps, checked on its bytes before it is signed.
//!
//! Reads with x509-parser what was written with rcgen, and takes nothing from how it was built, only what was wanted.

use aws_lc_rs::digest;
use rcgen::PublicKeyData as _;
use vouchsafe_domain::{CommonName, SerialNumber};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::KeyUsage;
use x509_parser::oid_registry::{OID_KEY_TYPE_EC_PUBLIC_KEY, OID_SIG_ED25519, OID_X509_COMMON_NAME};
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

use crate::name::{self, AltName};
use crate::validity::Validity;
use crate::{Pointers, VerifiedPublicKey, ca_certificate};

mod error;
mod extensions;

pub use error::LintError;
use extensions::{Extensions, Purposes};

/// What the certificate must say.
#[derive(Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) kind: Kind<'a>,
    /// `None` if the certificate issues itself.
    pub(crate) issuer_subject_der: Option<&'a [u8]>,
    pub(crate) issuer_key_id: &'a [u8],
    pub(crate) issuer_validity: Validity,
    pub(crate) serial: &'a SerialNumber,
    pub(crate) common_name: &'a CommonName,
    pub(crate) public_key: &'a VerifiedPublicKey,
}

/// A leaf, a CA, or who signs OCSP responses for one.
#[derive(Clone, Copy)]
pub(crate) enum Kind<'a> {
    Leaf { pointers: Option<&'a Pointers> },
    Ca { dns_name: Option<&'a str> },
    OcspSigner,
}

/// Checks all rules; the first that is broken is the answer. The signature is not looked at.
pub(crate) fn check(der: &[u8], expected: &Expected<'_>) -> Result<(), LintError> {
    let Ok(([], certificate)) = X509Certificate::from_der(der) else { return Err(LintError::Malformed) };
    fields(&certificate, expected)?;
    validity(&certificate, expected.issuer_validity)?;
    let extensions = Extensions::read(&certificate)?;
    key_ids(&certificate, &extensions, expected)?;
    match expected.kind {
        Kind::Leaf { pointers } => {
            leaf(&certificate, &extensions)?;
            extensions.alt_name_is(name::alt_name(expected.common_name))?;
            extensions.pointers_are(pointers)?;
            require(!extensions.ocsp_no_check, LintError::OcspNoCheck)
        }
        Kind::Ca { dns_name } => {
            ca(&extensions)?;
            extensions.alt_name_is(dns_name.map(AltName::Dns))?;
            extensions.pointers_are(None)?;
            require(!extensions.ocsp_no_check, LintError::OcspNoCheck)
        }
        Kind::OcspSigner => {
            ocsp_signer(&extensions)?;
            extensions.alt_name_is(None)?;
            extensions.pointers_are(None)?;
            require(extensions.ocsp_no_check, LintError::OcspNoCheck)
        }
    }
}

fn require(holds: bool, otherwise: LintError) -> Result<(), LintError> {
    if holds { Ok(()) } else { Err(otherwise) }
}

fn fields(certificate: &X509Certificate<'_>, expected: &Expected<'_>) -> Result<(), LintError> {
    require(certificate.version.0 == 2, LintError::Version)?;
    let serial = certificate.raw_serial();
    let positive =
        serial.first().is_some_and(|first| first & 0x80 == 0) && serial.iter().any(|byte| *byte != 0);
    require(positive && serial.len() <= 20, LintError::SerialNumber)?;
    require(serial == expected.serial.as_integer(), LintError::OtherSerialNumber)?;
    require(certificate.signature == certificate.signature_algorithm, LintError::SignatureAlgorithm)?;
    let issuer = expected.issuer_subject_der.unwrap_or(certificate.subject().as_raw());
    require(certificate.issuer().as_raw() == issuer, LintError::Issuer)?;
    require(subject_is(certificate, expected.common_name.as_str()), LintError::Subject)?;
    let public_key = expected.public_key.subject_public_key_info();
    require(certificate.public_key().raw == public_key, LintError::PublicKey)?;
    require(certificate.issuer_uid.is_none() && certificate.subject_uid.is_none(), LintError::UniqueId)
}

fn subject_is(certificate: &X509Certificate<'_>, common_name: &str) -> bool {
    let mut attributes = certificate.subject().iter_attributes();
    let (Some(attribute), None) = (attributes.next(), attributes.next()) else { return false };
    *attribute.attr_type() == OID_X509_COMMON_NAME && attribute.as_str() == Ok(common_name)
}

fn validity(certificate: &X509Certificate<'_>, issuer: Validity) -> Result<(), LintError> {
    let own = ca_certificate::validity(certificate);
    require(own.not_before <= own.not_after, LintError::ValidityOrder)?;
    require(own.within(issuer) == own, LintError::ValidityOutsideIssuer)?;
    let well_encoded = |time: &ASN1Time| time.is_utctime() == (time.to_datetime().year() <= 2049);
    let validity = certificate.validity();
    require(well_encoded(&validity.not_before) && well_encoded(&validity.not_after), LintError::TimeEncoding)
}

fn key_ids(
    certificate: &X509Certificate<'_>,
    extensions: &Extensions<'_>,
    expected: &Expected<'_>,
) -> Result<(), LintError> {
    let bits = &certificate.public_key().subject_public_key.data;
    let key_id = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bits);
    require(extensions.subject_key_id == Some(key_id.as_ref()), LintError::SubjectKeyId)?;
    require(extensions.authority_key_id == Some(Some(expected.issuer_key_id)), LintError::AuthorityKeyId)
}

fn leaf(certificate: &X509Certificate<'_>, extensions: &Extensions<'_>) -> Result<(), LintError> {
    let is_ca = extensions.basic_constraints.is_some_and(|(ca, _)| ca);
    require(!is_ca, LintError::BasicConstraints)?;
    let usage = extensions.key_usage.filter(KeyUsage::digital_signature).ok_or(LintError::NoKeyUsage)?;
    require(!usage.key_cert_sign() && !usage.crl_sign(), LintError::CertSign)?;
    let enciphers = usage.key_encipherment() || usage.data_encipherment();
    let algorithm = &certificate.public_key().algorithm.algorithm;
    let fits = if *algorithm == OID_SIG_ED25519 {
        !enciphers && !usage.key_agreement()
    } else {
        *algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY || !enciphers
    };
    require(fits, LintError::KeyUsageOfAlgorithm)?;
    require(extensions.extended_key_usage == Some(Purposes::ServerAndClientAuth), LintError::ExtendedKeyUsage)
}

fn ocsp_signer(extensions: &Extensions<'_>) -> Result<(), LintError> {
    require(extensions.basic_constraints.is_none(), LintError::BasicConstraints)?;
    let usage = extensions.key_usage.filter(KeyUsage::digital_signature).ok_or(LintError::NoKeyUsage)?;
    require(!usage.key_cert_sign() && !usage.crl_sign(), LintError::CertSign)?;
    // digitalSignature is bit 0, and nothing else is wanted of this key.
    require(usage.flags == 1, LintError::KeyUsageOfAlgorithm)?;
    require(extensions.extended_key_usage == Some(Purposes::OcspSigning), LintError::ExtendedKeyUsage)
}

fn ca(extensions: &Extensions<'_>) -> Result<(), LintError> {
    require(extensions.basic_constraints == Some((true, true)), LintError::BasicConstraints)?;
    let usage = extensions.key_usage.ok_or(LintError::NoKeyUsage)?;
    // keyCertSign is bit 5, cRLSign bit 6.
    require(usage.flags == 1 << 5 | 1 << 6, LintError::CertSign)?;
    require(extensions.extended_key_usage.is_none(), LintError::ExtendedKeyUsage)
}

#[cfg(test)]
mod tests;
