//! Taking over an operator's own CA: everything that would make certificates under it fail later is refused now.

use vouchsafe_domain::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::{
    OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256,
    OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ED25519,
};

use crate::{
    Authority, AuthorityError, KeyAlgorithm, KeyPair, KeyPairError, KeyPolicyError, ca_certificate, pem,
};

/// No real chain is longer; RFC 5280 sets no limit.
const MAX_CHAIN: usize = 8;

/// Why an operator's CA is not taken over. The messages are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No private key in the key text.
    #[error("the key: {0}")]
    Key(#[from] KeyPairError),
    /// The CA's own certificate can't issue, or the key is another one's.
    #[error("the CA certificate: {0}")]
    Authority(#[from] AuthorityError),
    /// More certificates than any real chain.
    #[error("the chain must not be longer than {MAX_CHAIN} certificates")]
    ChainTooLong,
    /// A certificate of the chain makes certificates below it fail.
    #[error("certificate {position} of the chain ({subject}): {error}")]
    Chain {
        /// Where in the text, from 1.
        position: usize,
        /// Its subject, to find it.
        subject: String,
        /// What is wrong.
        error: ChainError,
    },
}

/// What is wrong with a certificate of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Not a CA or without keyCertSign.
    #[error("it is not a CA certificate with the key usage keyCertSign")]
    NotCa,
    /// RFC 5280 4.1.2.5.
    #[error("it is expired or not yet valid")]
    NotValidNow,
    /// A key that is too weak or that few verify.
    #[error(transparent)]
    Key(#[from] KeyPolicyError),
    /// SHA-1 and older, or what few verify.
    #[error("it must be signed with SHA-256 or better: RSA, ECDSA P-256 or P-384, or Ed25519")]
    SignatureAlgorithm,
    /// RFC 5280 4.2.1.9: the tenants' CAs stand below it.
    #[error("its path length constraint leaves no room for the tenants' CAs below it")]
    PathLength,
    /// RFC 5280 4.2.1.10.
    #[error("it has name constraints, which common names and tenant ids would break")]
    NameConstraints,
    /// Verifiers demand of a CA the extended key usages of what it issues.
    #[error("its extended key usage must be absent, or have serverAuth and clientAuth")]
    ExtendedKeyUsage,
    /// RFC 5280 4.2: verifiers refuse what they don't know.
    #[error("it has a critical extension that verifiers may not know")]
    CriticalExtension,
    /// The next certificate has another subject than this one's issuer.
    #[error(
        "its issuer is not the subject of the next certificate; put the CA first, then each one's issuer"
    )]
    NotIssuedByNext,
    /// A self-signed root ends the chain.
    #[error("it is a self-signed root, and nothing may follow one")]
    AfterRoot,
    /// The next certificate's key did not sign this one.
    #[error("its signature is not by the next certificate's key, or by its own if it is the root")]
    BadSignature,
}

impl Authority {
    /// Takes over an operator's CA as the platform's: `chain_pem` starts with its certificate, those above it follow,
    /// nearest first, as many as the operator has; the root may be missing. The key is PKCS#8, PKCS#1 or SEC 1.
    ///
    /// # Errors
    /// [`ImportError`], all the operator's.
    pub fn import(chain_pem: &str, key_pem: &str, now: Timestamp) -> Result<Self, ImportError> {
        let key_pair = KeyPair::from_pem(key_pem)?;
        let chain = pem::certificates(chain_pem).ok_or(AuthorityError::NotPem)?;
        if chain.len() > MAX_CHAIN {
            return Err(ImportError::ChainTooLong);
        }
        let authority = Self::from_der(chain.clone(), key_pair)?;
        let parsed = chain.iter().map(|der| ca_certificate::parse(der)).collect::<Result<Vec<_>, _>>();
        let certificates = parsed.map_err(AuthorityError::from)?;
        // What a certificate says by itself comes first: a weak key is named as that, not as a bad signature.
        let each = || certificates.iter().enumerate();
        each()
            .try_for_each(|(index, certificate)| by_itself(certificate, index, now).map_err(|e| (index, e)))
            .and_then(|()| {
                each().try_for_each(|(index, certificate)| {
                    signature(certificate, certificates.get(index + 1)).map_err(|e| (index, e))
                })
            })
            .map_err(|(index, error)| ImportError::Chain {
                position: index + 1,
                subject: certificates.get(index).map(|c| c.subject().to_string()).unwrap_or_default(),
                error,
            })?;
        Ok(authority)
    }
}

/// `below` is the number of CAs between this one and the tenants'.
fn by_itself(certificate: &X509Certificate<'_>, below: usize, now: Timestamp) -> Result<(), ChainError> {
    if !ca_certificate::validity(certificate).contains(now) {
        return Err(ChainError::NotValidNow);
    }
    KeyAlgorithm::of(certificate.public_key())?;
    extensions(certificate, below)
}

fn extensions(certificate: &X509Certificate<'_>, below: usize) -> Result<(), ChainError> {
    let mut is_ca = false;
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => {
                is_ca = constraints.ca;
                let room = constraints.path_len_constraint.is_none_or(|length| length as usize > below);
                room.then_some(()).ok_or(ChainError::PathLength)?;
            }
            ParsedExtension::KeyUsage(usage) if !usage.key_cert_sign() => return Err(ChainError::NotCa),
            ParsedExtension::ExtendedKeyUsage(usage)
                if !(usage.any || usage.server_auth && usage.client_auth) =>
            {
                return Err(ChainError::ExtendedKeyUsage);
            }
            ParsedExtension::NameConstraints(_) => return Err(ChainError::NameConstraints),
            ParsedExtension::KeyUsage(_) | ParsedExtension::ExtendedKeyUsage(_) => {}
            _ if extension.critical => return Err(ChainError::CriticalExtension),
            _ => {}
        }
    }
    if is_ca { Ok(()) } else { Err(ChainError::NotCa) }
}

fn signature(
    certificate: &X509Certificate<'_>,
    next: Option<&X509Certificate<'_>>,
) -> Result<(), ChainError> {
    let root = certificate.subject().as_raw() == certificate.issuer().as_raw();
    let algorithm = &certificate.signature_algorithm.algorithm;
    let strong = [
        OID_PKCS1_SHA256WITHRSA,
        OID_PKCS1_SHA384WITHRSA,
        OID_PKCS1_SHA512WITHRSA,
        OID_SIG_ECDSA_WITH_SHA256,
        OID_SIG_ECDSA_WITH_SHA384,
        OID_SIG_ED25519,
    ];
    if !strong.contains(algorithm) {
        return Err(ChainError::SignatureAlgorithm);
    }
    let key = match (next, root) {
        (None, true) => certificate.public_key(),
        (None, false) => return Ok(()),
        (Some(_), true) => return Err(ChainError::AfterRoot),
        (Some(next), false) if next.subject().as_raw() == certificate.issuer().as_raw() => next.public_key(),
        (Some(_), false) => return Err(ChainError::NotIssuedByNext),
    };
    certificate.verify_signature(Some(key)).map_err(|_| ChainError::BadSignature)
}
