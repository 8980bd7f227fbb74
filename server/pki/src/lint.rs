//! The rules a certificate of ours keeps, checked on its bytes before it is signed.
//!
//! Reads with x509-parser what was written with rcgen, and takes nothing from how it was built, only what was wanted.

use aws_lc_rs::digest;
use rcgen::PublicKeyData as _;
use vouchsafe_domain::{CommonName, SerialNumber};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, KeyUsage, ParsedExtension};
use x509_parser::oid_registry::{OID_KEY_TYPE_EC_PUBLIC_KEY, OID_SIG_ED25519, OID_X509_COMMON_NAME};
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

use crate::name::{self, AltName};
use crate::validity::Validity;
use crate::{VerifiedPublicKey, ca_certificate, extension};

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

/// A leaf or a CA.
#[derive(Clone, Copy)]
pub(crate) enum Kind<'a> {
    Leaf,
    Ca { dns_name: Option<&'a str> },
}

/// A broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LintError {
    /// Not DER, or an extension that isn't.
    #[error("the certificate is malformed")]
    Malformed,
    /// Extensions need version 3.
    #[error("the version must be 3 (RFC 5280 4.1.2.1)")]
    Version,
    /// Zero, negative or too long.
    #[error("the serial number must be positive and at most 20 octets long (RFC 5280 4.1.2.2)")]
    SerialNumber,
    /// Another serial number than the one that was stored.
    #[error("the serial number must be the stored one")]
    OtherSerialNumber,
    /// Two signature algorithms.
    #[error("both signature algorithms must be the same (RFC 5280 4.1.1.2)")]
    SignatureAlgorithm,
    /// The issuer's name differs from the CA's subject.
    #[error("the issuer must be the CA's subject, byte by byte (RFC 5280 4.1.2.4, 6.1.3)")]
    Issuer,
    /// It ends before it begins.
    #[error("the validity must not end before it begins (RFC 5280 4.1.2.5)")]
    ValidityOrder,
    /// It is valid when its issuer isn't.
    #[error("the validity must lie inside the issuer's (RFC 5280 6.1.3)")]
    ValidityOutsideIssuer,
    /// The wrong type of time.
    #[error("dates up to 2049 must be UTCTime, later ones GeneralizedTime (RFC 5280 4.1.2.5)")]
    TimeEncoding,
    /// Another subject, or more in it.
    #[error("the subject must be the common name alone (RFC 5280 4.1.2.6)")]
    Subject,
    /// Another key.
    #[error("the public key must be the verified one (RFC 5280 4.1.2.7)")]
    PublicKey,
    /// Unique identifiers, which version 3 replaced.
    #[error("unique identifiers must not be there (RFC 5280 4.1.2.8)")]
    UniqueId,
    /// One extension twice.
    #[error("no extension may be there twice (RFC 5280 4.2)")]
    DuplicateExtension,
    /// An extension that our certificates don't have.
    #[error("there must be no extension beside those of the profile (RFC 5280 4.2)")]
    UnexpectedExtension,
    /// Critical or not, the wrong way.
    #[error("keyUsage and basicConstraints must be critical, the others not (RFC 5280 4.2.1)")]
    Criticality,
    /// The issuer's key is not named.
    #[error("the authority key identifier must be the issuer's key identifier alone (RFC 5280 4.2.1.1)")]
    AuthorityKeyId,
    /// The subject's key is not named.
    #[error("the subject key identifier must be the SHA-1 of the public key (RFC 5280 4.2.1.2)")]
    SubjectKeyId,
    /// No key usage.
    #[error("the key usage must be there and permit signatures (RFC 5280 4.2.1.3)")]
    NoKeyUsage,
    /// A leaf that may issue, or a CA that may not, or may do more.
    #[error("keyCertSign and cRLSign are for CA certificates, and nothing else is (RFC 5280 4.2.1.3)")]
    CertSign,
    /// A use that the key's algorithm doesn't have.
    #[error("the key usage must fit the key's algorithm (RFC 8813 section 3, RFC 8410 section 5)")]
    KeyUsageOfAlgorithm,
    /// A leaf that is a CA, or a CA that isn't.
    #[error("CA:TRUE must be in a CA certificate and in no other (RFC 5280 4.2.1.9)")]
    BasicConstraints,
    /// Other extended key usages.
    #[error(
        "the extended key usage must be serverAuth and clientAuth in a leaf, absent in a CA (RFC 5280 4.2.1.12)"
    )]
    ExtendedKeyUsage,
    /// Another name, or none where one belongs.
    #[error(
        "the subject alternative name must be the host name as dNSName or the address as iPAddress, absent if the common \
         name is neither (RFC 5280 4.2.1.6)"
    )]
    SubjectAltName,
}

