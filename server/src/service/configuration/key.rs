//! Keys of new objects: random UUIDs (RFC 9562 section 5.4).

use data_encoding::HEXLOWER;

use crate::auth::NoRandomness;

/// A new key.
///
/// # Errors
/// [`NoRandomness`].
pub fn new_key() -> Result<String, NoRandomness> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = HEXLOWER.encode(&bytes);
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}
