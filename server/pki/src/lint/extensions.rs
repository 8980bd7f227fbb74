//! A certificate's extensions as the rules look at them.

use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{
    AuthorityInfoAccess, CRLDistributionPoint, CRLDistributionPoints, DistributionPointName,
    ExtendedKeyUsage, GeneralName, KeyUsage, ParsedExtension,
};
use x509_parser::oid_registry::{OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS, OID_PKIX_ACCESS_DESCRIPTOR_OCSP};

use super::{LintError, require};
use crate::name::AltName;
use crate::{Pointers, extension};

/// id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1).
const OCSP_NO_CHECK: Oid<'static> = oid!(1.3.6.1.5.5.7.48.1.5);

/// The extensions a certificate of ours can have, each at most once.
#[derive(Default)]
pub(super) struct Extensions<'a> {
    pub(super) key_usage: Option<KeyUsage>,
    /// Whether it says CA:TRUE, and without a path length.
    pub(super) basic_constraints: Option<(bool, bool)>,
    pub(super) extended_key_usage: Option<Purposes>,
    pub(super) subject_key_id: Option<&'a [u8]>,
    /// The key identifier if nothing else is in it.
    pub(super) authority_key_id: Option<Option<&'a [u8]>>,
    alt_names: Option<&'a [GeneralName<'a>]>,
    crl_points: Option<&'a CRLDistributionPoints<'a>>,
    info_access: Option<&'a AuthorityInfoAccess<'a>>,
    pub(super) ocsp_no_check: bool,
}

/// What an extended key usage permits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purposes {
    /// These two and no other.
    ServerAndClientAuth,
    /// This one and no other.
    OcspSigning,
    Others,
}

impl Purposes {
    fn of(usage: &ExtendedKeyUsage<'_>) -> Self {
        let others = usage.any
            || usage.code_signing
            || usage.email_protection
            || usage.time_stamping
            || !usage.other.is_empty();
        match (usage.server_auth, usage.client_auth, usage.ocsp_signing, others) {
            (true, true, false, false) => Self::ServerAndClientAuth,
            (false, false, true, false) => Self::OcspSigning,
            _ => Self::Others,
        }
    }
}

impl<'a> Extensions<'a> {
    pub(super) fn read(certificate: &'a X509Certificate<'_>) -> Result<Self, LintError> {
        let mut found = Self::default();
        for extension in certificate.extensions() {
            let (duplicate, critical) = match extension.parsed_extension() {
                ParsedExtension::KeyUsage(usage) => (found.key_usage.replace(*usage).is_some(), true),
                ParsedExtension::BasicConstraints(constraints) => {
                    let value = (constraints.ca, constraints.path_len_constraint.is_none());
                    (found.basic_constraints.replace(value).is_some(), true)
                }
                ParsedExtension::ExtendedKeyUsage(usage) => {
                    (found.extended_key_usage.replace(Purposes::of(usage)).is_some(), false)
                }
                ParsedExtension::SubjectKeyIdentifier(id) => {
                    (found.subject_key_id.replace(id.0).is_some(), false)
                }
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    let alone = id.authority_cert_issuer.is_none() && id.authority_cert_serial.is_none();
                    let value = id.key_identifier.as_ref().filter(|_| alone).map(|id| id.0);
                    (found.authority_key_id.replace(value).is_some(), false)
                }
                ParsedExtension::SubjectAlternativeName(names) => {
                    (found.alt_names.replace(&names.general_names).is_some(), false)
                }
                ParsedExtension::CRLDistributionPoints(points) => {
                    (found.crl_points.replace(points).is_some(), false)
                }
                ParsedExtension::AuthorityInfoAccess(access) => {
                    (found.info_access.replace(access).is_some(), false)
                }
                ParsedExtension::UnsupportedExtension { oid } if *oid == OCSP_NO_CHECK => {
                    require(extension.value == [5, 0], LintError::Malformed)?;
                    (std::mem::replace(&mut found.ocsp_no_check, true), false)
                }
                ParsedExtension::ParseError { .. } => return Err(LintError::Malformed),
                _ => return Err(LintError::UnexpectedExtension),
            };
            require(!duplicate, LintError::DuplicateExtension)?;
            require(extension.critical == critical, LintError::Criticality)?;
        }
        Ok(found)
    }

    pub(super) fn alt_name_is(&self, wanted: Option<AltName<'_>>) -> Result<(), LintError> {
        let fits = match (self.alt_names, wanted) {
            (None, None) => true,
            (Some([GeneralName::DNSName(found)]), Some(AltName::Dns(wanted))) => *found == wanted,
            (Some([GeneralName::IPAddress(found)]), Some(AltName::Ip(wanted))) => {
                *found == extension::octets(wanted)
            }
            _ => false,
        };
        require(fits, LintError::SubjectAltName)
    }

    pub(super) fn pointers_are(&self, wanted: Option<&Pointers>) -> Result<(), LintError> {
        let fit = match (self.crl_points, self.info_access, wanted) {
            (None, None, None) => true,
            (Some(points), Some(access), Some(wanted)) => {
                is_point(&points.points, wanted.crl()) && is_access(access, wanted)
            }
            _ => false,
        };
        require(fit, LintError::Pointers)
    }
}

fn is_point(points: &[CRLDistributionPoint<'_>], wanted: &str) -> bool {
    let [point] = points else { return false };
    let Some(DistributionPointName::FullName(names)) = &point.distribution_point else { return false };
    point.reasons.is_none()
        && point.crl_issuer.is_none()
        && matches!(names.as_slice(), [GeneralName::URI(uri)] if *uri == wanted)
}

fn is_access(access: &AuthorityInfoAccess<'_>, wanted: &Pointers) -> bool {
    let [ocsp, issuer] = access.accessdescs.as_slice() else { return false };
    ocsp.access_method == OID_PKIX_ACCESS_DESCRIPTOR_OCSP
        && ocsp.access_location == GeneralName::URI(wanted.ocsp())
        && issuer.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS
        && issuer.access_location == GeneralName::URI(wanted.issuer())
}
