//! A certificate that somebody presents: what it says of itself, and whether an authority of ours issued it.

use vouchsafe_domain::{SerialNumber, Timestamp};
use x509_parser::extensions::ParsedExtension;
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use crate::validity::Validity;
use crate::{
    Authority, CertificatePemError, MalformedCertificate, ca_certificate, certificate_pem, distinguished_name,
};

/// What a certificate says of itself. Nothing of it is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedCertificate {
    der: Vec<u8>,
    issuer_der: Vec<u8>,
    issuer_key_id: Option<Vec<u8>>,
    serial_number: Option<SerialNumber>,
    common_name: Option<String>,
    public_key_der: Vec<u8>,
    validity: Validity,
}

/// Why a text is no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PresentedError {
    /// Not one PEM certificate.
    #[error(transparent)]
    Pem(#[from] CertificatePemError),
    /// Not X.509.
    #[error(transparent)]
    Malformed(#[from] MalformedCertificate),
}

impl PresentedCertificate {
    /// Reads exactly one PEM certificate.
    ///
    /// # Errors
    /// [`PresentedError`], all the sender's.
    pub fn from_pem(text: &str) -> Result<Self, PresentedError> {
        Ok(Self::from_der(certificate_pem::read(text)?)?)
    }

    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`MalformedCertificate`].
    pub fn from_der(der: Vec<u8>) -> Result<Self, MalformedCertificate> {
        let certificate = ca_certificate::parse(&der).map_err(|_| MalformedCertificate)?;
        let issuer_key_id =
            certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    id.key_identifier.as_ref().map(|id| id.0.to_vec())
                }
                _ => None,
            });
        let common_name = certificate.subject().iter_common_name().next();
        Ok(Self {
            issuer_der: certificate.issuer().as_raw().to_vec(),
            issuer_key_id,
            serial_number: SerialNumber::from_integer(certificate.raw_serial()),
            common_name: common_name.and_then(|name| name.as_str().ok()).map(str::to_owned),
            public_key_der: certificate.public_key().raw.to_vec(),
            validity: ca_certificate::validity(&certificate),
            der,
        })
    }

    /// The certificate itself.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its serial number; `None` if it is not one that RFC 5280 4.1.2.2 permits.
    #[must_use]
    pub const fn serial_number(&self) -> Option<&SerialNumber> {
        self.serial_number.as_ref()
    }

    /// Its subject's first common name, as far as it is text.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// Its public key, DER `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key_der(&self) -> &[u8] {
        &self.public_key_der
    }

    /// The last moment of its validity.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.validity.ends_at()
    }

    /// The first moment of its validity.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.validity.starts_at()
    }
}

impl Authority {
    /// Whether a certificate says that this authority issued it: by name, and by key where it names one.
    #[must_use]
    pub fn is_issuer_of(&self, certificate: &PresentedCertificate) -> bool {
        certificate.issuer_der == self.subject_der()
            && certificate.issuer_key_id.as_deref().is_none_or(|id| id == self.subject_key_id())
    }

    /// Whether a certificate carries this authority's signature.
    #[must_use]
    pub fn has_signed(&self, certificate: &PresentedCertificate) -> bool {
        let Ok(certificate) = ca_certificate::parse(&certificate.der) else { return false };
        match SubjectPublicKeyInfo::from_der(&self.certificate.spki_der) {
            Ok((_, key)) => certificate.verify_signature(Some(&key)).is_ok(),
            Err(_) => false,
        }
    }

    /// Whether a text names this authority: its common name alone; its distinguished name as RFC 4514 writes it, in
    /// either order, as programs do; or as the configuration shows it, `C=HU/ST=..`.
    #[must_use]
    pub fn is_named(&self, issuer: &str) -> bool {
        let Ok((_, name)) = X509Name::from_der(self.subject_der()) else { return false };
        let common_name = name.iter_common_name().next().and_then(|name| name.as_str().ok());
        if common_name == Some(issuer) || distinguished_name::text(&name) == issuer {
            return true;
        }
        let own: Vec<String> = name
            .iter_attributes()
            .map(|attribute| {
                let label = oid2abbrev(attribute.attr_type(), oid_registry()).unwrap_or_default();
                format!("{label}={}", attribute.as_str().unwrap_or_default())
            })
            .collect();
        let named: Vec<String> = issuer.split(',').map(label_in_capitals).collect();
        named == own || named.iter().rev().eq(own.iter())
    }
}

/// Types of attributes are the same in any case (RFC 4514 section 4).
fn label_in_capitals(attribute: &str) -> String {
    match attribute.trim().split_once('=') {
        Some((label, value)) => format!("{}={}", label.trim().to_ascii_uppercase(), value.trim()),
        None => String::new(),
    }
}
