//! Responses (RFC 6960 4.2), in the profile of RFC 5019: basic, by key, with a next update.

use vouchsafe_domain::{RevocationReason, Timestamp};

use super::{CertId, NONCE};
use crate::der::{self, ENUMERATED, OCTET_STRING, OID, SEQUENCE, context, context_constructed};

/// What is said about one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SingleAnswer<'a> {
    /// The one asked about.
    pub cert_id: &'a CertId,
    /// Its status.
    pub status: CertificateStatus,
    /// When this was known to be so; whole seconds, rounded down, as all times here.
    pub this_update: Timestamp,
    /// Until when it may be believed.
    pub next_update: Timestamp,
}

/// The status of a certificate (RFC 6960 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateStatus {
    /// Issued, and not revoked.
    Good,
    /// Revoked, or on hold.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why; `None` for no reason (`unspecified`).
        reason: Option<RevocationReason>,
    },
    /// Not one of this CA's, as far as is known here.
    Unknown,
}

/// An answer that says nothing about any certificate. Nobody signs it (RFC 6960 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OcspRefusal {
    /// The request can't be read.
    MalformedRequest,
    /// Our fault.
    InternalError,
    /// Not now.
    TryLater,
    /// About certificates of others (RFC 5019 2.2.3).
    Unauthorized,
}

impl OcspRefusal {
    /// The whole `OCSPResponse`, DER.
    #[must_use]
    pub const fn to_der(self) -> [u8; 5] {
        let status = match self {
            Self::MalformedRequest => 1,
            Self::InternalError => 2,
            Self::TryLater => 3,
            Self::Unauthorized => 6,
        };
        [SEQUENCE, 3, ENUMERATED, 1, status]
    }
}

/// Writes `ResponseData`: what is signed.
pub(super) fn response_data(
    out: &mut Vec<u8>,
    key_hash: &[u8],
    answers: &[SingleAnswer<'_>],
    nonce: Option<&[u8]>,
    produced_at: Timestamp,
) {
    der::constructed(out, SEQUENCE, |out| {
        der::constructed(out, context_constructed(2), |out| der::element(out, OCTET_STRING, key_hash));
        der::generalized_time(out, produced_at);
        der::constructed(out, SEQUENCE, |out| answers.iter().for_each(|answer| single(out, answer)));
        if let Some(nonce) = nonce {
            der::constructed(out, context_constructed(1), |out| {
                der::constructed(out, SEQUENCE, |out| nonce_extension(out, nonce));
            });
        }
    });
}

fn single(out: &mut Vec<u8>, answer: &SingleAnswer<'_>) {
    der::constructed(out, SEQUENCE, |out| {
        out.extend_from_slice(answer.cert_id.der());
        match answer.status {
            CertificateStatus::Good => der::element(out, context(0), &[]),
            CertificateStatus::Revoked { at, reason } => revoked(out, at, reason),
            CertificateStatus::Unknown => der::element(out, context(2), &[]),
        }
        der::generalized_time(out, answer.this_update);
        der::constructed(out, context_constructed(0), |out| der::generalized_time(out, answer.next_update));
    });
}

fn revoked(out: &mut Vec<u8>, at: Timestamp, reason: Option<RevocationReason>) {
    der::constructed(out, context_constructed(1), |out| {
        der::generalized_time(out, at);
        if let Some(reason) = reason {
            der::constructed(out, context_constructed(0), |out| {
                der::element(out, ENUMERATED, &[reason.code()]);
            });
        }
    });
}

/// RFC 9654 section 2.1: an OCTET STRING of its own inside the extension's.
fn nonce_extension(out: &mut Vec<u8>, nonce: &[u8]) {
    der::constructed(out, SEQUENCE, |out| {
        der::element(out, OID, NONCE);
        der::constructed(out, OCTET_STRING, |out| der::element(out, OCTET_STRING, nonce));
    });
}
