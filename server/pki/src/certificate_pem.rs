//! A PEM text that is one certificate and nothing else, as clients send them (RFC 7468 section 5).

use data_encoding::BASE64;

use crate::pem;

/// The longest text that is read. Certificates of real CAs stay below half of it.
const MAX_PEM: usize = 16 * 1024;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Why a text is not one PEM certificate. The messages are for its sender and repeat nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificatePemError {
    /// Longer than any real certificate.
    #[error("must not be longer than {MAX_PEM} bytes")]
    TooLong,
    /// A key that its sender must now consider known.
    #[error("holds a private key: never send one; replace the key if it is in use")]
    PrivateKey,
    /// Two blocks.
    #[error("holds several PEM blocks: send each certificate by itself")]
    Several,
    /// Another kind of block.
    #[error("is a PEM block of another kind: its label must be CERTIFICATE")]
    OtherLabel,
    /// No block, or text around it.
    #[error("must be one PEM certificate, from {BEGIN} to {END}, and nothing else")]
    NotPem,
    /// Not the alphabet, not the padding.
    #[error("has broken base64 between {BEGIN} and {END}")]
    Base64,
}

/// Reads the DER of the one certificate. White space around it and at the ends of lines is fine, and lines of any length
/// (RFC 7468 section 2 asks readers for that); nothing else is.
pub(crate) fn read(text: &str) -> Result<Vec<u8>, CertificatePemError> {
    if text.contains("PRIVATE KEY-----") {
        return Err(CertificatePemError::PrivateKey);
    }
    if text.len() > MAX_PEM {
        return Err(CertificatePemError::TooLong);
    }
    match text.matches("-----BEGIN ").count() {
        0 => return Err(CertificatePemError::NotPem),
        1 => {}
        _ => return Err(CertificatePemError::Several),
    }
    if !text.contains(BEGIN) {
        return Err(CertificatePemError::OtherLabel);
    }
    let body = body(text.trim_ascii()).ok_or(CertificatePemError::NotPem)?;
    let base64: String = body.lines().map(str::trim_ascii).collect();
    // `BASE64` takes one padded text after another as well.
    if base64.trim_end_matches('=').contains('=') {
        return Err(CertificatePemError::Base64);
    }
    BASE64.decode(base64.as_bytes()).map_err(|_| CertificatePemError::Base64)
}

/// The lines between the two that bound a block.
fn body(text: &str) -> Option<&str> {
    let (blank, body) = text.strip_prefix(BEGIN)?.strip_suffix(END)?.split_once('\n')?;
    let (body, indentation) = body.rsplit_once('\n')?;
    (blank.trim_ascii().is_empty() && indentation.trim_ascii().is_empty()).then_some(body)
}

/// Writes a certificate, DER, as the configuration shows it: with a line feed at the end.
#[must_use]
pub fn write(der: &[u8]) -> String {
    pem::certificate(der) + "\n"
}
