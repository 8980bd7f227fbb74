//! What a certificate says, as the configuration shows it.

use aws_lc_rs::digest;
use vouchsafe_domain::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::num_bigint::BigInt;

use crate::{ca_certificate, certificate_pem, distinguished_name, pem};

/// A certificate, read for people and for comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateInfo {
    /// The subject: `C=HU/ST=Budapest/L=None/O=Example/OU=None/CN=None/emailAddress=None`, always these seven in this
    /// order, of several values the first. Nothing is escaped, so decide nothing by it.
    pub subject: String,
    /// The issuer, in the same form.
    pub issuer: String,
    /// The serial number in decimal; negative if the certificate has it so (RFC 5280 4.1.2.2 asks readers to bear it).
    pub serial_number: String,
    /// SHA-256 over the DER: 32 pairs of lower-case hexadecimal digits with colons between.
    pub fingerprint: String,
    /// The first moment of its validity, in whole seconds.
    pub not_before: Timestamp,
    /// The last moment of its validity, in whole seconds.
    pub not_after: Timestamp,
    /// The certificate in PEM: 64 columns, line feeds, one at the end as well.
    pub pem: String,
}

/// RFC 5280 4.1.2.2 has 20 octets at most; longer ones exist, but writing one in decimal takes the square of its length.
const MAX_SERIAL: usize = 64;

/// Not X.509, or with bytes behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a well-formed X.509 certificate")]
pub struct MalformedCertificate;

impl CertificateInfo {
    /// The hash algorithm of [`Self::fingerprint`], as the configuration names it.
    pub const FINGERPRINT_ALGORITHM: &'static str = "sha256";

    /// Reads any certificate, a leaf's or a CA's, expired or not.
    ///
    /// # Errors
    /// [`MalformedCertificate`].
    pub fn from_der(der: &[u8]) -> Result<Self, MalformedCertificate> {
        let certificate = ca_certificate::parse(der).map_err(|_| MalformedCertificate)?;
        Self::new(der, &certificate)
    }

    /// Reads a text of PEM certificates, e.g. a chain; blocks of other kinds and text between blocks are passed over.
    ///
    /// # Errors
    /// [`MalformedCertificate`] if a block is broken.
    pub fn chain_from_pem(text: &str) -> Result<Vec<Self>, MalformedCertificate> {
        let chain = pem::certificates(text).ok_or(MalformedCertificate)?;
        chain.iter().map(|der| Self::from_der(der)).collect()
    }

    /// `der` is what the certificate was read from.
    pub(crate) fn new(der: &[u8], certificate: &X509Certificate<'_>) -> Result<Self, MalformedCertificate> {
        if certificate.raw_serial().len() > MAX_SERIAL {
            return Err(MalformedCertificate);
        }
        let validity = ca_certificate::validity(certificate);
        Ok(Self {
            subject: distinguished_name::text(certificate.subject()),
            issuer: distinguished_name::text(certificate.issuer()),
            serial_number: BigInt::from_signed_bytes_be(certificate.raw_serial()).to_string(),
            fingerprint: fingerprint(der),
            not_before: validity.starts_at(),
            not_after: validity.ends_at(),
            pem: certificate_pem::write(der),
        })
    }
}

fn fingerprint(der: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, der);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}
