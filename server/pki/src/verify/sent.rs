//! The certificates of a request, read once.

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;
use x509_parser::certificate::X509Certificate;

use super::failure::{self, ChainFailure, ChainFailureReason};
use crate::ca_certificate;

/// All of them, in the request's order.
pub(super) struct Sent<'a>(Vec<One<'a>>);

/// One of them.
pub(super) struct One<'a> {
    pub(super) index: usize,
    pub(super) der: &'a CertificateDer<'a>,
    /// What it says, or why that can't be read.
    pub(super) read: Result<X509Certificate<'a>, ChainFailure>,
}

impl<'a> Sent<'a> {
    pub(super) fn read_all(certificates: &'a [CertificateDer<'a>]) -> Self {
        Self(
            certificates
                .iter()
                .enumerate()
                .map(|(index, der)| One { index, der, read: read(index, der) })
                .collect(),
        )
    }

    pub(super) fn leaf(&self) -> Option<&One<'a>> {
        self.0.first()
    }

    /// Those besides the leaf that can be read.
    pub(super) fn others(&self) -> impl Iterator<Item = &One<'a>> {
        self.0.iter().skip(1).filter(|one| one.read.is_ok())
    }

    /// Why some of them can't be read.
    pub(super) fn unread(&self) -> impl Iterator<Item = ChainFailure> {
        self.0.iter().filter_map(|one| one.read.as_ref().err().cloned())
    }

    /// The leaf and what its path may go through by the names of issuers, without roots: those stand for themselves.
    pub(super) fn related(&self) -> Vec<(usize, &X509Certificate<'a>)> {
        let mut found: Vec<(usize, &X509Certificate<'a>)> = Vec::new();
        let mut next: Vec<&One<'a>> = self.leaf().into_iter().collect();
        while let Some(one) = next.pop() {
            let Ok(certificate) = &one.read else { continue };
            if found.iter().any(|(index, _)| *index == one.index) {
                continue;
            }
            found.push((one.index, certificate));
            next.extend(self.others().filter(|other| {
                other.read.as_ref().is_ok_and(|other| {
                    other.subject().as_raw() == certificate.issuer().as_raw()
                        && other.subject().as_raw() != other.issuer().as_raw()
                })
            }));
        }
        found.sort_by_key(|(index, _)| *index);
        found
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
