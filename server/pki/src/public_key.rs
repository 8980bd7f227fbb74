//! A public key whose holder has proved to have the private key.

use aws_lc_rs::digest;
use rcgen::{PublicKeyData, SignatureAlgorithm};

use crate::{KeyAlgorithm, KeyPair};

/// A public key that may stand in a certificate: it keeps the key policy, and its holder was proved to have the
/// private key, because we made the pair or because a CSR is signed with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPublicKey {
    algorithm: KeyAlgorithm,
    bits: Vec<u8>,
    key_id: [u8; 20],
}

impl VerifiedPublicKey {
    /// `bits` is the content of `subjectPublicKey`; the caller has checked them.
    pub(crate) fn new(algorithm: KeyAlgorithm, bits: &[u8]) -> Self {
        Self { algorithm, bits: bits.to_vec(), key_id: key_id(bits) }
    }

    /// The key's kind.
    #[must_use]
    pub const fn key_algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The key's identifier, as it stands in a certificate for this key.
    #[must_use]
    pub const fn key_id(&self) -> &[u8; 20] {
        &self.key_id
    }

    /// The content of `subjectPublicKey`: an EC point uncompressed, an RSA key as DER `RSAPublicKey`, 32 bytes of Ed25519.
    #[must_use]
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// The key as DER `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn to_spki_der(&self) -> Vec<u8> {
        self.subject_public_key_info()
    }
}

impl From<&KeyPair> for VerifiedPublicKey {
    fn from(key_pair: &KeyPair) -> Self {
        Self::new(key_pair.algorithm(), key_pair.public_key_bits())
    }
}

/// So that rcgen can write it.
impl PublicKeyData for VerifiedPublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm.signature()
    }
}

/// The SHA-1 of the `subjectPublicKey` bits (RFC 5280 4.2.1.2, method 1), as the documented certificates have it.
/// A name for the key, not a protection: no collision helps anyone.
pub(crate) fn key_id(bits: &[u8]) -> [u8; 20] {
    let mut id = [0; 20];
    id.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bits).as_ref());
    id
}
