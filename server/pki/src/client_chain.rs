//! Who a TLS client is by its certificate: verified by rustls-webpki up to an authority of a trust store.

use std::time::Duration;

use rustls_pki_types::{CertificateDer, TrustAnchor as Anchor, UnixTime};
use vouchsafe_domain::{CommonName, Timestamp};
use webpki::{
    ALL_VERIFICATION_ALGS, BorrowedCertRevocationList, CertRevocationList, EndEntityCert, Error,
    ExpirationPolicy, KeyUsage, RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy,
    VerifiedPath,
};

use crate::{Crl, TrustAnchor, ca_certificate};

/// Which certificates of a path must not be revoked.
#[derive(Debug, Clone, Copy)]
pub enum RevocationCheck<'a> {
    /// None is looked up.
    None,
    /// The client's own: the list of its issuer must be among these.
    Leaf(&'a [Crl]),
    /// All but the root: the lists of all issuers of the path must be among these.
    Full(&'a [Crl]),
}

/// Why a client is not who its certificate says. The messages are for the log: who logs in learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientChainError {
    /// No certificate at all.
    #[error("the client sent no certificate")]
    NoCertificate,
    /// Not X.509, or with extensions that are not understood and critical.
    #[error("a certificate of the client's chain is malformed or not supported")]
    Unsupported,
    /// No path, a wrong signature, a broken constraint, or an authority that is itself expired.
    #[error("the client's chain does not end in an authority of the trust store that is valid now")]
    Untrusted,
    /// RFC 5280 4.1.2.5, of any certificate of the chain.
    #[error("the client's certificate, or one of its chain, is expired or not yet valid")]
    NotValidNow,
    /// RFC 5280 4.2.1.12.
    #[error("the client's certificate, or one of its chain, has an extended key usage without clientAuth")]
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

/// Verifies a client's chain as TLS has it, the client's certificate first, and tells the client's common name. That the
/// client holds the key is the handshake's to prove.
///
/// The path ends in one of the anchors: one that is valid now, may vouch for clients and allows a path of this length
/// (webpki looks at none of these). An extended key usage must have clientAuth where there is one. With
/// [`RevocationCheck::Full`] an anchor with its issuer beside it is a part of the path like any other, so that it is
/// looked up as well. Of several lists by one issuer the newest counts.
///
/// # Errors
/// [`ClientChainError`], all the client's, but [`ClientChainError::RevocationUnknown`], which may be the operator's.
pub fn verify_client_chain(
    chain: &[CertificateDer<'_>],
    anchors: &[TrustAnchor],
    revocation: RevocationCheck<'_>,
    now: Timestamp,
) -> Result<CommonName, ClientChainError> {
    let (leaf, sent) = chain.split_first().ok_or(ClientChainError::NoCertificate)?;
    let (roots, between) = ends_of_paths(anchors, revocation, now);
    let intermediates: Vec<_> = sent.iter().chain(between).map(|der| CertificateDer::from(&**der)).collect();
    let webpki_anchors: Vec<_> = roots.iter().map(|root| borrowed(&root.anchor)).collect();
    let certificate = EndEntityCert::try_from(leaf).map_err(|error| kind(&error))?;
    let (depth, crls) = match revocation {
        RevocationCheck::None => (None, &[][..]),
        RevocationCheck::Leaf(crls) => (Some(RevocationCheckDepth::EndEntity), crls),
        RevocationCheck::Full(crls) => (Some(RevocationCheckDepth::Chain), crls),
    };
    let crls = newest_first(crls)?;
    let crls: Vec<_> = crls.iter().collect();
    let options = depth.map(|depth| {
        let builder =
            RevocationOptionsBuilder::new(&crls).map_err(|_| ClientChainError::RevocationUnknown)?;
        let builder = builder.with_depth(depth).with_status_policy(UnknownStatusPolicy::Deny);
        Ok(builder.with_expiration_policy(ExpirationPolicy::Enforce).build())
    });
    let path_length = |path: &VerifiedPath<'_>| {
        let (anchor, length) = (path.anchor(), path.intermediate_certificates().count());
        let fits = roots.iter().any(|root| root.anchor == *anchor && root.has_room_for(length));
        if fits { Ok(()) } else { Err(Error::PathLenConstraintViolated) }
    };
    certificate
        .verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &webpki_anchors,
            &intermediates,
            unix_time(now),
            KeyUsage::client_auth(),
            options.transpose()?,
            Some(&path_length),
        )
        .map_err(|error| kind(&error))?;
    common_name(leaf)
}

