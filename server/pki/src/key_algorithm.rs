//! Which public keys we certify, and what follows from a key's kind.

use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION, OID_SIG_ED25519,
};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::RSAPublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The kind of a key, as far as a certificate cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSA, 2048 to 4096 bits, exponent 65537.
    Rsa,
    /// ECDSA on P-256.
    EcP256,
    /// ECDSA on P-384.
    EcP384,
    /// Ed25519.
    Ed25519,
}

/// Why a public key is not certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyPolicyError {
    /// Another algorithm or curve.
    #[error("the key must be RSA, EC P-256, EC P-384 or Ed25519")]
    Unsupported,
    /// Too short to be safe, or so long that it would be a burden on everyone who verifies.
    #[error("an RSA key must have 2048 to 4096 bits, this one has {bits}")]
    RsaSize {
        /// The size of the modulus.
        bits: usize,
    },
    /// Another public exponent.
    #[error("an RSA key must have the public exponent 65537")]
    RsaExponent,
    /// Not a key of the kind it says it is.
    #[error("the public key is malformed")]
    Malformed,
}

impl KeyAlgorithm {
    /// The key's kind in the API's `privateKeyType`.
    #[must_use]
    pub const fn private_key_type(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::EcP256 | Self::EcP384 => "ec",
            Self::Ed25519 => "ed25519",
        }
    }

    /// How a key of this kind signs, and how it stands in a certificate.
    pub(crate) fn signature(self) -> &'static rcgen::SignatureAlgorithm {
        match self {
            Self::Rsa => &rcgen::PKCS_RSA_SHA256,
            Self::EcP256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::EcP384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Self::Ed25519 => &rcgen::PKCS_ED25519,
        }
    }

    /// The DER `AlgorithmIdentifier` of that signature: sha256WithRSAEncryption (RFC 4055 5), ecdsa-with-SHA256 and
    /// ecdsa-with-SHA384 (RFC 5758 3.2), id-Ed25519 (RFC 8410 3).
    pub(crate) const fn signature_identifier(self) -> &'static [u8] {
        match self {
            Self::Rsa => b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00",
            Self::EcP256 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
            Self::EcP384 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03",
            Self::Ed25519 => b"\x30\x05\x06\x03\x2b\x65\x70",
        }
    }

    /// Judges a public key. That an EC point lies on its curve is left to the signature made with it.
    pub(crate) fn of(spki: &SubjectPublicKeyInfo<'_>) -> Result<Self, KeyPolicyError> {
        let algorithm = &spki.algorithm.algorithm;
        let key = spki.subject_public_key.data.as_ref();
        if *algorithm == OID_PKCS1_RSAENCRYPTION {
            check_rsa(key).map(|()| Self::Rsa)
        } else if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
            let curve = spki.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
            match curve {
                Some(curve) if curve == OID_EC_P256 => uncompressed(key, 32).map(|()| Self::EcP256),
                Some(curve) if curve == OID_NIST_EC_P384 => uncompressed(key, 48).map(|()| Self::EcP384),
                _ => Err(KeyPolicyError::Unsupported),
            }
        } else if *algorithm == OID_SIG_ED25519 {
            if key.len() == 32 { Ok(Self::Ed25519) } else { Err(KeyPolicyError::Malformed) }
        } else {
            Err(KeyPolicyError::Unsupported)
        }
    }
}

/// Only uncompressed points (RFC 5480 2.2 makes no other form mandatory).
fn uncompressed(point: &[u8], coordinate: usize) -> Result<(), KeyPolicyError> {
    if point.first() == Some(&4) && point.len() == 1 + 2 * coordinate {
        Ok(())
    } else {
        Err(KeyPolicyError::Malformed)
    }
}

