//! The authorities of a trust store: CA certificates that somebody else's certificates are verified by.

use std::sync::LazyLock;

use rustls_pki_types::{CertificateDer, TrustAnchor as Anchor};
use vouchsafe_domain::Timestamp;
use webpki::anchor_from_trusted_cert;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::KeyUsage;

use crate::certificate_info::MalformedCertificate;
use crate::certificate_pem;
use crate::validity::Validity;
use crate::{CertificateInfo, CertificatePemError, ca_certificate};

/// A CA certificate that is trusted because it is in a trust store (RFC 5280 6.1.1 d).
#[derive(Debug, Clone)]
pub struct TrustAnchor {
    info: CertificateInfo,
    certificate_der: CertificateDer<'static>,
    subject_der: Vec<u8>,
    issuer_der: Vec<u8>,
    validity: Validity,
    allows: Allows,
    pub(crate) anchor: Anchor<'static>,
}

/// What a CA may do below what every CA may.
#[derive(Debug, Clone, Copy)]
struct Allows {
    path_length: Option<u32>,
    clients: bool,
    servers: bool,
    lists: bool,
}

/// Why a text is no authority for a trust store. The messages are for its sender, to be read after the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustAnchorError {
    /// Not one PEM certificate.
    #[error(transparent)]
    Pem(#[from] CertificatePemError),
    /// Not X.509.
    #[error(transparent)]
    Malformed(#[from] MalformedCertificate),
    /// Without extensions nothing says that it is a CA.
    #[error("must be an X.509 certificate of version 3")]
    Version,
    /// RFC 5280 4.2.1.9.
    #[error("is not a CA certificate (basicConstraints CA:TRUE)")]
    NotCa,
    /// RFC 5280 4.2.1.3.
    #[error("has a key usage without keyCertSign, so it cannot sign certificates")]
    NoCertSign,
    /// RFC 5280 4.1.2.6: a CA has a subject, and a path is built by it.
    #[error("has an empty subject")]
    NoSubject,
}

impl TrustAnchor {
    /// Reads exactly one PEM certificate of a CA. An expired one is taken, because stores outlive certificates, but
    /// nothing is verified by it.
    ///
    /// # Errors
    /// [`TrustAnchorError`], all the sender's.
    pub fn from_pem(text: &str) -> Result<Self, TrustAnchorError> {
        Self::from_der(certificate_pem::read(text)?.into())
    }

    fn from_der(der: CertificateDer<'static>) -> Result<Self, TrustAnchorError> {
        let certificate = ca_certificate::parse(&der).map_err(|_| MalformedCertificate)?;
        let allows = check(&certificate)?;
        Ok(Self {
            info: CertificateInfo::new(&der, &certificate)?,
            subject_der: certificate.subject().as_raw().to_vec(),
            issuer_der: certificate.issuer().as_raw().to_vec(),
            validity: ca_certificate::validity(&certificate),
            allows,
            // What webpki can't read would never verify anything.
            anchor: anchor_from_trusted_cert(&der).map_err(|_| MalformedCertificate)?.to_owned(),
            certificate_der: der,
        })
    }

    /// The certificate as the configuration shows it. Two authorities are the same if their fingerprints are.
    #[must_use]
    pub const fn info(&self) -> &CertificateInfo {
        &self.info
    }

    /// The certificate itself.
    #[must_use]
    pub const fn certificate_der(&self) -> &CertificateDer<'static> {
        &self.certificate_der
    }

    /// Whether the certificate is valid at this moment. Verifiers (webpki among them) look at an anchor's name and key
    /// only, so whoever gives anchors to one must leave out those that are not.
    #[must_use]
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.validity.contains(now)
    }

    /// Whether it may vouch for TLS clients: its extended key usage is absent or has clientAuth.
    pub(crate) const fn is_for_clients(&self) -> bool {
        self.allows.clients
    }

    /// Whether it may vouch for TLS servers: its extended key usage is absent or has serverAuth.
    pub(crate) const fn is_for_servers(&self) -> bool {
        self.allows.servers
    }

    /// Whether its key may sign revocation lists: its key usage is absent or has cRLSign (RFC 5280 6.3.3 f).
    pub(crate) const fn signs_lists(&self) -> bool {
        self.allows.lists
    }

    /// Whether its path length constraint leaves room for so many CAs below it.
    pub(crate) fn has_room_for(&self, intermediates: usize) -> bool {
        self.allows.path_length.is_none_or(|length| intermediates <= length as usize)
    }

    /// The subject's DER, as a certificate below it has it for its issuer.
    pub(crate) fn subject_der(&self) -> &[u8] {
        &self.subject_der
    }

    /// Whether the other may have issued this one. Not so of a root, which issued itself.
    pub(crate) fn is_below(&self, other: &Self) -> bool {
        self.issuer_der == other.subject_der && self.issuer_der != self.subject_der
    }
}

fn check(certificate: &X509Certificate<'_>) -> Result<Allows, TrustAnchorError> {
    if certificate.version.0 != 2 {
        return Err(TrustAnchorError::Version);
    }
    let malformed = |_| MalformedCertificate;
    let constraints = certificate.basic_constraints().map_err(malformed)?.map(|extension| extension.value);
    let constraints = constraints.filter(|constraints| constraints.ca).ok_or(TrustAnchorError::NotCa)?;
    let usage = certificate.key_usage().map_err(malformed)?.map(|extension| extension.value);
    if usage.is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(TrustAnchorError::NoCertSign);
    }
    if certificate.subject().iter_rdn().next().is_none() {
        return Err(TrustAnchorError::NoSubject);
    }
    let purposes = certificate.extended_key_usage().map_err(malformed)?.map(|extension| extension.value);
    Ok(Allows {
        path_length: constraints.path_len_constraint,
        clients: purposes.is_none_or(|purposes| purposes.any || purposes.client_auth),
        servers: purposes.is_none_or(|purposes| purposes.any || purposes.server_auth),
        lists: usage.is_none_or(KeyUsage::crl_sign),
    })
}

static BUILT_IN: LazyLock<Vec<TrustAnchor>> = LazyLock::new(|| {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    roots.filter_map(|der| TrustAnchor::from_der(der.clone()).ok()).collect()
});

/// The authorities of the built-in trust store: the roots that Mozilla trusts for TLS servers, as of the version of
/// `webpki-root-certs` that is linked.
#[must_use]
pub fn built_in_trust_anchors() -> &'static [TrustAnchor] {
    &BUILT_IN
}
