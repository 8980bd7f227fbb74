//! The search for a good path, by rustls-webpki, with our rules for what it doesn't look at.

use std::cell::RefCell;
use std::time::Duration;

use rustls_pki_types::{CertificateDer, TrustAnchor as Anchor, UnixTime};
use vouchsafe_domain::Timestamp;
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, Error, ExpirationPolicy, ExtendedKeyUsageValidator,
    KeyPurposeIdIter, KeyUsage, RevocationCheckDepth, RevocationOptionsBuilder, VerifiedPath,
};

use super::failure::{ChainFailure, ChainFailureReason};
use super::lists::Lists;
use super::sent::Sent;
use super::{ChainRequest, Purpose, RevocationCheck, rules};
use crate::TrustAnchor;

/// What webpki reports for a path that one of our rules forbids. It reports it for nothing else.
pub(super) const FORBIDDEN: Error = Error::UnsupportedNameType;

/// Where a path may go through and end.
pub(super) struct Search<'a> {
    request: &'a ChainRequest<'a>,
    roots: Vec<&'a TrustAnchor>,
    anchors: Vec<Anchor<'a>>,
    intermediates: Vec<CertificateDer<'a>>,
    pub(super) lists: Option<Lists<'a>>,
    /// What our rules said of paths that webpki found good.
    pub(super) forbidden: RefCell<Vec<ChainFailure>>,
}

/// How strictly a path is searched: less so only for finding further reasons.
#[derive(Debug, Clone, Copy)]
pub(super) enum Conditions {
    AsAsked,
    /// At another moment, for any usage, without revocation.
    Path {
        at: Timestamp,
    },
    /// The same with revocation by the lists that are current at the request's moment.
    Revocation {
        at: Timestamp,
    },
}

impl<'a> Search<'a> {
    pub(super) fn new(request: &'a ChainRequest<'a>, sent: &Sent<'a>) -> Self {
        let (roots, between) = ends_of_paths(request);
        let between = between.into_iter().map(|anchor| &**anchor.certificate_der());
        let intermediates = sent.candidates().map(|(one, _)| &**one.der).chain(between);
        Self {
            anchors: roots.iter().map(|root| borrowed(&root.anchor)).collect(),
            intermediates: intermediates.map(CertificateDer::from).collect(),
            roots,
            lists: Lists::new(request),
            forbidden: RefCell::default(),
            request,
        }
    }

