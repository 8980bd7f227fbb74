//! Serial numbers from the system's random source.

use aws_lc_rs::rand;
use vouchsafe_domain::SerialNumber;

use crate::BuildError;

/// Makes a serial number with 158 random bits (RFC 5280 4.1.2.2; unpredictable, so it also guards against
/// chosen-prefix collisions).
///
/// # Errors
/// [`BuildError::Random`] if the system has no randomness.
pub fn random_serial_number() -> Result<SerialNumber, BuildError> {
    let mut bytes = [0; 20];
    rand::fill(&mut bytes).map_err(|_| BuildError::Random)?;
    Ok(SerialNumber::from_random(bytes))
}
