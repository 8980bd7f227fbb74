//! Why a chain is not good, in words for people and for programs.

use std::borrow::Cow;

use webpki::Error;

/// One reason why a chain is not good.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChainFailure {
    /// Of which kind.
    pub reason: ChainFailureReason,
    /// The certificate with the fault, as an index into the request's. Nothing where it is the path's, or an anchor's.
    pub certificate: Option<usize>,
    /// The same in a sentence, with the clause that is broken. Nothing of the certificate is repeated.
    pub detail: String,
}

/// The kinds of reasons, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChainFailureReason {
    /// The request is empty.
    NoCertificate,
    /// The request is too long.
    TooManyCertificates,
    /// On its issuer's list.
    Revoked,
    /// RFC 5280 4.1.2.5.
    Expired,
    /// RFC 5280 4.1.2.5.
    NotYetValid,
    /// Not by the key of the one that its issuer's name stands for.
    BadSignature,
    /// Not X.509.
    Malformed,
    /// An extension, an algorithm or a form that is not understood (RFC 5280 4.2).
    Unsupported,
    /// No path to an anchor.
    UntrustedIssuer,
    /// A CA's certificate is no client's and no server's.
    CaAsLeaf,
    /// RFC 5280 4.2.1.12.
    ExtendedKeyUsage,
    /// RFC 5280 4.2.1.3.
    KeyUsage,
    /// RFC 9525 6.
    NameMismatch,
    /// RFC 5280 4.2.1.10.
    NameConstraints,
    /// RFC 5280 4.2.1.9.
    PathLength,
    /// A key that others can find out.
    WeakKey,
    /// Something a CA must not issue.
    NonConforming,
    /// Nothing proves that it is not revoked.
    RevocationUnknown,
}

impl ChainFailureReason {
    pub(super) fn of(self, certificate: usize, detail: impl Into<String>) -> ChainFailure {
        ChainFailure { reason: self, certificate: Some(certificate), detail: detail.into() }
    }

    pub(super) fn without_certificate(self, detail: impl Into<String>) -> ChainFailure {
        ChainFailure { reason: self, certificate: None, detail: detail.into() }
    }
}

/// Sorted, each once.
pub(super) fn in_order(mut failures: Vec<ChainFailure>) -> Vec<ChainFailure> {
    use ChainFailureReason::{Malformed, Unsupported};
    // A certificate in question that can't be read makes the rest meaningless.
    let is_unread = |failure: &ChainFailure| {
        failure.certificate == Some(0) && matches!(failure.reason, Malformed | Unsupported)
    };
    failures.sort_by_cached_key(|failure| {
        let of_path = failure.certificate.is_none();
        (!is_unread(failure), failure.reason, of_path, failure.certificate, failure.detail.clone())
    });
    failures.dedup();
    failures
}

/// What webpki says of a path.
pub(super) fn of_path(error: &Error) -> ChainFailure {
    let (reason, detail) = of_webpki(error);
    reason.without_certificate(detail)
}

/// What webpki says, in our terms.
pub(super) fn of_webpki(error: &Error) -> (ChainFailureReason, Cow<'static, str>) {
    use ChainFailureReason as Reason;
    let (reason, detail) = match error {
        Error::CertExpired { .. } => {
            (Reason::Expired, "a certificate of the path is expired (RFC 5280 4.1.2.5)")
        }
        Error::CertNotValidYet { .. } => {
            (Reason::NotYetValid, "a certificate of the path is not yet valid (RFC 5280 4.1.2.5)")
        }
        Error::InvalidCertValidity => {
            (Reason::Malformed, "the validity ends before it begins (RFC 5280 4.1.2.5)")
        }
        Error::RequiredEkuNotFoundContext(_) => (
            Reason::ExtendedKeyUsage,
            "an extended key usage of the path lacks the purpose (RFC 5280 4.2.1.12)",
        ),
        Error::EmptyEkuExtension => {
            (Reason::ExtendedKeyUsage, "an extended key usage of the path is empty (RFC 5280 4.2.1.12)")
        }
        Error::CaUsedAsEndEntity => {
            (Reason::CaAsLeaf, "the certificate is a CA's (basicConstraints CA:TRUE, RFC 5280 4.2.1.9)")
        }
        Error::EndEntityUsedAsCa => (
            Reason::UntrustedIssuer,
            "an issuer of the path is not a CA (basicConstraints CA:TRUE is missing, RFC 5280 4.2.1.9)",
        ),
        Error::CertRevoked => {
            (Reason::Revoked, "a certificate of the path is on its issuer's revocation list")
        }
        Error::UnknownRevocationStatus => (
            Reason::RevocationUnknown,
            "a certificate of the path has no valid revocation list of its issuer",
        ),
        Error::CrlExpired { .. } => {
            (Reason::RevocationUnknown, "a revocation list is past its nextUpdate (RFC 5280 5.1.2.5)")
        }
        Error::IssuerNotCrlSigner => (
            Reason::RevocationUnknown,
            "an issuer's key usage has no cRLSign, so its revocation list proves nothing (RFC 5280 6.3.3 f)",
        ),
        Error::InvalidCrlSignatureForPublicKey
        | Error::UnsupportedCrlSignatureAlgorithmContext(_)
        | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => (
            Reason::RevocationUnknown,
            "a revocation list is not signed by the issuer whose name it has (RFC 5280 6.3.3 g)",
        ),
        Error::UnknownIssuer | Error::CertDistrusted => (
            Reason::UntrustedIssuer,
            "no path leads to an authority of the trust store that is valid then and may vouch for this purpose (RFC 5280 6.1)",
        ),
        Error::MaximumSignatureChecksExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumNameConstraintComparisonsExceeded
        | Error::MaximumPathDepthExceeded => (
            Reason::UntrustedIssuer,
            "no path to an authority of the trust store was found within the limits of the search",
        ),
        Error::InvalidSignatureForPublicKey => (
            Reason::BadSignature,
            "a signature of the path is not by the key of the issuer (RFC 5280 6.1.3 a 1)",
        ),
        Error::NameConstraintViolation => (
            Reason::NameConstraints,
            "a name of the path is outside of a CA's name constraints (RFC 5280 4.2.1.10)",
        ),
        Error::InvalidNetworkMaskConstraint => {
            (Reason::NameConstraints, "a CA's name constraints are malformed (RFC 5280 4.2.1.10)")
        }
        Error::PathLenConstraintViolated => (
            Reason::PathLength,
            "the path has more CAs than a CA of it or whoever asks allows (RFC 5280 4.2.1.9)",
        ),
        Error::CertNotValidForName(_) => {
            (Reason::NameMismatch, "the certificate is not for this name (RFC 9525 6.3)")
        }
        Error::UnsupportedCriticalExtension => {
            (Reason::Unsupported, "a critical extension is not understood (RFC 5280 4.2)")
        }
        Error::UnsupportedCertVersion => {
            (Reason::Unsupported, "the certificate is not of version 3 (RFC 5280 4.1.2.1)")
        }
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => (
            Reason::Unsupported,
            "a signature of the path is by an algorithm or a kind of key that is not supported",
        ),
        Error::SignatureAlgorithmMismatch => {
            (Reason::Malformed, "the certificate names two signature algorithms (RFC 5280 4.1.1.2)")
        }
        Error::ExtensionValueInvalid => {
            (Reason::Malformed, "an extension has a malformed value (RFC 5280 4.2)")
        }
        _ => (Reason::Malformed, "the certificate is not well-formed X.509 in DER (RFC 5280 4.1)"),
    };
    (reason, detail.into())
}
