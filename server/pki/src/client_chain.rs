//! Who a TLS client is by its certificate.

use rustls_pki_types::CertificateDer;
use vouchsafe_domain::{CommonName, Timestamp};

use crate::{
    ChainFailure, ChainFailureReason, ChainRequest, Purpose, RevocationCheck, TrustAnchor, ca_certificate,
    verify_chain,
};

/// Why a client is not who its certificate says. The messages are for the log: who logs in learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientChainError {
    /// No certificate at all.
    #[error("the client sent no certificate")]
    NoCertificate,
    /// Not X.509, with extensions that are not understood and critical, or more certificates than any chain has.
    #[error("a certificate of the client's chain is malformed or not supported, or the chain is too long")]
    Unsupported,
    /// No path, a wrong signature, a broken constraint, or an authority that is itself expired.
    #[error("the client's chain does not end in an authority of the trust store that is valid now")]
    Untrusted,
    /// RFC 5280 4.1.2.5, of any certificate of the chain.
    #[error("the client's certificate, or one of its chain, is expired or not yet valid")]
    NotValidNow,
    /// RFC 5280 4.2.1.3, 4.2.1.12.
    #[error(
        "the client's certificate, or one of its chain, has a key usage or an extended key usage that is not for TLS clients"
    )]
    NotForClients,
    /// An authority's own certificate as well.
    #[error("the client's certificate is a CA certificate")]
    CaAsClient,
    /// By its issuer's list.
    #[error("the client's certificate, or one of its chain, is revoked")]
    Revoked,
    /// No list of the issuer, or one that is expired or not signed by it.
    #[error("a certificate of the client's chain has no valid revocation list of its issuer")]
    RevocationUnknown,
    /// None, several, or one that is no text of printable ASCII.
    #[error("the client's certificate must have one common name of 1 to 255 printable ASCII characters")]
    CommonName,
}

/// Verifies a client's chain as TLS has it, the client's certificate first, by [`verify_chain`], and tells the client's
/// common name. That the client holds the key is the handshake's to prove.
///
/// # Errors
/// [`ClientChainError`], all the client's, but [`ClientChainError::RevocationUnknown`], which may be the operator's.
pub fn verify_client_chain(
    chain: &[CertificateDer<'_>],
    anchors: &[TrustAnchor],
    revocation: RevocationCheck<'_>,
    now: Timestamp,
) -> Result<CommonName, ClientChainError> {
    let request = ChainRequest {
        certificates: chain,
        anchors,
        revocation,
        purpose: Purpose::Client,
        at: now,
        max_intermediates: ChainRequest::MAX_INTERMEDIATES,
    };
    let leaf = chain.first().ok_or(ClientChainError::NoCertificate)?;
    verify_chain(&request).map_err(|failures| kind(&failures))?;
    common_name(leaf)
}

/// The one common name. Several would let one client be two.
fn common_name(leaf: &[u8]) -> Result<CommonName, ClientChainError> {
    let certificate = ca_certificate::parse(leaf).map_err(|_| ClientChainError::Unsupported)?;
    let mut names = certificate.subject().iter_common_name();
    let (Some(name), None) = (names.next(), names.next()) else { return Err(ClientChainError::CommonName) };
    let name = name.as_str().map_err(|_| ClientChainError::CommonName)?;
    CommonName::parse(name).map_err(|_| ClientChainError::CommonName)
}

/// By the most telling reason.
fn kind(failures: &[ChainFailure]) -> ClientChainError {
    use ChainFailureReason as Reason;
    match failures.first().map(|failure| failure.reason) {
        Some(Reason::NoCertificate) => ClientChainError::NoCertificate,
        Some(Reason::Expired | Reason::NotYetValid) => ClientChainError::NotValidNow,
        Some(Reason::KeyUsage | Reason::ExtendedKeyUsage) => ClientChainError::NotForClients,
        Some(Reason::CaAsLeaf) => ClientChainError::CaAsClient,
        Some(Reason::Revoked) => ClientChainError::Revoked,
        Some(Reason::RevocationUnknown) => ClientChainError::RevocationUnknown,
        Some(Reason::Malformed | Reason::Unsupported | Reason::TooManyCertificates | Reason::WeakKey) => {
            ClientChainError::Unsupported
        }
        Some(
            Reason::BadSignature
            | Reason::UntrustedIssuer
            | Reason::NameMismatch
            | Reason::NameConstraints
            | Reason::PathLength
            | Reason::NonConforming,
        )
        | None => ClientChainError::Untrusted,
    }
}
