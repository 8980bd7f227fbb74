//! What may be asked of a certificate: its name, its lifetime, its key; and what its serial number is.

use std::fmt;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::{Invalid, printable};

/// A certificate's common name: 1 to 255 printable ASCII characters, as documented (X.520's bound of 64 is not applied).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommonName(String);

impl CommonName {
    /// Reads a common name.
    ///
    /// # Errors
    /// [`Invalid`] naming the broken rule.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        printable("commonName", &text, 255, "must be 1 to 255 characters long")?;
        Ok(Self(text))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name is a host name (RFC 1123 section 2.1) and so may stand in a dNSName (RFC 5280 4.2.1.6). An IPv4
    /// address has the form of one but isn't.
    #[must_use]
    pub fn is_host_name(&self) -> bool {
        self.0.len() <= 253
            && self.0.parse::<Ipv4Addr>().is_err()
            && self.0.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                    && !label.starts_with('-')
                    && !label.ends_with('-')
            })
    }
}

impl fmt::Display for CommonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How long a certificate lives: whole seconds, at least one. A fraction rounds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Ttl(u64);

impl Ttl {
    /// The documented default, 365 days.
    pub const DEFAULT: Self = Self(31_536_000);

    /// Reads a number of seconds.
    ///
    /// # Errors
    /// [`Invalid`] unless it is greater than zero and below 2^53 (some 285 million years).
    pub fn parse(seconds: f64) -> Result<Self, Invalid> {
        if seconds.is_nan() || seconds <= 0.0 {
            return Err(Invalid { what: "ttl", rule: "must be greater than zero" });
        }
        if seconds >= 9_007_199_254_740_992.0 {
            return Err(Invalid { what: "ttl", rule: "is longer than any certificate can live" });
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 2^53")]
        Ok(Self(seconds.ceil() as u64))
    }

    /// The lifetime.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

macro_rules! key_types {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// The kind of a key pair.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
        pub enum KeyType { $($(#[$doc])* #[serde(rename = $text)] $name,)+ }

        impl KeyType {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The kind's name in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Reads a name of the API.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

key_types! {
    /// RSA with a modulus of 2048 bits: the documented one, and the default.
    Rsa2048 = "rsa-2048",
    /// RSA with a modulus of 3072 bits.
    Rsa3072 = "rsa-3072",
    /// RSA with a modulus of 4096 bits.
    Rsa4096 = "rsa-4096",
    /// ECDSA on P-256.
    EcP256 = "ec-p256",
    /// ECDSA on P-384.
    EcP384 = "ec-p384",
    /// Ed25519.
    Ed25519 = "ed25519",
}

/// A certificate's serial number: 20 bytes, positive, so at most 159 bits (RFC 5280 4.1.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SerialNumber([u8; 20]);

impl SerialNumber {
    /// Makes a serial of 20 random bytes: the top bit is cleared (positive), the next one set (always 20 bytes long).
    #[must_use]
    pub const fn from_random(mut bytes: [u8; 20]) -> Self {
        bytes[0] = bytes[0] & 0x7f | 0x40;
        Self(bytes)
    }

    /// Reads the number in base 10, as [`Display`](fmt::Display) writes it and the database keeps it: no sign, no zero in
    /// front. It need not be one of ours, whose length is always the same.
    ///
    /// # Errors
    /// [`Invalid`] naming the broken rule.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let invalid = |rule| Invalid { what: "serialNumber", rule };
        if text.is_empty() || text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid("must be a positive decimal number without sign and leading zeros"));
        }
        let too_long = "must be less than 2^159";
        // 2^159 has 48 digits.
        if text.len() > 48 {
            return Err(invalid(too_long));
        }
        let mut bytes = [0_u8; 20];
        for digit in text.bytes() {
            let mut carry = u16::from(digit - b'0');
            for byte in bytes.iter_mut().rev() {
                let [high, low] = (u16::from(*byte) * 10 + carry).to_be_bytes();
                (*byte, carry) = (low, u16::from(high));
            }
        }
        // Below 10^48 nothing was carried out of 160 bits.
        if bytes[0] & 0x80 == 0 { Ok(Self(bytes)) } else { Err(invalid(too_long)) }
    }

    /// Reads the content of a DER INTEGER. `None` if it can't be a serial number: zero, negative, longer than 20 octets,
    /// or with an octet more than it needs (X.690 8.3.2).
    #[must_use]
    pub fn from_integer(content: &[u8]) -> Option<Self> {
        let start = 20_usize.checked_sub(content.len())?;
        let mut bytes = [0; 20];
        bytes[start..].copy_from_slice(content);
        let serial = Self(bytes);
        (bytes != [0; 20] && bytes[0] & 0x80 == 0 && serial.as_integer() == content).then_some(serial)
    }

    /// The number, big-endian.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The content of a DER INTEGER of this number: as few octets as it needs, the first below 0x80 (X.690 8.3.2).
    #[must_use]
    pub fn as_integer(&self) -> &[u8] {
        let zeros = self.0.iter().take_while(|byte| **byte == 0).count().min(19);
        let start = if self.0[zeros] & 0x80 == 0 { zeros } else { zeros.saturating_sub(1) };
        &self.0[start..]
    }
}

/// In base 10, as the API writes serial numbers.
impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Long division by 10^9 on 32-bit limbs: 160 bits are five limbs and at most six groups of nine digits.
        let mut limbs: [u32; 5] = std::array::from_fn(|i| {
            u32::from_be_bytes([self.0[4 * i], self.0[4 * i + 1], self.0[4 * i + 2], self.0[4 * i + 3]])
        });
        let mut groups = Vec::with_capacity(6);
        while limbs.iter().any(|limb| *limb != 0) {
            let mut rest = 0_u64;
            for limb in &mut limbs {
                let value = rest << 32 | u64::from(*limb);
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the quotient of a value below 10^9 * 2^32"
                )]
                {
                    *limb = (value / 1_000_000_000) as u32;
                }
                rest = value % 1_000_000_000;
            }
            groups.push(rest);
        }
        let mut groups = groups.into_iter().rev();
        write!(f, "{}", groups.next().unwrap_or(0))?;
        groups.try_for_each(|group| write!(f, "{group:09}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{CommonName, KeyType, SerialNumber, Ttl};

    #[test]
    fn ttls() {
        for (seconds, whole) in [(1.0, 1), (0.1, 1), (1.5, 2), (31_540_000.0, 31_540_000)] {
            assert_eq!(Ttl::parse(seconds).map(|ttl| ttl.duration().as_secs()), Ok(whole));
        }
        for bad in [0.0, -0.0, -1.0, 1e300, f64::INFINITY, f64::NAN] {
            assert!(Ttl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn host_names() {
        for (name, host) in [
            ("mydevice", true),
            ("silver-advice", true),
            ("a.b.example", true),
            ("a b", false),
            ("-a", false),
            ("a..b", false),
            ("a_b", false),
            ("a.", false),
            ("10.1.2.3", false),
        ] {
            assert_eq!(CommonName::parse(name).map(|name| name.is_host_name()), Ok(host), "{name}");
        }
        assert!(CommonName::parse("x".repeat(255)).is_ok() && CommonName::parse("x".repeat(256)).is_err());
    }

    #[test]
    fn serial_numbers_are_positive_20_byte_decimals() {
        // Values from `python3 -c 'print(int("7f" + "ff" * 19, 16), int("40" + "00" * 19, 16))'`.
        assert_eq!(
            SerialNumber::from_random([0xff; 20]).to_string(),
            "730750818665451459101842416358141509827966271487"
        );
        assert_eq!(
            SerialNumber::from_random([0; 20]).to_string(),
            "365375409332725729550921208179070754913983135744"
        );
    }

    /// Values from Python, e.g. `str(2**159 - 1)`.
    #[test]
    fn serial_numbers_are_read_as_they_are_written() {
        let longest = "730750818665451459101842416358141509827966271487";
        for (text, integer) in [
            ("1", &[1][..]),
            ("127", &[127]),
            ("128", &[0, 128]),
            ("256", &[1, 0]),
            ("18446744073709551615", &[0, 255, 255, 255, 255, 255, 255, 255, 255]),
            (longest, &[&[0x7f][..], &[0xff; 19]].concat()),
            (
                "365375409332725729550921208179070754913983135744",
                SerialNumber::from_random([0; 20]).as_bytes(),
            ),
        ] {
            let serial = SerialNumber::parse(text);
            assert_eq!(SerialNumber::from_integer(integer), serial.ok());
            let is_same = |serial: SerialNumber| serial.to_string() == text && serial.as_integer() == integer;
            assert!(serial.is_ok_and(is_same), "{text}");
        }
        let two_to_159 = "730750818665451459101842416358141509827966271488";
        for text in ["", "0", "01", "-1", "+1", " 1", "1 ", "1.0", "0x1", "\u{661}", two_to_159] {
            assert!(SerialNumber::parse(text).is_err(), "{text}");
        }
        for digits in 48..200 {
            assert!(SerialNumber::parse(&"9".repeat(digits)).is_err());
        }
        for integer in
            [&[][..], &[0], &[0, 0], &[0, 1], &[0, 127], &[128], &[255, 1], &[0x80; 20], &[0; 20], &[1; 21]]
        {
            assert_eq!(SerialNumber::from_integer(integer), None, "{integer:?}");
        }
    }

    #[test]
    fn key_types_round_trip() {
        for kind in KeyType::ALL {
            assert_eq!(KeyType::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(KeyType::parse("dsa"), None);
    }
}
