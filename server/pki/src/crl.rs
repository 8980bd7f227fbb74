//! Certificate revocation lists (RFC 5280 section 5), as they come from their distribution points.

use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use vouchsafe_domain::Timestamp;
use webpki::BorrowedCertRevocationList;
use x509_parser::asn1_rs::Sequence;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AlgorithmIdentifier, X509Name, X509Version};

/// A list that can be checked against: well-formed, complete (no delta), by the issuer of the certificates themselves.
/// Its signature and its age are checked with each certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crl {
    der: CertificateRevocationListDer<'static>,
    this_update: Timestamp,
    next_update: Timestamp,
}

/// Why a list can't be used. The messages are for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CrlError {
    /// Something else, e.g. an HTML page.
    #[error("it is not a certificate revocation list, neither DER nor one PEM block X509 CRL")]
    NotCrl,
    /// A list of a kind that webpki does not read.
    #[error(
        "it is a kind of revocation list that is not supported: it must be version 2, complete and direct"
    )]
    Unsupported,
}

impl Crl {
    /// Reads a list in DER (RFC 2585 section 3) or, as many CAs have it, in PEM.
    ///
    /// # Errors
    /// [`CrlError`] by kind.
    pub fn parse(bytes: &[u8]) -> Result<Self, CrlError> {
        let der = if bytes.starts_with(b"0") { bytes.to_vec().into() } else { from_pem(bytes)? };
        let (this_update, next_update) = updates(&der).ok_or(CrlError::NotCrl)?;
        let list = BorrowedCertRevocationList::from_der(&der).map_err(|error| kind(&error))?;
        (&list).into_iter().try_for_each(|entry| entry.map(drop)).map_err(|error| kind(&error))?;
        Ok(Self { this_update, next_update, der })
    }

    /// The list itself.
    #[must_use]
    pub const fn der(&self) -> &CertificateRevocationListDer<'static> {
        &self.der
    }

    /// When it was made.
    #[must_use]
    pub const fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// From when on it proves nothing any more, because there is a newer one.
    #[must_use]
    pub const fn next_update(&self) -> Timestamp {
        self.next_update
    }
}

fn from_pem(bytes: &[u8]) -> Result<CertificateRevocationListDer<'static>, CrlError> {
    let mut blocks = CertificateRevocationListDer::pem_slice_iter(bytes);
    match (blocks.next(), blocks.next()) {
        (Some(Ok(der)), None) => Ok(der),
        _ => Err(CrlError::NotCrl),
    }
}

/// Reads only as far as the two times: the entries may be many.
fn updates(der: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (_, list) = Sequence::from_der(der).ok()?;
    let (_, tbs) = Sequence::from_der(&list.content).ok()?;
    let (rest, _) = X509Version::from_der(&tbs.content).ok()?;
    let (rest, _) = AlgorithmIdentifier::from_der(rest).ok()?;
    let (rest, _) = X509Name::from_der(rest).ok()?;
    let (rest, this_update) = ASN1Time::from_der(rest).ok()?;
    let (_, next_update) = ASN1Time::from_der(rest).ok()?;
    let moment = |time: ASN1Time| Timestamp::from(time.to_datetime());
    Some((moment(this_update), moment(next_update)))
}

fn kind(error: &webpki::Error) -> CrlError {
    use webpki::Error;
    match error {
        Error::UnsupportedCrlVersion
        | Error::UnsupportedDeltaCrl
        | Error::UnsupportedIndirectCrl
        | Error::UnsupportedCrlIssuingDistributionPoint
        | Error::UnsupportedRevocationReason
        | Error::UnsupportedRevocationReasonsPartitioning
        | Error::UnsupportedCriticalExtension => CrlError::Unsupported,
        _ => CrlError::NotCrl,
    }
}
