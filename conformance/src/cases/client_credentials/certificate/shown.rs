//! An issued certificate as the answer shows it, read as far as the checks need it.

use serde_json::Value;
use time::OffsetDateTime;
use x509_parser::{
    certificate::X509Certificate, extensions::ParsedExtension, oid_registry::Oid, prelude::FromDer as _,
    prelude::X509Extension,
};

use super::pem;

/// What a check found that should be otherwise.
#[derive(Debug)]
pub(in super::super) struct Wrong {
    pub(in super::super) at: String,
    pub(in super::super) expected: String,
    pub(in super::super) actual: String,
}

/// What came of a check.
pub(in super::super) type Found = Result<(), Wrong>;

/// Something is otherwise than it should be.
pub(super) fn wrong<T>(at: &str, expected: impl Into<String>, actual: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { at: format!("body{at}"), expected: expected.into(), actual: actual.into() })
}

/// It is as it should be, or else this.
pub(in super::super) fn demand(good: bool, at: &str, expected: &str, actual: impl Into<String>) -> Found {
    if good { Ok(()) } else { wrong(at, expected, actual) }
}

/// Two things that should be the same.
pub(super) fn same(at: &str, expected: &[u8], actual: &[u8]) -> Found {
    demand(expected == actual, at, &hex(expected), hex(actual))
}

/// The bytes of the certificates.
pub(in super::super) struct Encoded {
    certificate: Vec<u8>,
    issuing_ca: Vec<u8>,
}

/// The answer with its certificates.
pub(in super::super) struct Shown<'a> {
    pub(super) body: &'a Value,
    /// When it was answered, by the target's clock where that is known.
    pub(in super::super) at: OffsetDateTime,
    pub(super) leaf: X509Certificate<'a>,
    pub(super) ca: X509Certificate<'a>,
}

/// A text of an answer.
pub(super) fn text<'a>(body: &'a Value, at: &str) -> Result<&'a str, Wrong> {
    match body.pointer(at).and_then(Value::as_str) {
        Some(text) => Ok(text),
        None => wrong(at, "a text", "nothing"),
    }
}

/// What a PEM block of an answer holds.
pub(super) fn block(body: &Value, at: &str, label: &str) -> Result<Vec<u8>, Wrong> {
    let decoded = pem::decode(text(body, at)?, label);
    decoded.or_else(|reason| {
        wrong(at, format!("one PEM block `{label}`, as RFC 7468 section 3 writes it"), reason)
    })
}

impl Encoded {
    /// Decodes the certificates of an answer.
    pub(in super::super) fn of(body: &Value) -> Result<Self, Wrong> {
        let certificate = block(body, "/certificate", "CERTIFICATE")?;
        let issuing_ca = block(body, "/issuingCa", "CERTIFICATE")?;
        Ok(Self { certificate, issuing_ca })
    }

    /// Parses them.
    pub(in super::super) fn shown<'a>(
        &'a self,
        body: &'a Value,
        at: OffsetDateTime,
    ) -> Result<Shown<'a>, Wrong> {
        let leaf = parse("/certificate", &self.certificate)?;
        let ca = parse("/issuingCa", &self.issuing_ca)?;
        Ok(Shown { body, at, leaf, ca })
    }
}

pub(super) fn parse<'a>(at: &str, der: &'a [u8]) -> Result<X509Certificate<'a>, Wrong> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) => wrong(at, "one certificate", "bytes after its end"),
        Err(error) => wrong(at, "a certificate (RFC 5280 section 4.1)", error.to_string()),
    }
}

/// The one extension of this kind.
pub(super) fn extension<'a, 'b>(
    certificate: &'b X509Certificate<'a>,
    at: &str,
    oid: &Oid<'_>,
    name: &str,
) -> Result<&'b X509Extension<'a>, Wrong> {
    match certificate.get_extension_unique(oid) {
        Ok(Some(extension))
            if !matches!(extension.parsed_extension(), ParsedExtension::ParseError { .. }) =>
        {
            Ok(extension)
        }
        Ok(Some(_)) => wrong(at, format!("the extension {name}"), "one that cannot be read"),
        Ok(None) => wrong(at, format!("the extension {name}"), "none"),
        Err(_) => wrong(at, format!("the extension {name} once"), "more than one"),
    }
}

/// Bytes in words.
pub(super) fn hex(bytes: &[u8]) -> String {
    let shown = bytes.get(..64).unwrap_or(bytes);
    let more = if shown.len() < bytes.len() { format!("… ({} bytes)", bytes.len()) } else { String::new() };
    format!("{}{more}", data_encoding::HEXLOWER.encode(shown))
}
