//! Secrets that the server makes: random, so one fast hash protects them.

use aws_lc_rs::{constant_time, digest, rand};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use vouchsafe_domain::Secret;

/// Characters of a generated secret, 190 bits.
pub const SECRET_LENGTH: usize = 32;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the system's random number generator failed")]
pub struct NoRandomness;

/// A secret of 32 letters and digits.
///
/// # Errors
/// [`NoRandomness`].
pub fn random_secret() -> Result<Secret, NoRandomness> {
    let mut text = String::with_capacity(SECRET_LENGTH);
    let mut bytes = [0; 64];
    while text.len() < SECRET_LENGTH {
        rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        // 248 is the greatest multiple of 62 in a byte: bytes past it would favour the first letters.
        let letters =
            bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        text.extend(letters.take(SECRET_LENGTH - text.len()));
    }
    Ok(Secret::new(text))
}

/// An integration key: 256 bits that secret scanners can tell by how they begin, and that fit into a URL.
///
/// # Errors
/// [`NoRandomness`].
pub fn random_key() -> Result<Secret, NoRandomness> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    rand::fill(&mut *bytes).map_err(|_| NoRandomness)?;
    Ok(Secret::new(format!("vouchsafe_{}", BASE64URL_NOPAD.encode(&*bytes))))
}

/// SHA-256 in hexadecimal. Right for random secrets only; people's passwords need a slow hash.
#[must_use]
pub fn hash_secret(secret: &Secret) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, secret.expose().as_bytes()).as_ref())
}

/// Whether the secret has this hash, in constant time.
#[must_use]
pub fn secret_matches(secret: &Secret, hash: &str) -> bool {
    constant_time::verify_slices_are_equal(hash_secret(secret).as_bytes(), hash.as_bytes()).is_ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{SECRET_LENGTH, hash_secret, random_secret, secret_matches};

    #[test]
    fn secrets_are_alphanumeric_and_differ() {
        let (one, two) = (random_secret().unwrap(), random_secret().unwrap());
        assert_eq!(one.expose().len(), SECRET_LENGTH);
        assert!(one.expose().bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(one, two);
        assert!(secret_matches(&one, &hash_secret(&one)) && !secret_matches(&two, &hash_secret(&one)));
    }
}