fn check_rsa(der: &[u8]) -> Result<(), KeyPolicyError> {
    let Ok(([], key)) = RSAPublicKey::from_der(der) else { return Err(KeyPolicyError::Malformed) };
    let skip = key.modulus.iter().take_while(|byte| **byte == 0).count();
    let (Some(first), Some(last)) = (key.modulus.get(skip), key.modulus.last()) else {
        return Err(KeyPolicyError::Malformed);
    };
    let negative = key.modulus[0] & 0x80 != 0;
    let even = last & 1 == 0;
    if negative || even {
        return Err(KeyPolicyError::Malformed);
    }
    let bits = (key.modulus.len() - skip) * 8 - first.leading_zeros() as usize;
    if !(2048..=4096).contains(&bits) {
        return Err(KeyPolicyError::RsaSize { bits });
    }
    if key.try_exponent() == Ok(65537) { Ok(()) } else { Err(KeyPolicyError::RsaExponent) }
}

#[cfg(test)]
mod tests {
    use super::{KeyPolicyError, check_rsa, uncompressed};

    /// An `RSAPublicKey` (RFC 8017 A.1.1) of these numbers, big-endian; `bytes` are written as they are.
    fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
        let integer = |bytes: &[u8]| {
            let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
            [&[2, 0x82], &length[..], bytes].concat()
        };
        let numbers = [integer(modulus), integer(exponent)].concat();
        let length = u16::try_from(numbers.len()).unwrap_or(u16::MAX).to_be_bytes();
        [&[0x30, 0x82], &length[..], &numbers].concat()
    }

    /// An odd number of so many bits, with the zero byte that keeps it positive.
    fn odd(bits: usize) -> Vec<u8> {
        let mut bytes = vec![0xff; bits.div_ceil(8)];
        if bits.is_multiple_of(8) {
            bytes.insert(0, 0);
        } else {
            bytes[0] = 0xff >> (8 - bits % 8);
        }
        bytes
    }

    #[test]
    fn rsa_sizes_and_exponents() {
        const F4: &[u8] = &[1, 0, 1];
        let size = |bits| Err(KeyPolicyError::RsaSize { bits });
        for (modulus, exponent, answer) in [
            (odd(2048), F4, Ok(())),
            (odd(2049), F4, Ok(())),
            (odd(4096), F4, Ok(())),
            (odd(2047), F4, size(2047)),
            (odd(4097), F4, size(4097)),
            (odd(512), F4, size(512)),
            (odd(1), F4, size(1)),
            (odd(2048), &[3], Err(KeyPolicyError::RsaExponent)),
            (odd(2048), &[1], Err(KeyPolicyError::RsaExponent)),
            (odd(2048), &[1, 0, 0, 0, 0, 0, 1, 0, 1], Err(KeyPolicyError::RsaExponent)),
            (odd(2048)[1..].to_vec(), F4, Err(KeyPolicyError::Malformed)),
            ([&odd(2040)[..], &[0]].concat(), F4, Err(KeyPolicyError::Malformed)),
            (vec![0], F4, Err(KeyPolicyError::Malformed)),
            (vec![], F4, Err(KeyPolicyError::Malformed)),
        ] {
            assert_eq!(check_rsa(&rsa(&modulus, exponent)), answer, "{} bytes, {exponent:?}", modulus.len());
        }
        assert_eq!(check_rsa(&[&rsa(&odd(2048), F4)[..], &[0]].concat()), Err(KeyPolicyError::Malformed));
        assert_eq!(check_rsa(&[]), Err(KeyPolicyError::Malformed));
    }

    /// SEC 1 2.3.3: 4 uncompressed, 2 and 3 compressed; 6 and 7 are the hybrid forms of X9.62.
    #[test]
    fn forms_of_points() {
        for (form, length, taken) in
            [(4, 65, true), (6, 65, false), (7, 65, false), (2, 33, false), (4, 97, false)]
        {
            let mut point = vec![1; length];
            point[0] = form;
            assert_eq!(uncompressed(&point, 32).is_ok(), taken, "{form} {length}");
        }
        assert_eq!(uncompressed(&[], 32), Err(KeyPolicyError::Malformed));
    }
}
