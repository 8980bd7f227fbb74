//! Certificate signing requests (PKCS #10, RFC 2986). Only the public key of one is used: what it asks for in subject
//! and extensions is not looked at, so a request for CA:TRUE asks in vain.

use rcgen::{PublicKeyData as _, SubjectPublicKeyInfo};
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::error::X509Error;
use x509_parser::oid_registry::{OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA};
use x509_parser::prelude::FromDer as _;

use crate::{KeyAlgorithm, KeyPolicyError, VerifiedPublicKey};

/// The longest request that is read; one for RSA-4096 with a page of extensions stays below half of it.
const MAX_PEM: usize = 16 * 1024;

/// Why a request is refused. The messages are for its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CsrError {
    /// Longer than any real request.
    #[error("the CSR must not be longer than {MAX_PEM} bytes")]
    TooLong,
    /// No block, two blocks, another kind of block.
    #[error("the CSR must be one PEM block CERTIFICATE REQUEST")]
    NotPem,
    /// Not a PKCS #10 request of version 1.
    #[error("the CSR is malformed")]
    Malformed,
    /// A key we don't certify.
    #[error("the CSR's key is refused: {0}")]
    Key(#[from] KeyPolicyError),
    /// A signature we don't verify.
    #[error(
        "the CSR must be signed with SHA-256 or SHA-384 (RSA, ECDSA), with RSA and SHA-512, or with Ed25519"
    )]
    UnsupportedSignature,
    /// Not signed by the key it carries (RFC 2986 section 3, note 2).
    #[error("the CSR's signature does not fit its key")]
    BadSignature,
}

impl VerifiedPublicKey {
    /// Takes the public key of a PEM request whose signature proves that its sender has the private key.
    ///
    /// # Errors
    /// [`CsrError`] by kind; all are the sender's.
    pub fn from_csr_pem(text: &str) -> Result<Self, CsrError> {
        let der = read_pem(text)?;
        let Ok(([], csr)) = X509CertificationRequest::from_der(&der) else { return Err(CsrError::Malformed) };
        if csr.certification_request_info.version.0 != 0 {
            return Err(CsrError::Malformed);
        }
        let spki = &csr.certification_request_info.subject_pki;
        let algorithm = KeyAlgorithm::of(spki)?;
        verify(&csr)?;
        let public_key = SubjectPublicKeyInfo::from_der(spki.raw).map_err(|_| CsrError::Malformed)?;
        let verified = Self::new(algorithm, public_key.der_bytes());
        // What we certify is the key of the request to the last bit: no other parameters, no unused bits, DER only.
        if verified.to_spki_der() == spki.raw { Ok(verified) } else { Err(CsrError::Malformed) }
    }
}

/// The one block. RFC 7468 section 7 lets readers take the old label for the new one.
fn read_pem(text: &str) -> Result<Vec<u8>, CsrError> {
    if text.len() > MAX_PEM {
        return Err(CsrError::TooLong);
    }
    let text = text.replace(" NEW CERTIFICATE REQUEST-----", " CERTIFICATE REQUEST-----");
    let mut blocks = <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes());
    match (blocks.next(), blocks.next()) {
        (Some(Ok((SectionKind::Csr, der))), None) => Ok(der),
        _ => Err(CsrError::NotPem),
    }
}

fn verify(csr: &X509CertificationRequest<'_>) -> Result<(), CsrError> {
    let algorithm = &csr.signature_algorithm.algorithm;
    if csr.signature_value.unused_bits != 0 {
        return Err(CsrError::Malformed);
    }
    if *algorithm == OID_PKCS1_SHA1WITHRSA || *algorithm == OID_SHA1_WITH_RSA {
        return Err(CsrError::UnsupportedSignature);
    }
    csr.verify_signature().map_err(|error| match error {
        X509Error::SignatureUnsupportedAlgorithm => CsrError::UnsupportedSignature,
        _ => CsrError::BadSignature,
    })
}
