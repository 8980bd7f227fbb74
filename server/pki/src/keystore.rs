//! Secrets at rest: sealed under a master key with AES-256-GCM.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::{digest, rand};
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use vouchsafe_domain::Secret;
use zeroize::Zeroizing;

/// The form of a sealed secret: this byte, a nonce of 96 random bits, the ciphertext, a tag of 128 bits.
const VERSION: u8 = 1;

/// Keeps the fingerprint apart from any other hash of the key.
const FINGERPRINT_DOMAIN: &[u8] = b"vouchsafe master key fingerprint\0";

/// The key that seals every other key. 256 bits, wiped when dropped; `Debug` shows the fingerprint.
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why a master key can't be read, or a secret not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeystoreError {
    /// Not a key.
    #[error("the master key must be 32 bytes, written as 64 hexadecimal digits or as base64")]
    MalformedKey,
    /// The cryptographic library failed.
    #[error("the secret could not be sealed")]
    Seal,
    /// Another key, other associated data, or a changed secret: which of them can't be known.
    #[error(
        "the secret could not be opened: it was sealed under another master key, or it was changed or moved"
    )]
    Open,
}

impl MasterKey {
    /// Makes a random key.
    ///
    /// # Errors
    /// [`KeystoreError::Seal`] if the system has no randomness.
    pub fn generate() -> Result<Self, KeystoreError> {
        let mut key = Zeroizing::new([0; 32]);
        rand::fill(key.as_mut_slice()).map_err(|_| KeystoreError::Seal)?;
        Ok(Self(key))
    }

    /// Reads a key: 64 hexadecimal digits or base64 with padding; white space around it is passed over.
    ///
    /// # Errors
    /// [`KeystoreError::MalformedKey`].
    pub fn parse(text: &str) -> Result<Self, KeystoreError> {
        let text = text.trim().as_bytes();
        let encoding = if text.len() == 64 { &HEXLOWER_PERMISSIVE } else { &BASE64 };
        let bytes = Zeroizing::new(encoding.decode(text).map_err(|_| KeystoreError::MalformedKey)?);
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| KeystoreError::MalformedKey)?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// The key as 64 hexadecimal digits, to be written to its file.
    #[must_use]
    pub fn to_hex(&self) -> Secret {
        Secret::new(HEXLOWER.encode(self.0.as_slice()))
    }

    /// A name for the key that tells nothing about it: 16 hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(FINGERPRINT_DOMAIN);
        hash.update(self.0.as_slice());
        HEXLOWER.encode(&hash.finish().as_ref()[..8])
    }

    /// Seals a secret. Only the same associated data opens it again: give it the row's id, so that a sealed secret
    /// can't be moved to another row.
    ///
    /// # Errors
    /// [`KeystoreError::Seal`].
    pub fn seal(&self, plaintext: &[u8], associated_data: &[u8]) -> Result<Vec<u8>, KeystoreError> {
        let header = 1 + NONCE_LEN;
        let mut sealed = Vec::with_capacity(header + plaintext.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.resize(header, 0);
        sealed.extend_from_slice(plaintext);
        let (nonce, tag) = self
            .cipher()
            .and_then(|cipher| {
                cipher.seal_in_place_separate_tag(Aad::from(associated_data), &mut sealed[header..])
            })
            .map_err(|_| KeystoreError::Seal)?;
        sealed[1..header].copy_from_slice(nonce.as_ref());
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens what [`Self::seal`] gave.
    ///
    /// # Errors
    /// [`KeystoreError::Open`].
    pub fn open(&self, sealed: &[u8], associated_data: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        let [VERSION, rest @ ..] = sealed else { return Err(KeystoreError::Open) };
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_LEN).ok_or(KeystoreError::Open)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeystoreError::Open)?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let length = self
            .cipher()
            .and_then(|cipher| {
                cipher.open_in_place(nonce, Aad::from(associated_data), &mut plaintext).map(|p| p.len())
            })
            .map_err(|_| KeystoreError::Open)?;
        plaintext.truncate(length);
        Ok(plaintext)
    }

    fn cipher(&self) -> Result<RandomizedNonceKey, aws_lc_rs::error::Unspecified> {
        RandomizedNonceKey::new(&AES_256_GCM, self.0.as_slice())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey(redacted, fingerprint {})", self.fingerprint())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{KeystoreError, MasterKey};

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    #[test]
    fn keys_are_read_in_hex_and_base64_and_never_shown() {
        // printf 'vouchsafe master key fingerprint\0' | cat - key | sha256sum, with the 32 bytes above as `key`.
        let fingerprint = "8fbfd9d0271b10d3";
        for text in
            [HEX, &HEX.to_uppercase(), &format!(" {HEX}\n"), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"]
        {
            let key = MasterKey::parse(text).unwrap();
            assert_eq!((key.to_hex().expose(), key.fingerprint().as_str()), (HEX, fingerprint));
            assert_eq!(format!("{key:?}"), format!("MasterKey(redacted, fingerprint {fingerprint})"));
        }
        for bad in
            ["", "00", &HEX[1..], &format!("{HEX}00"), &"g".repeat(64), "AAECAwQFBgcICQoLDA0ODw==", "ä"]
        {
            assert_eq!(MasterKey::parse(bad).err(), Some(KeystoreError::MalformedKey), "{bad}");
        }
        assert_ne!(MasterKey::generate().unwrap().to_hex(), MasterKey::generate().unwrap().to_hex());
    }

    #[test]
    fn only_the_same_key_and_data_open() {
        let key = MasterKey::parse(HEX).unwrap();
        for plaintext in [&b""[..], b"x", &[7; 2000]] {
            let sealed = key.seal(plaintext, b"row 1").unwrap();
            assert_eq!(sealed.len(), 1 + 12 + plaintext.len() + 16);
            assert_eq!(*key.open(&sealed, b"row 1").unwrap(), plaintext);
            assert_ne!(sealed, key.seal(plaintext, b"row 1").unwrap(), "a nonce is never used twice");
            assert_eq!(key.open(&sealed, b"row 2"), Err(KeystoreError::Open));
            assert_eq!(MasterKey::generate().unwrap().open(&sealed, b"row 1"), Err(KeystoreError::Open));
        }
    }

    #[test]
    fn no_changed_bit_and_no_cut_goes_unseen() {
        let key = MasterKey::parse(HEX).unwrap();
        let sealed = key.seal(b"secret", b"row").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.open(&changed, b"row"), Err(KeystoreError::Open), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert_eq!(key.open(&sealed[..length], b"row"), Err(KeystoreError::Open), "{length} bytes");
        }
    }
}
