//! What stands in a leaf certificate. Decided here alone, after the documented example.

use rcgen::CertificateParams;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_domain::{CommonName, Timestamp, Ttl};

use crate::extension::{self, DIGITAL_SIGNATURE, KEY_AGREEMENT, KEY_ENCIPHERMENT};
use crate::validity::Validity;
use crate::{Authority, KeyAlgorithm, Pointers, VerifiedPublicKey, name};

/// How long a leaf lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// As asked for; to outlive the CA is an error.
    Exactly(Ttl),
    /// Nothing was asked for: this long, or until the CA's end.
    AtMost(Ttl),
}

/// A leaf certificate as it will be, but for serial and key. Private fields: only [`Profile::new`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    common_name: CommonName,
    validity: Validity,
    pointers: Option<Pointers>,
}

/// Why a leaf can't be as asked for. The caller's fault but for [`ProfileError::IssuerNotValid`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// A leaf never outlives its issuer.
    #[error("ttl runs past the end of the issuing CA; the latest possible end is {}", rfc3339(*.latest))]
    OutlivesIssuer {
        /// The CA's end.
        latest: Timestamp,
    },
    /// The CA has ended or not yet begun.
    #[error("the issuing CA's certificate is not valid now")]
    IssuerNotValid,
}

fn rfc3339(moment: Timestamp) -> String {
    OffsetDateTime::from(moment).format(&Rfc3339).unwrap_or_default()
}

impl Profile {
    /// Decides a leaf: valid from 30 s ago, for the given lifetime from now, in whole seconds, inside the CA's validity.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn new(
        common_name: CommonName,
        lifetime: Lifetime,
        now: Timestamp,
        authority: &Authority,
    ) -> Result<Self, ProfileError> {
        if !authority.validity.contains(now) {
            return Err(ProfileError::IssuerNotValid);
        }
        let (Lifetime::Exactly(ttl) | Lifetime::AtMost(ttl)) = lifetime;
        let wanted = Validity::new(now, ttl.duration());
        let validity = wanted.within(authority.validity);
        if matches!(lifetime, Lifetime::Exactly(_)) && wanted.not_after != validity.not_after {
            return Err(ProfileError::OutlivesIssuer { latest: authority.not_after() });
        }
        Ok(Self { common_name, validity, pointers: None })
    }

    /// The same leaf, saying where its CA's revocation list, OCSP responder and certificate are. The documented one
    /// doesn't.
    #[must_use]
    pub fn with_pointers(self, pointers: Pointers) -> Self {
        Self { pointers: Some(pointers), ..self }
    }

    /// The subject's common name.
    #[must_use]
    pub const fn common_name(&self) -> &CommonName {
        &self.common_name
    }

    /// The first moment of validity.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.validity.starts_at()
    }

    /// The last moment of validity.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.validity.ends_at()
    }

    pub(crate) const fn pointers(&self) -> Option<&Pointers> {
        self.pointers.as_ref()
    }

    pub(crate) const fn validity(&self) -> Validity {
        self.validity
    }

    /// Subject and extensions, in the order of the documented leaf. It has no basicConstraints (RFC 5280 4.2.1.9:
    /// absent means no CA). Pointers, which it doesn't have either, come last.
    pub(crate) fn params(&self, public_key: &VerifiedPublicKey, issuer_key_id: &[u8]) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = name::distinguished_name(&self.common_name);
        params.custom_extensions = vec![
            extension::key_usage(key_usage(public_key.key_algorithm())),
            extension::extended_key_usage(),
            extension::subject_key_identifier(public_key.key_id()),
            extension::authority_key_identifier(issuer_key_id),
        ];
        params.custom_extensions.extend(name::alt_name(&self.common_name).map(extension::alt_name));
        if let Some(pointers) = &self.pointers {
            params.custom_extensions.push(extension::crl_distribution_point(pointers));
            params.custom_extensions.push(extension::authority_info_access(pointers));
        }
        params
    }
}

/// RSA as documented. No EC key enciphers a key (RFC 8813 section 3), an Ed25519 key only signs (RFC 8410 section 5).
const fn key_usage(algorithm: KeyAlgorithm) -> u8 {
    match algorithm {
        KeyAlgorithm::Rsa => DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_AGREEMENT,
        KeyAlgorithm::EcP256 | KeyAlgorithm::EcP384 => DIGITAL_SIGNATURE | KEY_AGREEMENT,
        KeyAlgorithm::Ed25519 => DIGITAL_SIGNATURE,
    }
}
