//! Trust stores at work: whether one of them vouches for a certificate that none of our CAs issued.

use std::{fmt::Write as _, sync::Arc};

use rustls_pki_types::CertificateDer;
use vouchsafe_domain::{
    Timestamp,
    configuration::{RevocationCheck, TrustStore},
};
use vouchsafe_pki::{
    ChainFailure, ChainFailureReason, ChainRequest, PresentedCertificate, Purpose, RevocationCheck as Check,
    TrustAnchor, VerifiedChain, built_in_trust_anchors, verify_chain,
};

use super::{
    Ctx, Error, Service,
    crls::Lists,
    verdict::{Reason, Rejection},
    x509_verification::{X509Accepted, X509Verdict},
};

/// A trust store, ready to verify with.
#[derive(Debug, Clone)]
pub struct Trust {
    /// Its authorities.
    pub(super) anchors: Anchors,
    /// Which certificates must be on no list.
    pub(super) check: RevocationCheck,
    /// Where the lists are.
    pub(super) crl_urls: Vec<String>,
}

/// The authorities of a trust store.
#[derive(Debug, Clone)]
pub(super) enum Anchors {
    /// Those that come with the server.
    BuiltIn,
    /// A user's.
    Custom(Arc<[TrustAnchor]>),
}

impl Trust {
    /// The trust store that comes with the server.
    pub(super) const fn built_in() -> Self {
        Self { anchors: Anchors::BuiltIn, check: RevocationCheck::None, crl_urls: Vec::new() }
    }

    /// A user's trust store.
    ///
    /// # Errors
    /// When one of its authorities is damaged.
    pub(super) fn custom(store: &TrustStore) -> anyhow::Result<Self> {
        let anchors = store.authorities.iter().map(|authority| TrustAnchor::from_pem(&authority.pem));
        Ok(Self {
            anchors: Anchors::Custom(anchors.collect::<Result<_, _>>()?),
            check: store.revocation_check,
            crl_urls: store.crl_urls.iter().map(|url| url.as_str().to_owned()).collect(),
        })
    }

    pub(super) fn anchors(&self) -> &[TrustAnchor] {
        match &self.anchors {
            Anchors::BuiltIn => built_in_trust_anchors(),
            Anchors::Custom(anchors) => anchors,
        }
    }

    /// Verifies a chain with the lists that are at hand.
    fn verify(
        &self,
        certificates: &[CertificateDer<'_>],
        purpose: Purpose<'_>,
        lists: &Lists,
        at: Timestamp,
    ) -> Result<VerifiedChain, Vec<ChainFailure>> {
        let revocation = match self.check {
            RevocationCheck::None => Check::None,
            RevocationCheck::Leaf => Check::Leaf(&lists.known),
            RevocationCheck::Full => Check::Full(&lists.known),
        };
        let (anchors, max_intermediates) = (self.anchors(), ChainRequest::MAX_INTERMEDIATES);
        let request = ChainRequest { certificates, anchors, revocation, purpose, at, max_intermediates };
        verify_chain(&request).map_err(|mut failures| {
            let unknown =
                |failure: &&mut ChainFailure| failure.reason == ChainFailureReason::RevocationUnknown;
            for failure in failures.iter_mut().filter(unknown) {
                failure.detail.push_str(&lists.missing());
                if !self.crl_urls.iter().any(|url| failure.detail.contains(url)) {
                    // Each gave a list, and none is this issuer's.
                    let _ = write!(failure.detail, ": not at {}", self.crl_urls.join(", "));
                }
            }
            failures
        })
    }
}

/// A chain to verify with one trust store.
#[derive(Debug, Clone)]
pub(super) struct TrustRequest {
    /// The certificates, DER, the one in question first.
    pub certificates: Vec<CertificateDer<'static>>,
    /// What it is for.
    pub purpose: Purpose<'static>,
    /// The moment to judge by.
    pub at: Timestamp,
}

impl Service {
    /// Verifies a chain with a trust store. Lists are fetched for those only whom the store's authorities have certified.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many wait.
    pub(super) async fn verify_by(
        &self,
        trust: &Trust,
        request: TrustRequest,
        now: Timestamp,
    ) -> Result<Result<VerifiedChain, Vec<ChainFailure>>, Error> {
        // Whom calls to others are verified by is settled with the settings.
        self.settings(now).await?;
        let unchecked = Trust { check: RevocationCheck::None, ..trust.clone() };
        let trusted = self.run(unchecked, request.clone(), Lists::default()).await?;
        if trusted.is_err() || trust.check == RevocationCheck::None {
            return Ok(trusted);
        }
        let lists = self.crls.lists(&self.store, &trust.crl_urls, now).await;
        self.run(trust.clone(), request, lists).await
    }

