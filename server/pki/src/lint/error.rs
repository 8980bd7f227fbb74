//! The rules by name.

/// A broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LintError {
    /// Not DER, or an extension that isn't.
    #[error("the certificate is malformed")]
    Malformed,
    /// Extensions need version 3.
    #[error("the version must be 3 (RFC 5280 4.1.2.1)")]
    Version,
    /// Zero, negative or too long.
    #[error("the serial number must be positive and at most 20 octets long (RFC 5280 4.1.2.2)")]
    SerialNumber,
    /// Another serial number than the one that was stored.
    #[error("the serial number must be the stored one")]
    OtherSerialNumber,
    /// Two signature algorithms.
    #[error("both signature algorithms must be the same (RFC 5280 4.1.1.2)")]
    SignatureAlgorithm,
    /// The issuer's name differs from the CA's subject.
    #[error("the issuer must be the CA's subject, byte by byte (RFC 5280 4.1.2.4, 6.1.3)")]
    Issuer,
    /// It ends before it begins.
    #[error("the validity must not end before it begins (RFC 5280 4.1.2.5)")]
    ValidityOrder,
    /// It is valid when its issuer isn't.
    #[error("the validity must lie inside the issuer's (RFC 5280 6.1.3)")]
    ValidityOutsideIssuer,
    /// The wrong type of time.
    #[error("dates up to 2049 must be UTCTime, later ones GeneralizedTime (RFC 5280 4.1.2.5)")]
    TimeEncoding,
    /// Another subject, or more in it.
    #[error("the subject must be the common name alone (RFC 5280 4.1.2.6)")]
    Subject,
    /// Another key.
    #[error("the public key must be the verified one (RFC 5280 4.1.2.7)")]
    PublicKey,
    /// Unique identifiers, which version 3 replaced.
    #[error("unique identifiers must not be there (RFC 5280 4.1.2.8)")]
    UniqueId,
    /// One extension twice.
    #[error("no extension may be there twice (RFC 5280 4.2)")]
    DuplicateExtension,
    /// An extension that our certificates don't have.
    #[error("there must be no extension beside those of the profile (RFC 5280 4.2)")]
    UnexpectedExtension,
    /// Critical or not, the wrong way.
    #[error("keyUsage and basicConstraints must be critical, the others not (RFC 5280 4.2.1)")]
    Criticality,
    /// The issuer's key is not named.
    #[error("the authority key identifier must be the issuer's key identifier alone (RFC 5280 4.2.1.1)")]
    AuthorityKeyId,
    /// The subject's key is not named.
    #[error("the subject key identifier must be the SHA-1 of the public key (RFC 5280 4.2.1.2)")]
    SubjectKeyId,
    /// No key usage.
    #[error("the key usage must be there and permit signatures (RFC 5280 4.2.1.3)")]
    NoKeyUsage,
    /// A leaf that may issue, or a CA that may not, or may do more.
    #[error("keyCertSign and cRLSign are for CA certificates, and nothing else is (RFC 5280 4.2.1.3)")]
    CertSign,
    /// A use that the key's algorithm doesn't have.
    #[error("the key usage must fit the key's algorithm (RFC 8813 section 3, RFC 8410 section 5)")]
    KeyUsageOfAlgorithm,
    /// A leaf that is a CA, or a CA that isn't.
    #[error("CA:TRUE must be in a CA certificate and in no other (RFC 5280 4.2.1.9)")]
    BasicConstraints,
    /// Other extended key usages.
    #[error(
        "the extended key usage must be serverAuth and clientAuth in a leaf, OCSPSigning in an OCSP signer, absent in a CA \
         (RFC 5280 4.2.1.12, RFC 6960 4.2.2.2)"
    )]
    ExtendedKeyUsage,
    /// Another name, or none where one belongs.
    #[error(
        "the subject alternative name must be the host name as dNSName or the address as iPAddress, absent if the common \
         name is neither (RFC 5280 4.2.1.6)"
    )]
    SubjectAltName,
    /// Other pointers, or none where they belong.
    #[error(
        "the CRL distribution point, the OCSP responder and the issuer's certificate must be the wanted ones, absent if none \
         are wanted (RFC 5280 4.2.1.13, 4.2.2.1)"
    )]
    Pointers,
    /// A certificate whose revocation nobody looks up, or an OCSP signer without end of look-ups.
    #[error(
        "id-pkix-ocsp-nocheck must be in an OCSP signer and in no other certificate (RFC 6960 4.2.2.2.1)"
    )]
    OcspNoCheck,
}