/// Checks all rules; the first that is broken is the answer. The signature is not looked at.
pub(crate) fn check(der: &[u8], expected: &Expected<'_>) -> Result<(), LintError> {
    let Ok(([], certificate)) = X509Certificate::from_der(der) else { return Err(LintError::Malformed) };
    fields(&certificate, expected)?;
    validity(&certificate, expected.issuer_validity)?;
    let extensions = Extensions::read(&certificate)?;
    key_ids(&certificate, &extensions, expected)?;
    match expected.kind {
        Kind::Leaf => leaf(&certificate, &extensions, name::alt_name(expected.common_name)),
        Kind::Ca { dns_name } => ca(&extensions, dns_name),
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
    require(serial == expected.serial.as_bytes(), LintError::OtherSerialNumber)?;
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

/// The extensions a certificate of ours can have, each at most once.
#[derive(Default)]
struct Extensions<'a> {
    key_usage: Option<KeyUsage>,
    /// Whether it says CA:TRUE, and without a path length.
    basic_constraints: Option<(bool, bool)>,
    /// serverAuth and clientAuth alone.
    extended_key_usage: Option<bool>,
    subject_key_id: Option<&'a [u8]>,
    /// The key identifier if nothing else is in it.
    authority_key_id: Option<Option<&'a [u8]>>,
    alt_names: Option<&'a [GeneralName<'a>]>,
}

impl<'a> Extensions<'a> {
    fn read(certificate: &'a X509Certificate<'_>) -> Result<Self, LintError> {
        let mut found = Self::default();
        for extension in certificate.extensions() {
            let (duplicate, critical) = match extension.parsed_extension() {
                ParsedExtension::KeyUsage(usage) => (found.key_usage.replace(*usage).is_some(), true),
                ParsedExtension::BasicConstraints(constraints) => {
                    let value = (constraints.ca, constraints.path_len_constraint.is_none());
                    (found.basic_constraints.replace(value).is_some(), true)
                }
                ParsedExtension::ExtendedKeyUsage(usage) => {
                    let others = usage.any
                        || usage.code_signing
                        || usage.email_protection
                        || usage.time_stamping
                        || usage.ocsp_signing
                        || !usage.other.is_empty();
                    let value = usage.server_auth && usage.client_auth && !others;
                    (found.extended_key_usage.replace(value).is_some(), false)
                }
                ParsedExtension::SubjectKeyIdentifier(id) => {
                    (found.subject_key_id.replace(id.0).is_some(), false)
                }
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    let alone = id.authority_cert_issuer.is_none() && id.authority_cert_serial.is_none();
                    let value = id.key_identifier.as_ref().filter(|_| alone).map(|id| id.0);
                    (found.authority_key_id.replace(value).is_some(), false)
                }
                ParsedExtension::SubjectAlternativeName(names) => {
                    (found.alt_names.replace(&names.general_names).is_some(), false)
                }
                ParsedExtension::ParseError { .. } => return Err(LintError::Malformed),
                _ => return Err(LintError::UnexpectedExtension),
            };
            require(!duplicate, LintError::DuplicateExtension)?;
            require(extension.critical == critical, LintError::Criticality)?;
        }
        Ok(found)
    }

    fn alt_name_is(&self, wanted: Option<AltName<'_>>) -> Result<(), LintError> {
        let fits = match (self.alt_names, wanted) {
            (None, None) => true,
            (Some([GeneralName::DNSName(found)]), Some(AltName::Dns(wanted))) => *found == wanted,
            (Some([GeneralName::IPAddress(found)]), Some(AltName::Ip(wanted))) => {
                *found == extension::octets(wanted)
            }
            _ => false,
        };
        require(fits, LintError::SubjectAltName)
    }
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

fn leaf(
    certificate: &X509Certificate<'_>,
    extensions: &Extensions<'_>,
    alt_name: Option<AltName<'_>>,
) -> Result<(), LintError> {
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
    require(extensions.extended_key_usage == Some(true), LintError::ExtendedKeyUsage)?;
    extensions.alt_name_is(alt_name)
}

fn ca(extensions: &Extensions<'_>, dns_name: Option<&str>) -> Result<(), LintError> {
    require(extensions.basic_constraints == Some((true, true)), LintError::BasicConstraints)?;
    let usage = extensions.key_usage.ok_or(LintError::NoKeyUsage)?;
    // keyCertSign is bit 5, cRLSign bit 6.
    require(usage.flags == 1 << 5 | 1 << 6, LintError::CertSign)?;
    require(extensions.extended_key_usage.is_none(), LintError::ExtendedKeyUsage)?;
    extensions.alt_name_is(dns_name.map(AltName::Dns))
}

#[cfg(test)]
mod tests;
