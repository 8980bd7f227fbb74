//! A CA: its certificate, the chain above it, its key.

use aws_lc_rs::digest;
use rcgen::SignatureAlgorithm;
use vouchsafe_domain::Timestamp;

use crate::ca_certificate::{CaCertificate, Link};
use crate::draft::IssuerName;
use crate::validity::Validity;
use crate::{BuildError, CaCertificateError, KeyPair, LintError, VerifiedPublicKey, pem};

/// A CA that can issue. Everything about its certificate is read when it is made or loaded, nothing when it issues.
#[derive(Debug)]
pub struct Authority {
    pub(crate) certificate: CaCertificate,
    pub(crate) key_pair: KeyPair,
    /// From the latest begin to the earliest end in the chain: outside it no path through this CA is valid.
    pub(crate) validity: Validity,
    /// SHA-256 of the certificate: which authority this is.
    pub(crate) identity: [u8; 32],
    /// Its certificate and those above it, nearest first. Never empty.
    chain: Vec<Link>,
    /// The PEM texts of the chain below a self-signed root.
    ca_chain: Vec<String>,
}

/// Why an authority could not be made or loaded.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// No certificate in the text.
    #[error("there is no PEM block CERTIFICATE")]
    NotPem,
    /// Not a CA certificate.
    #[error(transparent)]
    Certificate(#[from] CaCertificateError),
    /// Another certificate's key.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// The issuing CA's certificate has ended or not yet begun.
    #[error("the issuing CA's certificate is not valid now")]
    IssuerNotValid,
    /// The CA certificate that was made breaks a rule.
    #[error("the CA certificate breaks a rule")]
    Lint(#[from] LintError),
    /// The CA certificate could not be made.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl Authority {
    /// Loads an authority from what [`Self::chain_pem`] and [`Self::key_pair`] gave. `chain_pem` starts with the
    /// authority's own certificate; the certificates above it follow, nearest first.
    ///
    /// This trusts the chain; [`Self::import`] doesn't.
    ///
    /// # Errors
    /// [`AuthorityError`] if there is no CA certificate or the key is another one's.
    pub fn load(chain_pem: &str, key_pair: KeyPair) -> Result<Self, AuthorityError> {
        let chain = pem::certificates(chain_pem).ok_or(AuthorityError::NotPem)?;
        Self::from_der(chain, key_pair)
    }

    pub(crate) fn from_der(chain: Vec<Vec<u8>>, key_pair: KeyPair) -> Result<Self, AuthorityError> {
        let chain = chain.into_iter().map(Link::new).collect::<Result<Vec<_>, _>>()?;
        let own = chain.first().ok_or(AuthorityError::NotPem)?;
        let certificate = CaCertificate::parse(&own.der)?;
        if certificate.spki_der != VerifiedPublicKey::from(&key_pair).to_spki_der() {
            return Err(AuthorityError::KeyMismatch);
        }
        let mut identity = [0; 32];
        identity.copy_from_slice(digest::digest(&digest::SHA256, &own.der).as_ref());
        Ok(Self {
            validity: chain.iter().fold(own.validity, |validity, link| validity.within(link.validity)),
            ca_chain: chain
                .iter()
                .take_while(|link| !link.self_issued)
                .map(|link| link.pem.clone())
                .collect(),
            certificate,
            key_pair,
            identity,
            chain,
        })
    }

    /// The CA certificate, PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        self.chain.first().map_or("", |link| &link.pem)
    }

    /// The CA certificate, DER.
    #[must_use]
    pub fn certificate_der(&self) -> &[u8] {
        self.chain.first().map_or(&[], |link| &link.der)
    }

    /// The CA certificate and all those above it, nearest first, as one PEM text: what [`Self::load`] takes.
    #[must_use]
    pub fn chain_pem(&self) -> String {
        self.chain.iter().flat_map(|link| [link.pem.as_str(), "\n"]).collect()
    }

    /// The API's `caChain`: the CA certificate and those above it, nearest first, PEM, without a self-signed root,
    /// which a verifier must have from elsewhere. As documented, a tenant CA under our own root is alone here.
    #[must_use]
    pub fn ca_chain(&self) -> &[String] {
        &self.ca_chain
    }

    /// The key, to be stored sealed.
    #[must_use]
    pub const fn key_pair(&self) -> &KeyPair {
        &self.key_pair
    }

    /// The identifier of the CA's key.
    #[must_use]
    pub fn subject_key_id(&self) -> &[u8] {
        &self.certificate.key_id
    }

    /// The CA's subject as it stands in its certificate, DER `Name`: the issuer of all it issues.
    #[must_use]
    pub fn subject_der(&self) -> &[u8] {
        &self.certificate.subject_der
    }

    /// From when certificates of this CA can be valid: the latest begin in the chain.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.validity.starts_at()
    }

    /// Until when certificates of this CA can be valid: the earliest end in the chain.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.validity.ends_at()
    }

    pub(crate) fn signature(&self) -> &'static SignatureAlgorithm {
        self.key_pair.algorithm().signature()
    }

    pub(crate) fn issuer_name(&self) -> IssuerName<'_> {
        IssuerName { subject_der: Some(&self.certificate.subject_der), algorithm: self.signature() }
    }

    /// The chain of a certificate that this authority issues to another CA.
    pub(crate) fn chain_under(&self, der: Vec<u8>) -> Vec<Vec<u8>> {
        std::iter::once(der).chain(self.chain.iter().map(|link| link.der.clone())).collect()
    }
}
