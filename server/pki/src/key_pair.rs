//! Key pairs: made, read, written, used to sign.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair,
};
use rcgen::{PublicKeyData as _, RsaKeySize, SigningKey as _};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fmt;
use vouchsafe_domain::{KeyType, Secret};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{KeyAlgorithm, KeyPolicyError, pem};

/// A private key and its public key. Wiped when dropped; `Debug` shows the kind only.
pub struct KeyPair {
    algorithm: KeyAlgorithm,
    /// Its `serialized_der` is PKCS#8 version 1, whatever form the key came in: OpenSSL 3 reads no version 2.
    inner: rcgen::KeyPair,
}

/// Why there is no key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyPairError {
    /// The cryptographic library failed.
    #[error("the key could not be generated")]
    Generation,
    /// No `PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY` block.
    #[error("there is no PEM block PRIVATE KEY (PKCS#8), RSA PRIVATE KEY (PKCS#1) or EC PRIVATE KEY (SEC 1)")]
    NotPem,
    /// A key under a passphrase.
    #[error("the private key is encrypted; decrypt it first, for example with 'openssl pkey -in KEY'")]
    Encrypted,
    /// Not a private key, or its parts don't belong together.
    #[error("the private key is malformed or of an unsupported kind")]
    Malformed,
    /// A key that the policy refuses.
    #[error(transparent)]
    Policy(#[from] KeyPolicyError),
}

impl KeyPair {
    /// Makes a key pair. RSA takes tens to hundreds of milliseconds.
    ///
    /// # Errors
    /// [`KeyPairError::Generation`].
    pub fn generate(key_type: KeyType) -> Result<Self, KeyPairError> {
        let rsa = |size| rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size);
        let (algorithm, made) = match key_type {
            KeyType::Rsa2048 => (KeyAlgorithm::Rsa, rsa(RsaKeySize::_2048)),
            KeyType::Rsa3072 => (KeyAlgorithm::Rsa, rsa(RsaKeySize::_3072)),
            KeyType::Rsa4096 => (KeyAlgorithm::Rsa, rsa(RsaKeySize::_4096)),
            KeyType::EcP256 => {
                (KeyAlgorithm::EcP256, rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256))
            }
            KeyType::EcP384 => {
                (KeyAlgorithm::EcP384, rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384))
            }
            KeyType::Ed25519 => {
                let der = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new());
                return Self::read(
                    KeyAlgorithm::Ed25519,
                    der.map_err(|_| KeyPairError::Generation)?.as_ref(),
                );
            }
        };
        made.map(|inner| Self { algorithm, inner }).map_err(|_| KeyPairError::Generation)
    }

    /// Reads a PKCS#8 DER document.
    ///
    /// # Errors
    /// [`KeyPairError::Malformed`] or [`KeyPairError::Policy`].
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, KeyPairError> {
        if let Ok(key) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Self::read(KeyAlgorithm::Ed25519, key.to_pkcs8v1().map_err(malformed)?.as_ref());
        }
        if let Ok(key) = RsaKeyPair::from_pkcs8(der) {
            return Self::read(KeyAlgorithm::Rsa, key.as_der().map_err(malformed)?.as_ref());
        }
        Self::from_ec_der(der)
    }

    /// Reads the first private key of a PEM text: PKCS#8, PKCS#1 or SEC 1, not encrypted.
    ///
    /// # Errors
    /// [`KeyPairError`] by kind.
    pub fn from_pem(text: &str) -> Result<Self, KeyPairError> {
        let encrypted =
            |line: &str| line.starts_with("-----BEGIN ENCRYPTED") || line.starts_with("Proc-Type: 4");
        if text.lines().any(encrypted) {
            return Err(KeyPairError::Encrypted);
        }
        match PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| KeyPairError::NotPem)? {
            PrivateKeyDer::Pkcs8(der) => Self::from_pkcs8_der(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => {
                let key = RsaKeyPair::from_der(der.secret_pkcs1_der()).map_err(malformed)?;
                Self::read(KeyAlgorithm::Rsa, key.as_der().map_err(malformed)?.as_ref())
            }
            PrivateKeyDer::Sec1(der) => Self::from_ec_der(der.secret_sec1_der()),
            _ => Err(KeyPairError::NotPem),
        }
    }

    /// Reads an EC key in PKCS#8 or SEC 1 form.
    fn from_ec_der(der: &[u8]) -> Result<Self, KeyPairError> {
        for (algorithm, signing) in [
            (KeyAlgorithm::EcP256, &ECDSA_P256_SHA256_ASN1_SIGNING),
            (KeyAlgorithm::EcP384, &ECDSA_P384_SHA384_ASN1_SIGNING),
        ] {
            if let Ok(key) = EcdsaKeyPair::from_private_key_der(signing, der) {
                return Self::read(algorithm, key.to_pkcs8v1().map_err(malformed)?.as_ref());
            }
        }
        Err(KeyPairError::Malformed)
    }

    /// Reads a PKCS#8 version 1 document of a known kind and holds it against the key policy.
    fn read(algorithm: KeyAlgorithm, der: &[u8]) -> Result<Self, KeyPairError> {
        let der = PrivatePkcs8KeyDer::from(der);
        let inner = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, algorithm.signature());
        let key_pair = Self { algorithm, inner: inner.map_err(malformed)? };
        let spki = key_pair.inner.subject_public_key_info();
        let (_, spki) = SubjectPublicKeyInfo::from_der(&spki).map_err(malformed)?;
        KeyAlgorithm::of(&spki)?;
        Ok(key_pair)
    }

    /// The key's kind.
    #[must_use]
    pub const fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The private key in PKCS#8 (RFC 5208) DER form.
    #[must_use]
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.inner.serialize_der())
    }

    /// The private key as the API shows it: RSA as PKCS#1 (`RSA PRIVATE KEY`), the others as PKCS#8 (`PRIVATE KEY`).
    #[must_use]
    pub fn private_key_pem(&self) -> Secret {
        let pkcs8 = self.inner.serialized_der();
        let text = match unwrap_pkcs1(self.algorithm, pkcs8) {
            Some(pkcs1) => pem::encode("RSA PRIVATE KEY", &pkcs1),
            None => pem::encode("PRIVATE KEY", pkcs8),
        };
        Secret::new(text.as_str())
    }

    /// The content of `subjectPublicKey`.
    pub(crate) fn public_key_bits(&self) -> &[u8] {
        self.inner.der_bytes()
    }

    /// Signs with SHA-256, on P-384 with SHA-384; Ed25519 as it is.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.inner.sign(message)
    }
}

impl Drop for KeyPair {
    fn drop(&mut self) {
        self.inner.zeroize();
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({:?}, redacted)", self.algorithm)
    }
}

/// The `RSAPrivateKey` (RFC 8017 A.1.2) inside a PKCS#8 document of ours: version, algorithm, OCTET STRING.
fn unwrap_pkcs1(algorithm: KeyAlgorithm, pkcs8: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if algorithm != KeyAlgorithm::Rsa {
        return None;
    }
    let key = yasna::parse_der(pkcs8, |reader| {
        reader.read_sequence(|reader| {
            reader.next().read_u8()?;
            reader.next().read_der()?;
            reader.next().read_bytes()
        })
    });
    key.ok().map(Zeroizing::new)
}

fn malformed<E>(_: E) -> KeyPairError {
    KeyPairError::Malformed
}
