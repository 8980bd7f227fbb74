//! Which texts name a tenant.

use std::fmt;

use crate::Invalid;

/// A tenant's id: one DNS label (RFC 1123 section 2.1) in lower case, because it is the common name and the
/// dNSName of the tenant's CA and a segment of public URLs. `platform` is reserved for the platform CA's URLs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct TenantId(String);

impl TenantId {
    /// Reads a tenant id.
    ///
    /// # Errors
    /// [`Invalid`] naming the broken rule.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        let label = (1..=63).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-')
            && !text.ends_with('-');
        if !label {
            let rule = "must be 1 to 63 lower-case letters, digits and inner hyphens";
            return Err(Invalid { what: "tenant", rule });
        }
        if text == "platform" {
            return Err(Invalid {
                what: "tenant",
                rule: "must not be 'platform', which names the platform CA",
            });
        }
        Ok(Self(text))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::TenantId;

    #[test]
    fn labels_only() {
        for good in ["default", "a", "tenant-1", "0", &"t".repeat(63)] {
            assert!(TenantId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a.b", "a_b", "ä", "platform", &"t".repeat(64)] {
            assert!(TenantId::parse(bad).is_err(), "{bad}");
        }
    }
}
