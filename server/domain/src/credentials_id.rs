//! The id of credentials: an xid, 20 characters of base 32 (hex alphabet, lower case) over 12 bytes.

use std::fmt;

use data_encoding::{Encoding, Specification};
use std::sync::LazyLock;

use crate::{Invalid, Timestamp};

static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789abcdefghijklmnopqrstuv");
    #[expect(clippy::expect_used, reason = "32 distinct ASCII symbols are a valid specification")]
    specification.encoding().expect("base 32")
});

/// An id such as `br7si8mg10l7an82que0`. Ids sort by the second they were made in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CredentialsId(String);

impl CredentialsId {
    /// Reads an id. Any 20 characters of `[0-9a-v]` pass: some documented ids are no encoding of 12 bytes.
    ///
    /// # Errors
    /// [`Invalid`] naming the rule.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        if text.len() == 20 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'v')) {
            Ok(Self(text))
        } else {
            Err(Invalid { what: "id", rule: "must be 20 characters of 0-9 and a-v" })
        }
    }

    /// Makes an id as xid does: 4 bytes of seconds, 5 bytes that tell processes apart, 3 bytes of a counter.
    #[must_use]
    pub fn from_parts(now: Timestamp, process: [u8; 5], count: u32) -> Self {
        let mut bytes = [0; 12];
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "xid counts seconds in 32 bits"
        )]
        let seconds = now.as_secs() as u32;
        bytes[..4].copy_from_slice(&seconds.to_be_bytes());
        bytes[4..9].copy_from_slice(&process);
        bytes[9..].copy_from_slice(&count.to_be_bytes()[1..]);
        Self(BASE32.encode(&bytes))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CredentialsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::CredentialsId;
    use crate::Timestamp;

    #[test]
    fn known_xid() {
        // The test vector of the xid library: 4d88e15b 60f486 e428 412dc9.
        let id = CredentialsId::from_parts(
            Timestamp::from_micros(0x4d88_e15b * 1_000_000),
            [0x60, 0xf4, 0x86, 0xe4, 0x28],
            0x0041_2dc9,
        );
        assert_eq!(id.as_str(), "9m4e2mr0ui3e8a215n4g");
        assert_eq!(CredentialsId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn documented_ids_are_ids() {
        for good in ["br7si8mg10l7an82que0", "efh63sad72g0sggo3s5a", "bg7si8mg10l7an82quh4"] {
            assert!(CredentialsId::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "br7si8mg10l7an82que",
            "br7si8mg10l7an82que00",
            "BR7SI8MG10L7AN82QUE0",
            "br7si8mg10l7an82quew",
        ] {
            assert!(CredentialsId::parse(bad).is_err(), "{bad}");
        }
    }
}
