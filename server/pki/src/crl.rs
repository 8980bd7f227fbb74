//! Certificate revocation lists (RFC 5280 section 5), as they come from their distribution points.

use std::sync::Arc;

use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use vouchsafe_domain::Timestamp;
use webpki::BorrowedCertRevocationList;
use x509_parser::asn1_rs::{Any, Class, Sequence};
use x509_parser::extensions::X509Extension;
use x509_parser::oid_registry::OID_X509_EXT_CRL_NUMBER;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AlgorithmIdentifier, X509Name, X509Version};

/// A list that can be checked against: well-formed, complete (no delta), by the issuer of the certificates themselves.
/// Its signature and its age are checked with each certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crl {
    /// Shared by its copies: it may have megabytes, and every verification has one.
    der: Arc<CertificateRevocationListDer<'static>>,
    issuer_der: Vec<u8>,
    this_update: Timestamp,
    next_update: Timestamp,
    source: Option<String>,
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
    /// RFC 5280 5.2.3.
    #[error(
        "it has no cRLNumber, or a critical one, so it is no list by RFC 5280: its CA must number its lists"
    )]
    Number,
}

impl Crl {
    /// Reads a list in DER (RFC 2585 section 3) or, as many CAs have it, in PEM.
    ///
    /// # Errors
    /// [`CrlError`] by kind.
    pub fn parse(bytes: &[u8]) -> Result<Self, CrlError> {
        let der = if bytes.starts_with(b"0") { bytes.to_vec().into() } else { from_pem(bytes)? };
        let head = Head::read(&der).ok_or(CrlError::NotCrl)?;
        let list = BorrowedCertRevocationList::from_der(&der).map_err(|error| kind(&error))?;
        (&list).into_iter().try_for_each(|entry| entry.map(drop)).map_err(|error| kind(&error))?;
        if !head.has_number() {
            return Err(CrlError::Number);
        }
        let Head { issuer_der, this_update, next_update, .. } = head;
        Ok(Self { issuer_der, this_update, next_update, der: Arc::new(der), source: None })
    }

    /// Says where the list is from, e.g. its URL, for messages about it: people read them.
    #[must_use]
    pub fn from_source(self, source: impl Into<String>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// Where the list is from, if that was said.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// Whether it can stand in the place of another one: it is of the same CA, and not older.
    #[must_use]
    pub fn succeeds(&self, other: &Self) -> bool {
        self.issuer_der == other.issuer_der && self.this_update >= other.this_update
    }

    /// The DER of the name of the CA that made it.
    pub(crate) fn issuer_der(&self) -> &[u8] {
        &self.issuer_der
    }

    /// The list itself.
    #[must_use]
    pub fn der(&self) -> &CertificateRevocationListDer<'static> {
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

/// What a list says besides its entries, which may be many and are passed over.
struct Head {
    issuer_der: Vec<u8>,
    this_update: Timestamp,
    next_update: Timestamp,
    /// Whether each cRLNumber is critical.
    numbers: Vec<bool>,
}

impl Head {
    fn read(der: &[u8]) -> Option<Self> {
        let (_, list) = Sequence::from_der(der).ok()?;
        let (_, tbs) = Sequence::from_der(&list.content).ok()?;
        let (rest, _) = X509Version::from_der(&tbs.content).ok()?;
        let (rest, _) = AlgorithmIdentifier::from_der(rest).ok()?;
        let (rest, issuer) = X509Name::from_der(rest).ok()?;
        let (rest, this_update) = ASN1Time::from_der(rest).ok()?;
        let (rest, next_update) = ASN1Time::from_der(rest).ok()?;
        let moment = |time: ASN1Time| Timestamp::from(time.to_datetime());
        Some(Self {
            issuer_der: issuer.as_raw().to_vec(),
            this_update: moment(this_update),
            next_update: moment(next_update),
            numbers: numbers(rest).unwrap_or_default(),
        })
    }

    /// "MUST include this extension in all CRLs", "MUST be marked non-critical".
    fn has_number(&self) -> bool {
        self.numbers == [false]
    }
}

/// The extensions are the last of what is left: entries, if there are any, come before.
fn numbers(mut rest: &[u8]) -> Option<Vec<bool>> {
    let mut extensions = None;
    while !rest.is_empty() {
        let (behind, field) = Any::from_der(rest).ok()?;
        (rest, extensions) = (behind, Some(field));
    }
    let extensions = extensions.filter(|field| field.class() == Class::ContextSpecific)?;
    let (_, extensions) = Sequence::from_der(extensions.data).ok()?;
    let (mut rest, mut numbers) = (&*extensions.content, Vec::new());
    while !rest.is_empty() {
        let (behind, extension) = X509Extension::from_der(rest).ok()?;
        if extension.oid == OID_X509_EXT_CRL_NUMBER {
            numbers.push(extension.critical);
        }
        rest = behind;
    }
    Some(numbers)
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
