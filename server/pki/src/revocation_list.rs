//! The certificate revocation lists of our own CAs (RFC 5280 section 5): complete, direct, version 2.

use vouchsafe_domain::{RevocationReason, SerialNumber, Timestamp};

use crate::der::{self, ENUMERATED, INTEGER, OCTET_STRING, OID, SEQUENCE};
use crate::{Authority, BuildError, pem, signed};

const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 35];
const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const REASON_CODE: &[u8] = &[0x55, 0x1d, 21];

/// A certificate that is not to be trusted any more, or for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevokedCertificate {
    /// The certificate's serial number.
    pub serial_number: SerialNumber,
    /// From when on; in whole seconds, rounded down.
    pub revoked_at: Timestamp,
    /// Why; `None` for no reason (`unspecified`).
    pub reason: Option<RevocationReason>,
}

/// The entries of a list, one after another as they will stand in it. Some 40 octets each, and nothing else is kept. A
/// serial number must come once only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevokedCertificates(Vec<u8>);

/// A list to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// cRLNumber: greater than that of every earlier list of this CA (RFC 5280 5.2.3).
    pub number: u64,
    /// When it is made.
    pub this_update: Timestamp,
    /// When there will be a newer one at the latest: from then on this one proves nothing.
    pub next_update: Timestamp,
    /// Every revoked certificate of the CA that has not ended (RFC 5280 3.3).
    pub entries: RevokedCertificates,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum RevocationListError {
    /// RFC 5280 4.2.1.3: verifiers refuse its lists. Only an imported CA can lack it.
    #[error("the CA certificate does not have the key usage cRLSign, so it can't sign revocation lists")]
    NoCrlSign,
    /// It could not be signed.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl RevokedCertificates {
    /// Adds an entry (RFC 5280 5.1.2.6).
    pub fn push(&mut self, certificate: &RevokedCertificate) {
        der::constructed(&mut self.0, SEQUENCE, |out| {
            der::element(out, INTEGER, certificate.serial_number.as_integer());
            der::time(out, certificate.revoked_at);
            if let Some(reason) = certificate.reason {
                der::constructed(out, SEQUENCE, |out| {
                    extension(out, REASON_CODE, |out| der::element(out, ENUMERATED, &[reason.code()]));
                });
            }
        });
    }
}

impl Extend<RevokedCertificate> for RevokedCertificates {
    fn extend<T: IntoIterator<Item = RevokedCertificate>>(&mut self, certificates: T) {
        certificates.into_iter().for_each(|certificate| self.push(&certificate));
    }
}

impl FromIterator<RevokedCertificate> for RevokedCertificates {
    fn from_iter<T: IntoIterator<Item = RevokedCertificate>>(certificates: T) -> Self {
        let mut entries = Self::default();
        entries.extend(certificates);
        entries
    }
}

impl Authority {
    /// Whether it may sign revocation lists (RFC 5280 4.2.1.3): one that was imported need not.
    #[must_use]
    pub const fn signs_lists(&self) -> bool {
        self.certificate.signs_lists
    }

    /// Signs a revocation list of this CA, DER. The entries' buffer becomes the list's.
    ///
    /// # Errors
    /// [`RevocationListError::NoCrlSign`], or [`RevocationListError::Build`] if the key fails.
    pub fn revocation_list(&self, list: RevocationList) -> Result<Vec<u8>, RevocationListError> {
        if !self.certificate.signs_lists {
            return Err(RevocationListError::NoCrlSign);
        }
        let mut head = vec![INTEGER, 1, 1]; // version 2
        head.extend_from_slice(self.key_pair.algorithm().signature_identifier());
        head.extend_from_slice(self.subject_der());
        der::time(&mut head, list.this_update);
        der::time(&mut head, list.next_update);
        let RevokedCertificates(mut out) = list.entries;
        // RFC 5280 5.1.2.6: without entries the list of them must be absent.
        if !out.is_empty() {
            der::wrap(&mut out, 0, SEQUENCE);
        }
        out.splice(0..0, head);
        der::constructed(&mut out, der::context_constructed(0), |out| {
            der::constructed(out, SEQUENCE, |out| self.list_extensions(out, list.number));
        });
        der::wrap(&mut out, 0, SEQUENCE);
        signed::sign(&mut out, &self.key_pair)?;
        der::wrap(&mut out, 0, SEQUENCE);
        Ok(out)
    }

    /// authorityKeyIdentifier and cRLNumber (RFC 5280 5.2.1, 5.2.3): those that every list must have.
    fn list_extensions(&self, out: &mut Vec<u8>, number: u64) {
        extension(out, AUTHORITY_KEY_IDENTIFIER, |out| {
            der::constructed(out, SEQUENCE, |out| der::element(out, der::context(0), self.subject_key_id()));
        });
        extension(out, CRL_NUMBER, |out| {
            let octets = [&[0], &number.to_be_bytes()[..]].concat();
            // The first octet of a positive INTEGER is below 0x80, and no octet is there that isn't needed.
            let needless = octets.windows(2).take_while(|pair| pair[0] == 0 && pair[1] < 0x80).count();
            der::element(out, INTEGER, &octets[needless..]);
        });
    }
}

/// Writes a list as PEM (RFC 7468 section 6).
#[must_use]
pub fn revocation_list_pem(der: &[u8]) -> String {
    std::mem::take(&mut *pem::encode("X509 CRL", der))
}

/// An extension that is not critical.
fn extension(out: &mut Vec<u8>, oid: &[u8], value: impl FnOnce(&mut Vec<u8>)) {
    der::constructed(out, SEQUENCE, |out| {
        der::element(out, OID, oid);
        der::constructed(out, OCTET_STRING, value);
    });
}
