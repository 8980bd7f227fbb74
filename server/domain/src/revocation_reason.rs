//! Why a certificate was revoked.

macro_rules! revocation_reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $code:literal,)+) => {
        /// Why a certificate was revoked (RFC 5280 5.3.1). No reason, `None` where one may stand, is `unspecified`, which
        /// is never written; the remaining reasons there are for CAs and for lists of another kind than ours.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
        pub enum RevocationReason { $($(#[$doc])* #[serde(rename = $text)] $name,)+ }

        impl RevocationReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The reason's name in RFC 5280, and in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The reason's number in RFC 5280.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$name => $code,)+ }
            }

            /// Reads a name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

revocation_reasons! {
    /// Somebody else has the private key, or may have it.
    KeyCompromise = "keyCompromise", 1,
    /// The subject's name or other facts have changed.
    AffiliationChanged = "affiliationChanged", 3,
    /// There is a newer certificate.
    Superseded = "superseded", 4,
    /// The certificate is no longer needed.
    CessationOfOperation = "cessationOfOperation", 5,
    /// For now: the only reason that can be taken back.
    CertificateHold = "certificateHold", 6,
    /// What the certificate permitted is no longer permitted.
    PrivilegeWithdrawn = "privilegeWithdrawn", 9,
}

#[cfg(test)]
mod tests {
    use super::RevocationReason;

    #[test]
    fn names_and_numbers() {
        let table: Vec<_> =
            RevocationReason::ALL.iter().map(|reason| (reason.as_str(), reason.code())).collect();
        assert_eq!(
            table,
            [
                ("keyCompromise", 1),
                ("affiliationChanged", 3),
                ("superseded", 4),
                ("cessationOfOperation", 5),
                ("certificateHold", 6),
                ("privilegeWithdrawn", 9)
            ]
        );
        for reason in RevocationReason::ALL {
            assert_eq!(RevocationReason::parse(reason.as_str()), Some(*reason));
        }
        for text in ["", "KeyCompromise", "unspecified", "cACompromise", "removeFromCRL"] {
            assert_eq!(RevocationReason::parse(text), None);
        }
    }
}