    /// Paths and signatures keep a core busy.
    async fn run(
        &self,
        trust: Trust,
        request: TrustRequest,
        lists: Lists,
    ) -> Result<Result<VerifiedChain, Vec<ChainFailure>>, Error> {
        let verify = move || trust.verify(&request.certificates, request.purpose, &lists, request.at);
        self.chain_queue.run(verify).await.map_err(|_| Error::Busy)
    }

    /// By the tenant's trust stores, one after the other. Of several refusals the most telling one is told.
    pub(super) async fn by_trust_stores(
        &self,
        ctx: &Ctx,
        leaf: PresentedCertificate,
        chain: &[String],
    ) -> Result<X509Verdict, Error> {
        let mut certificates = vec![CertificateDer::from(leaf.der().to_vec())];
        for pem in chain.iter().skip(1) {
            match PresentedCertificate::from_pem(pem) {
                Ok(certificate) => certificates.push(certificate.der().to_vec().into()),
                Err(error) => {
                    let detail = Some(format!("a certificate above the client's {error}"));
                    return Ok(Err(Rejection { detail, ..Rejection::new(Reason::MalformedCertificate) }));
                }
            }
        }
        let mut failed: Option<ChainFailure> = None;
        for reference in &ctx.tenant_settings()?.trust_stores {
            let Some(trust) = ctx.settings.trust_stores.get(reference.as_str()) else { continue };
            let request =
                TrustRequest { certificates: certificates.clone(), purpose: Purpose::Client, at: ctx.now };
            match self.verify_by(trust, request, ctx.now).await? {
                Ok(found) if self.goes_through_ours(ctx, &found).await? => {}
                Ok(_) => {
                    let trust_store = reference.as_str().to_owned();
                    return Ok(Ok(X509Accepted::Foreign { trust_store, certificate: leaf }));
                }
                Err(failures) => failed = most_telling(failed, failures),
            }
        }
        Ok(Err(match failed {
            Some(failure) => {
                Rejection { detail: Some(failure.detail), ..Rejection::new(reason(failure.reason)) }
            }
            None => Rejection::new(Reason::UntrustedIssuer),
        }))
    }

    /// Whether a path goes through a CA of ours: what another tenant's CA issued is judged by its record, which this
    /// tenant doesn't have, and by nothing else.
    async fn goes_through_ours(&self, ctx: &Ctx, found: &VerifiedChain) -> Result<bool, Error> {
        let ours = self.own_cas.get(&self.store, &ctx.settings).await?;
        Ok(found.path.iter().skip(1).any(|der| ours.has_key_of(der)))
    }
}

/// A store that knows the issuer says more than one that doesn't.
fn most_telling(known: Option<ChainFailure>, failures: Vec<ChainFailure>) -> Option<ChainFailure> {
    let stranger = |failure: &ChainFailure| failure.reason == ChainFailureReason::UntrustedIssuer;
    match known {
        Some(known) if !stranger(&known) => Some(known),
        known => failures.into_iter().next().or(known),
    }
}

/// A failure as the API tells it.
pub(super) const fn reason(reason: ChainFailureReason) -> Reason {
    use ChainFailureReason as Failure;
    match reason {
        Failure::Revoked => Reason::RevokedByCrl,
        Failure::Expired => Reason::Expired,
        Failure::NotYetValid => Reason::NotYetValid,
        Failure::BadSignature => Reason::BadSignature,
        Failure::Malformed => Reason::MalformedCertificate,
        Failure::UntrustedIssuer => Reason::UntrustedIssuer,
        Failure::ExtendedKeyUsage | Failure::KeyUsage => Reason::KeyUsage,
        Failure::NameConstraints | Failure::NameMismatch => Reason::NameConstraints,
        Failure::RevocationUnknown => Reason::RevocationUnknown,
        Failure::NoCertificate
        | Failure::TooManyCertificates
        | Failure::Unsupported
        | Failure::CaAsLeaf
        | Failure::PathLength
        | Failure::WeakKey
        | Failure::NonConforming => Reason::InvalidChain,
    }
}
