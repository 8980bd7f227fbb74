//! Other people's certificates: verified up to an authority of a trust store, or with every reason why they are not good.

use rustls_pki_types::{CertificateDer, ServerName};
use vouchsafe_domain::Timestamp;

use crate::{Crl, TrustAnchor};

mod diagnosis;
mod failure;
mod lists;
mod path;
mod rules;
mod sent;

pub use failure::{ChainFailure, ChainFailureReason};

use path::Search;
use sent::Sent;

/// What is verified, and by what.
#[derive(Debug, Clone)]
pub struct ChainRequest<'a> {
    /// The certificate in question first, others that may help to find its path in any order: at most
    /// [`Self::MAX_CERTIFICATES`].
    pub certificates: &'a [CertificateDer<'a>],
    /// The authorities that are trusted.
    pub anchors: &'a [TrustAnchor],
    /// Which certificates must not be revoked, and the lists that say so.
    pub revocation: RevocationCheck<'a>,
    /// What the certificate is to be used for.
    pub purpose: Purpose<'a>,
    /// The moment at which it must be good. One before 1970 counts as 1970.
    pub at: Timestamp,
    /// How many CAs may be between the certificate and the authority: [`Self::MAX_INTERMEDIATES`] or fewer.
    pub max_intermediates: usize,
}

impl ChainRequest<'_> {
    /// No real chain is longer; whoever sends more makes the verifier work for nothing.
    pub const MAX_CERTIFICATES: usize = 10;
    /// rustls-webpki goes no deeper.
    pub const MAX_INTERMEDIATES: usize = 6;
}

/// What a certificate is to be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// Whatever it says itself: no key usage is asked for.
    Any,
    /// A TLS client.
    Client,
    /// A TLS server, by this name if there is one. Its path must be as RFC 5280 and the CA/Browser Forum's Baseline
    /// Requirements want the certificates themselves to be; from others it is only wanted what makes them safe.
    Server(Option<ServerName<'a>>),
}

/// Which certificates of a path must not be revoked.
#[derive(Debug, Clone, Copy)]
pub enum RevocationCheck<'a> {
    /// None is looked up.
    None,
    /// The first one: a valid list of its issuer must be among these.
    Leaf(&'a [Crl]),
    /// All but the root: valid lists of all issuers of the path must be among these.
    Full(&'a [Crl]),
}

/// A path that was found to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedChain {
    /// The certificate in question first, the trusted authority's own last.
    pub path: Vec<CertificateDer<'static>>,
}

/// Finds a good path from the first certificate to one of the anchors.
///
/// rustls-webpki builds paths, and judges signatures, times, names, constraints and revocation; what it doesn't look at is
/// in `verify/rules.rs`. The path ends in an anchor that is valid at the moment, may vouch for the purpose and allows a path of
/// this length. An extended key usage must have the purpose where there is one. Certificates that are on no path are not
/// looked at, however bad. With [`RevocationCheck::Full`] an anchor with its issuer beside it is a part of the path like
/// any other, so that it is looked up as well. Of several lists by one issuer the newest counts that isn't from the future.
/// That somebody holds the key is not verified here.
///
/// # Errors
/// Every reason that was found, at least one: no two are the same, the most telling is first, and the order is always the
/// same.
pub fn verify_chain(request: &ChainRequest<'_>) -> Result<VerifiedChain, Vec<ChainFailure>> {
    let Some(leaf) = request.certificates.first() else {
        return Err(vec![ChainFailureReason::NoCertificate.without_certificate("there is no certificate")]);
    };
    let count = request.certificates.len();
    if count > ChainRequest::MAX_CERTIFICATES {
        let limit = ChainRequest::MAX_CERTIFICATES;
        let detail = format!("there are {count} certificates: send at most {limit}");
        return Err(vec![ChainFailureReason::TooManyCertificates.without_certificate(detail)]);
    }
    let sent = Sent::read_all(request);
    let search = Search::new(request, &sent);
    let of_leaf = diagnosis::of_leaf(request, &sent);
    match search.run(leaf) {
        Ok(path) if of_leaf.is_empty() => Ok(VerifiedChain { path }),
        attempt => Err(failure::in_order(diagnosis::of_all(request, &sent, &search, of_leaf, attempt.err()))),
    }
}