    /// The path as it is asked for.
    pub(super) fn run(&self, leaf: &CertificateDer<'_>) -> Result<Vec<CertificateDer<'static>>, Error> {
        self.run_under(leaf, Conditions::AsAsked)
    }

    pub(super) fn run_under(
        &self,
        leaf: &CertificateDer<'_>,
        conditions: Conditions,
    ) -> Result<Vec<CertificateDer<'static>>, Error> {
        let (at, usage, lists) = match conditions {
            Conditions::AsAsked => (self.request.at, usage(&self.request.purpose), self.lists.as_ref()),
            Conditions::Path { at } => (at, Usage(None), None),
            Conditions::Revocation { at } => (at, Usage(None), self.lists.as_ref()),
        };
        let as_asked = matches!(conditions, Conditions::AsAsked);
        let for_webpki = lists.map(|lists| (lists.depth, lists.for_webpki(!as_asked)));
        let revocation = for_webpki.as_ref().map(|(depth, lists)| {
            let options = RevocationOptionsBuilder::new(lists).map_err(|_| Error::UnknownRevocationStatus)?;
            let expiry = if as_asked { ExpirationPolicy::Enforce } else { ExpirationPolicy::Ignore };
            Ok(options.with_depth(*depth).with_expiration_policy(expiry).build())
        });
        let by_our_rules = |path: &VerifiedPath<'_>| self.end(path, lists).map(drop);
        let leaf = EndEntityCert::try_from(leaf)?;
        let path = leaf.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &self.anchors,
            &self.intermediates,
            unix_time(at),
            usage,
            revocation.transpose()?,
            Some(&by_our_rules),
        )?;
        let end = self.end(&path, lists)?.certificate_der().clone();
        let through = path.intermediate_certificates().map(|certificate| certificate.der().into_owned());
        Ok(std::iter::once(leaf.der().into_owned()).chain(through).chain([end]).collect())
    }

    /// The authority where a path ends that webpki found good, if our rules find it good, too.
    fn end(&self, path: &VerifiedPath<'_>, lists: Option<&Lists<'_>>) -> Result<&'a TrustAnchor, Error> {
        let between: Vec<_> = path.intermediate_certificates().map(|certificate| certificate.der()).collect();
        if between.len() > self.request.max_intermediates {
            return Err(Error::PathLenConstraintViolated);
        }
        let ends = self.roots.iter().copied().filter(|root| root.anchor == *path.anchor());
        let ends: Vec<_> = ends.filter(|root| root.has_room_for(between.len())).collect();
        if ends.is_empty() {
            return Err(Error::PathLenConstraintViolated);
        }
        let mut broken: Vec<_> = between.iter().flat_map(|der| self.of_intermediate(der)).collect();
        // webpki has looked at the key usage of every issuer of a list but the anchor.
        let signs_list =
            lists.is_some_and(|lists| lists.depth == RevocationCheckDepth::Chain || between.is_empty());
        let of_ends: Vec<_> = ends.into_iter().map(|end| (end, self.of_end(end, signs_list))).collect();
        match of_ends.iter().find(|(_, broken)| broken.is_empty()) {
            Some((end, _)) if broken.is_empty() => return Ok(end),
            Some(_) => {}
            None => broken.extend(of_ends.into_iter().flat_map(|(_, broken)| broken)),
        }
        self.forbidden.borrow_mut().extend(broken);
        Err(FORBIDDEN)
    }

    fn of_intermediate(&self, der: &CertificateDer<'_>) -> Vec<ChainFailure> {
        let index = self.request.certificates.iter().position(|sent| **sent == **der);
        rules::broken_by(der, rules::Role::Issuer, &self.request.purpose)
            .into_iter()
            .map(|(reason, detail)| ChainFailure { reason, certificate: index, detail: detail.to_owned() })
            .collect()
    }

    fn of_end(&self, end: &TrustAnchor, signs_list: bool) -> Vec<ChainFailure> {
        let broken = rules::broken_by(end.certificate_der(), rules::Role::Anchor, &self.request.purpose);
        let mut broken: Vec<_> = broken
            .into_iter()
            .map(|(reason, detail)| reason.without_certificate(format!("of the trusted authority: {detail}")))
            .collect();
        if signs_list && !end.signs_lists() {
            let detail = "the trusted authority's key usage has no cRLSign, so its revocation list proves nothing (RFC 5280 6.3.3 f)";
            broken.push(ChainFailureReason::RevocationUnknown.without_certificate(detail));
        }
        broken
    }
}

/// The anchors where a path may end, and the certificates of the store that a path may go through instead.
fn ends_of_paths<'a>(request: &ChainRequest<'a>) -> (Vec<&'a TrustAnchor>, Vec<&'a TrustAnchor>) {
    let vouches = |anchor: &TrustAnchor| match request.purpose {
        Purpose::Any => true,
        Purpose::Client => anchor.is_for_clients(),
        Purpose::Server(_) => anchor.is_for_servers(),
    };
    let usable: Vec<_> =
        request.anchors.iter().filter(|anchor| anchor.is_valid_at(request.at) && vouches(anchor)).collect();
    let goes_on = |anchor: &TrustAnchor| {
        matches!(request.revocation, RevocationCheck::Full(_))
            && usable.iter().any(|other| anchor.is_below(other))
    };
    usable.iter().copied().partition(|anchor| !goes_on(anchor))
}

fn borrowed<'a>(anchor: &'a Anchor<'static>) -> Anchor<'a> {
    Anchor {
        subject: (&*anchor.subject).into(),
        subject_public_key_info: (&*anchor.subject_public_key_info).into(),
        name_constraints: anchor.name_constraints.as_deref().map(Into::into),
    }
}

/// A moment before 1970 counts as 1970.
fn unix_time(at: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(at.as_secs()).unwrap_or(0)))
}

/// RFC 5280 4.2.1.12 for each certificate of a path but the anchor; without a usage any will do.
struct Usage(Option<KeyUsage>);

const fn usage(purpose: &Purpose<'_>) -> Usage {
    Usage(match purpose {
        Purpose::Any => None,
        Purpose::Client => Some(KeyUsage::client_auth()),
        Purpose::Server(_) => Some(KeyUsage::server_auth()),
    })
}

impl ExtendedKeyUsageValidator for Usage {
    fn validate(&self, mut usages: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        match &self.0 {
            Some(usage) => usage.validate(usages),
            None => usages.try_for_each(|usage| usage.map(drop)),
        }
    }
}
