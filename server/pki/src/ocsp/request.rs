//! Requests (RFC 6960 4.1), from anybody: bounded in size, read strictly.

use aws_lc_rs::digest;
use vouchsafe_domain::SerialNumber;

use super::NONCE;
use crate::Authority;
use crate::der::{BOOLEAN, INTEGER, NULL, OCTET_STRING, OID, Reader, SEQUENCE, context_constructed};

/// No honest request is larger: sixteen certificates, a nonce, a signature with its certificates.
const MAX_SIZE: usize = 16 * 1024;

/// Each certificate is a look-up. Clients ask about one, or about a chain.
const MAX_CERTIFICATES: usize = 16;

/// The longest nonce (RFC 9654 section 2.1, which raised RFC 8954's 32).
const MAX_NONCE: usize = 128;

/// A request for the status of 1 to 16 certificates. Who asks and with what signature is passed over: everybody may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspRequest {
    cert_ids: Vec<CertId>,
    nonce: Option<Vec<u8>>,
}

/// Answer [`OcspRefusal::MalformedRequest`](super::OcspRefusal::MalformedRequest).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not an OCSP request of version 1 for 1 to 16 certificates, or it is larger than 16 KiB")]
pub struct MalformedOcspRequest;

/// Which certificate is meant: its issuer by name and key, hashed, and its serial number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertId {
    /// `None` for an algorithm that we don't know.
    hash: Option<Hash>,
    issuer_name_hash: Vec<u8>,
    issuer_key_hash: Vec<u8>,
    serial_number: Option<SerialNumber>,
    der: Vec<u8>,
}

/// How the issuer is hashed. Names, not protections: who finds a collision learns the status of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl OcspRequest {
    /// Reads a DER request. It takes time in proportion to its length.
    ///
    /// # Errors
    /// [`MalformedOcspRequest`], also for a critical extension that we don't know (RFC 6960 4.4) and for a nonce that is
    /// empty or longer than 128 octets (RFC 9654 section 2.1).
    pub fn parse(der: &[u8]) -> Result<Self, MalformedOcspRequest> {
        request(der).ok_or(MalformedOcspRequest)
    }

    /// The certificates asked about, in the order of the request.
    #[must_use]
    pub fn cert_ids(&self) -> &[CertId] {
        &self.cert_ids
    }

    /// What makes the answer one to this request; to be given back.
    #[must_use]
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }
}

impl CertId {
    /// `None` if no certificate can have the number that was asked for.
    #[must_use]
    pub const fn serial_number(&self) -> Option<SerialNumber> {
        self.serial_number
    }

    /// As it came, DER: an answer must give it back.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

impl Authority {
    /// Whether this CA is the issuer that is meant, by name and by key.
    #[must_use]
    pub fn answers(&self, cert_id: &CertId) -> bool {
        let Some(hash) = cert_id.hash else { return false };
        hash.of(self.subject_der()).as_ref() == cert_id.issuer_name_hash
            && hash.of(self.key_pair.public_key_bits()).as_ref() == cert_id.issuer_key_hash
    }
}

/// The most octets of a serial number that is answered, be it only by Unknown.
const MAX_SERIAL_NUMBER: usize = 32;

impl Hash {
    fn of(self, bytes: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, bytes)
    }

    /// From the content of an OBJECT IDENTIFIER (RFC 8017 A.2.4 and B.1).
    const fn read(oid: &[u8]) -> Option<Self> {
        match oid {
            [0x2b, 0x0e, 3, 2, 0x1a] => Some(Self::Sha1),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1] => Some(Self::Sha256),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2] => Some(Self::Sha384),
            [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3] => Some(Self::Sha512),
            _ => None,
        }
    }
}

fn request(der: &[u8]) -> Option<OcspRequest> {
    if der.len() > MAX_SIZE {
        return None;
    }
    let mut outer = Reader::new(der);
    let mut request = Reader::new(outer.read(SEQUENCE)?);
    outer.end()?;
    let mut tbs = Reader::new(request.read(SEQUENCE)?);
    let _signature = request.optional(context_constructed(0))?;
    request.end()?;
    // Version 1 is the default and so should be absent (X.690 11.5), but no client is turned away for it.
    let version = tbs.optional(context_constructed(0))?;
    if version.is_some_and(|version| version != [INTEGER, 1, 0]) {
        return None;
    }
    let _requestor_name = tbs.optional(context_constructed(1))?;
    let cert_ids = single_requests(Reader::new(tbs.read(SEQUENCE)?))?;
    let mut nonce = None;
    if let Some(content) = tbs.optional(context_constructed(2))? {
        extensions(content, &mut nonce)?;
    }
    tbs.end()?;
    Some(OcspRequest { cert_ids, nonce })
}

fn single_requests(mut list: Reader<'_>) -> Option<Vec<CertId>> {
    let mut cert_ids = Vec::new();
    while !list.is_empty() && cert_ids.len() < MAX_CERTIFICATES {
        let mut single = Reader::new(list.read(SEQUENCE)?);
        let (content, der) = single.read_raw(SEQUENCE)?;
        cert_ids.push(cert_id(Reader::new(content), der)?);
        if let Some(content) = single.optional(context_constructed(0))? {
            extensions(content, &mut None)?;
        }
        single.end()?;
    }
    list.end()?;
    (!cert_ids.is_empty()).then_some(cert_ids)
}

fn cert_id(mut fields: Reader<'_>, der: &[u8]) -> Option<CertId> {
    let mut algorithm = Reader::new(fields.read(SEQUENCE)?);
    let hash = Hash::read(algorithm.read(OID)?);
    // RFC 5754 section 2: the parameters are absent, or NULL for those who think they must be there.
    let known = algorithm.is_empty() || algorithm.read(NULL) == Some(&[]) && algorithm.is_empty();
    let (issuer_name_hash, issuer_key_hash) = (fields.read(OCTET_STRING)?, fields.read(OCTET_STRING)?);
    let serial_number = fields.read(INTEGER)?;
    // The id is echoed and kept: it is as long as a real one, or nearly so (RFC 5280 4.1.2.2).
    if serial_number.len() > MAX_SERIAL_NUMBER {
        return None;
    }
    let cert_id = CertId {
        hash: hash.filter(|_| known),
        issuer_name_hash: issuer_name_hash.to_vec(),
        issuer_key_hash: issuer_key_hash.to_vec(),
        serial_number: SerialNumber::from_integer(serial_number),
        der: der.to_vec(),
    };
    fields.end()?;
    Some(cert_id)
}

/// Reads `Extensions`, the nonce among them; the others ask for nothing that we have to do.
fn extensions(content: &[u8], nonce: &mut Option<Vec<u8>>) -> Option<()> {
    let mut outer = Reader::new(content);
    let mut list = Reader::new(outer.read(SEQUENCE)?);
    outer.end()?;
    while !list.is_empty() {
        let mut extension = Reader::new(list.read(SEQUENCE)?);
        let oid = extension.read(OID)?;
        let critical = match extension.optional(BOOLEAN)? {
            None | Some([0]) => false,
            Some([0xff]) => true,
            Some(_) => return None,
        };
        let value = extension.read(OCTET_STRING)?;
        extension.end()?;
        if oid == NONCE {
            let mut value = Reader::new(value);
            let octets = value.read(OCTET_STRING).filter(|octets| (1..=MAX_NONCE).contains(&octets.len()))?;
            value.end()?;
            if nonce.replace(octets.to_vec()).is_some() {
                return None;
            }
        } else if critical {
            return None;
        }
    }
    Some(())
}