/// The anchors where a path may end, and the certificates of the store that a path may go through instead.
fn ends_of_paths<'a>(
    anchors: &'a [TrustAnchor],
    revocation: RevocationCheck<'_>,
    now: Timestamp,
) -> (Vec<&'a TrustAnchor>, Vec<&'a CertificateDer<'static>>) {
    let usable = anchors.iter().filter(|anchor| anchor.is_valid_at(now) && anchor.is_for_clients());
    let usable: Vec<_> = usable.collect();
    let goes_on = |anchor: &TrustAnchor| {
        matches!(revocation, RevocationCheck::Full(_)) && usable.iter().any(|other| anchor.is_below(other))
    };
    let (between, roots): (Vec<_>, Vec<_>) = usable.iter().copied().partition(|anchor| goes_on(anchor));
    (roots, between.into_iter().map(TrustAnchor::certificate_der).collect())
}

fn borrowed<'a>(anchor: &'a Anchor<'static>) -> Anchor<'a> {
    Anchor {
        subject: (&*anchor.subject).into(),
        subject_public_key_info: (&*anchor.subject_public_key_info).into(),
        name_constraints: anchor.name_constraints.as_deref().map(Into::into),
    }
}

/// webpki takes the first list of an issuer.
fn newest_first(crls: &[Crl]) -> Result<Vec<CertRevocationList<'_>>, ClientChainError> {
    let mut crls: Vec<_> = crls.iter().collect();
    crls.sort_by_key(|crl| std::cmp::Reverse(crl.this_update()));
    let parsed = crls.into_iter().map(|crl| BorrowedCertRevocationList::from_der(crl.der()).map(Into::into));
    parsed.collect::<Result<_, _>>().map_err(|_| ClientChainError::RevocationUnknown)
}

/// A moment before 1970 counts as 1970.
fn unix_time(now: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.as_secs()).unwrap_or(0)))
}

/// The one common name. Several would let one client be two.
fn common_name(leaf: &[u8]) -> Result<CommonName, ClientChainError> {
    let certificate = ca_certificate::parse(leaf).map_err(|_| ClientChainError::Unsupported)?;
    let mut names = certificate.subject().iter_common_name();
    let (Some(name), None) = (names.next(), names.next()) else { return Err(ClientChainError::CommonName) };
    let name = name.as_str().map_err(|_| ClientChainError::CommonName)?;
    CommonName::parse(name).map_err(|_| ClientChainError::CommonName)
}

fn kind(error: &Error) -> ClientChainError {
    match error {
        Error::CertExpired { .. } | Error::CertNotValidYet { .. } => ClientChainError::NotValidNow,
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => ClientChainError::NotForClients,
        Error::CaUsedAsEndEntity => ClientChainError::CaAsClient,
        Error::CertRevoked => ClientChainError::Revoked,
        Error::UnknownRevocationStatus
        | Error::CrlExpired { .. }
        | Error::IssuerNotCrlSigner
        | Error::InvalidCrlSignatureForPublicKey
        | Error::UnsupportedCrlSignatureAlgorithmContext(_)
        | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => {
            ClientChainError::RevocationUnknown
        }
        Error::UnknownIssuer
        | Error::CertDistrusted
        | Error::InvalidSignatureForPublicKey
        | Error::NameConstraintViolation
        | Error::PathLenConstraintViolated
        | Error::EndEntityUsedAsCa => ClientChainError::Untrusted,
        _ => ClientChainError::Unsupported,
    }
}
