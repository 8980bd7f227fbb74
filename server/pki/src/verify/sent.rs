//! The certificates of a request, read once.

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;
use x509_parser::certificate::X509Certificate;

use super::ChainRequest;
use super::failure::{self, ChainFailure, ChainFailureReason};
use super::rules::{self, Role};
use crate::ca_certificate;

/// All of them, in the request's order.
pub(super) struct Sent<'a>(Vec<One<'a>>);

/// One of them.
pub(super) struct One<'a> {
    pub(super) index: usize,
    pub(super) der: &'a CertificateDer<'a>,
    read: Option<X509Certificate<'a>>,
    /// What is wrong with it by itself, where it stands. No good path goes through one with faults.
    pub(super) faults: Vec<ChainFailure>,
}

impl<'a> Sent<'a> {
    pub(super) fn read_all(request: &'a ChainRequest<'a>) -> Self {
        Self(
            request
                .certificates
                .iter()
                .enumerate()
                .map(|(index, der)| One::new(index, der, request))
                .collect(),
        )
    }

    pub(super) fn leaf(&self) -> Option<&One<'a>> {
        self.0.first()
    }

    /// Those besides the leaf that a path may go through, or could but for a fault: one with faults is passed over if
    /// there is one without for the same name and key.
    pub(super) fn candidates(&self) -> impl Iterator<Item = (&One<'a>, &X509Certificate<'a>)> {
        let others = || self.0.iter().skip(1).filter_map(|one| Some((one, one.read.as_ref()?)));
        others().filter(move |(one, certificate)| {
            let replaces = |(other, it): (&One<'_>, &X509Certificate<'_>)| {
                other.faults.is_empty()
                    && it.subject().as_raw() == certificate.subject().as_raw()
                    && it.public_key().raw == certificate.public_key().raw
            };
            one.faults.is_empty() || !others().any(replaces)
        })
    }

    /// Why some of them can't be read.
    pub(super) fn unread(&self) -> impl Iterator<Item = ChainFailure> {
        self.0.iter().filter(|one| one.read.is_none()).flat_map(|one| one.faults.clone())
    }

    /// The leaf and what its path may go through by the names of issuers, without roots: those stand for themselves.
    pub(super) fn related(&self) -> Vec<(&One<'a>, &X509Certificate<'a>)> {
        let leaf = self.leaf().and_then(|leaf| Some((leaf, leaf.read.as_ref()?)));
        let mut found: Vec<(&One<'a>, &X509Certificate<'a>)> = Vec::new();
        let mut next: Vec<_> = leaf.into_iter().collect();
        while let Some((one, certificate)) = next.pop() {
            if found.iter().all(|(known, _)| known.index != one.index) {
                found.push((one, certificate));
                next.extend(self.candidates().filter(|(_, other)| may_have_issued(other, certificate)));
            }
        }
        found.sort_by_key(|(one, _)| one.index);
        found
    }
}

fn may_have_issued(issuer: &X509Certificate<'_>, certificate: &X509Certificate<'_>) -> bool {
    issuer.subject().as_raw() == certificate.issuer().as_raw()
        && issuer.subject().as_raw() != issuer.issuer().as_raw()
}

impl<'a> One<'a> {
    fn new(index: usize, der: &'a CertificateDer<'a>, request: &ChainRequest<'_>) -> Self {
        match read(index, der) {
            Ok(certificate) => {
                let faults = faults(index, &certificate, request);
                Self { index, der, read: Some(certificate), faults }
            }
            Err(failure) => Self { index, der, read: None, faults: vec![failure] },
        }
    }

    pub(super) const fn is_read(&self) -> bool {
        self.read.is_some()
    }
}

/// Both readers must understand it: webpki builds the path, x509-parser serves the rules.
fn read<'a>(index: usize, der: &'a CertificateDer<'a>) -> Result<X509Certificate<'a>, ChainFailure> {
    EndEntityCert::try_from(der).map_err(|error| {
        let (reason, detail) = failure::of_webpki(&error);
        reason.of(index, detail)
    })?;
    ca_certificate::parse(der).map_err(|_| {
        ChainFailureReason::Malformed
            .of(index, "the certificate is not well-formed X.509 in DER (RFC 5280 4.1)")
    })
}

/// Its time, and the rules.
fn faults(index: usize, certificate: &X509Certificate<'_>, request: &ChainRequest<'_>) -> Vec<ChainFailure> {
    let validity = ca_certificate::validity(certificate);
    let time = if request.at.as_secs() > validity.not_after {
        Some((ChainFailureReason::Expired, "the certificate is expired (RFC 5280 4.1.2.5)"))
    } else if request.at.as_secs() < validity.not_before {
        Some((ChainFailureReason::NotYetValid, "the certificate is not yet valid (RFC 5280 4.1.2.5)"))
    } else {
        None
    };
    let role = if index == 0 { Role::Leaf } else { Role::Issuer };
    let broken = time.into_iter().chain(rules::broken(certificate, role, &request.purpose));
    broken.map(|(reason, detail)| reason.of(index, detail)).collect()
}
