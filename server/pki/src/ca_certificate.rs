//! What a CA certificate says, read once and kept.

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;

use crate::pem;
use crate::validity::Validity;

/// What issuing takes from the CA certificate.
#[derive(Debug)]
pub(crate) struct CaCertificate {
    pub(crate) subject_der: Vec<u8>,
    pub(crate) key_id: Vec<u8>,
    pub(crate) spki_der: Vec<u8>,
    /// Whether it has the key usage cRLSign, which an imported one may lack.
    pub(crate) signs_lists: bool,
}

/// Why a certificate may not issue others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaCertificateError {
    /// Not an X.509 certificate of version 3.
    #[error("the certificate is malformed")]
    Malformed,
    /// RFC 5280 4.1.2.6: a CA has a subject.
    #[error("the certificate has an empty subject")]
    NoSubject,
    /// RFC 5280 4.2.1.9.
    #[error("the certificate is not a CA certificate (basicConstraints CA:TRUE)")]
    NotCa,
    /// RFC 5280 4.2.1.3.
    #[error("the certificate must have the key usage keyCertSign")]
    NoCertSign,
    /// RFC 5280 4.2.1.2: in every CA certificate.
    #[error("the certificate must have a subject key identifier")]
    NoKeyId,
}

impl CaCertificate {
    /// Reads a DER certificate and checks that it may issue.
    pub(crate) fn parse(der: &[u8]) -> Result<Self, CaCertificateError> {
        let certificate = parse(der)?;
        if certificate.version.0 != 2 {
            return Err(CaCertificateError::Malformed);
        }
        if certificate.subject().iter_rdn().next().is_none() {
            return Err(CaCertificateError::NoSubject);
        }
        if !certificate.is_ca() {
            return Err(CaCertificateError::NotCa);
        }
        let usage = certificate.key_usage().map_err(|_| CaCertificateError::Malformed)?;
        let Some(usage) = usage.filter(|usage| usage.value.key_cert_sign()) else {
            return Err(CaCertificateError::NoCertSign);
        };
        Ok(Self {
            subject_der: certificate.subject().as_raw().to_vec(),
            key_id: key_id(&certificate).ok_or(CaCertificateError::NoKeyId)?.to_vec(),
            spki_der: certificate.public_key().raw.to_vec(),
            signs_lists: usage.value.crl_sign(),
        })
    }
}

/// One certificate of a chain, as it is kept.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) der: Vec<u8>,
    pub(crate) pem: String,
    pub(crate) validity: Validity,
    /// A root: it stands for itself, so it is no part of a path (RFC 5280 6.1).
    pub(crate) self_issued: bool,
}

impl Link {
    pub(crate) fn new(der: Vec<u8>) -> Result<Self, CaCertificateError> {
        let certificate = parse(&der)?;
        Ok(Self {
            pem: pem::certificate(&der),
            validity: validity(&certificate),
            self_issued: certificate.subject().as_raw() == certificate.issuer().as_raw(),
            der,
        })
    }
}

/// Reads a DER certificate without trailing bytes.
pub(crate) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, CaCertificateError> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(CaCertificateError::Malformed),
    }
}

/// The certificate's validity.
pub(crate) fn validity(certificate: &X509Certificate<'_>) -> Validity {
    let validity = certificate.validity();
    Validity { not_before: validity.not_before.timestamp(), not_after: validity.not_after.timestamp() }
}

/// The certificate's subject key identifier, unless it is empty.
fn key_id<'a>(certificate: &X509Certificate<'a>) -> Option<&'a [u8]> {
    certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) if !id.0.is_empty() => Some(id.0),
        _ => None,
    })
}
