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
        "the CSR must be signed with Ed25519, with RSA or ECDSA and SHA-256 or SHA-384, or with RSA and SHA-512"
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use vouchsafe_domain::KeyType;
    use yasna::{Tag, construct_der};

    use super::CsrError;
    use crate::{KeyPair, VerifiedPublicKey, pem};

    /// A key whose last bit is 0, so that DER lets it be called unused (X.690 11.2.1).
    fn even_key() -> (KeyPair, VerifiedPublicKey) {
        loop {
            let key_pair = KeyPair::generate(KeyType::Ed25519).unwrap();
            let public_key = VerifiedPublicKey::from(&key_pair);
            if public_key.bits()[31] & 1 == 0 {
                return (key_pair, public_key);
            }
        }
    }

    /// A request that is signed as it should be, whatever stands in it. Ed25519.
    fn request(version: u8, change: impl Fn(&mut Vec<u8>)) -> (VerifiedPublicKey, String) {
        let (key_pair, public_key) = even_key();
        let mut spki = public_key.to_spki_der();
        change(&mut spki);
        let info = construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_u8(version);
                writer.next().write_sequence(|_| ());
                writer.next().write_der(&spki);
                writer.next().write_tagged_implicit(Tag::context(0), |writer| writer.write_sequence(|_| ()));
            });
        });
        let signature = key_pair.sign(&info).unwrap();
        let der = construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_der(&info);
                writer.next().write_der(&[0x30, 5, 6, 3, 0x2b, 0x65, 0x70]);
                writer.next().write_bitvec_bytes(&signature, signature.len() * 8);
            });
        });
        (public_key, pem::encode("CERTIFICATE REQUEST", &der).to_string())
    }

    #[test]
    fn well_signed_is_not_enough() {
        let (public_key, good) = request(0, |_| ());
        assert_eq!(VerifiedPublicKey::from_csr_pem(&good), Ok(public_key));
        let (_, version_2) = request(1, |_| ());
        assert_eq!(VerifiedPublicKey::from_csr_pem(&version_2), Err(CsrError::Malformed));
        // Algorithm parameters where there must be none (RFC 8410 section 3).
        let (_, parameters) = request(0, |spki| {
            spki.splice(9..9, [5, 0]);
            spki[1] += 2;
            spki[3] += 2;
        });
        assert_eq!(VerifiedPublicKey::from_csr_pem(&parameters), Err(CsrError::Malformed));
        // A bit string that says it has unused bits, which verifying overlooks.
        let (_, unused_bits) = request(0, |spki| spki[11] = 1);
        assert_eq!(VerifiedPublicKey::from_csr_pem(&unused_bits), Err(CsrError::Malformed));
    }
}
