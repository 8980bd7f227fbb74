//! Distinguished names as the configuration shows them: seven attributes in a fixed order, `None` where one is absent.

use x509_parser::asn1_rs::{Any, Oid, Tag};
use x509_parser::oid_registry::{
    OID_PKCS9_EMAIL_ADDRESS, OID_X509_COMMON_NAME, OID_X509_COUNTRY_NAME, OID_X509_LOCALITY_NAME,
    OID_X509_ORGANIZATION_NAME, OID_X509_ORGANIZATIONAL_UNIT, OID_X509_STATE_OR_PROVINCE_NAME,
};
use x509_parser::x509::X509Name;

const ATTRIBUTES: [(&str, Oid<'static>); 7] = [
    ("C", OID_X509_COUNTRY_NAME),
    ("ST", OID_X509_STATE_OR_PROVINCE_NAME),
    ("L", OID_X509_LOCALITY_NAME),
    ("O", OID_X509_ORGANIZATION_NAME),
    ("OU", OID_X509_ORGANIZATIONAL_UNIT),
    ("CN", OID_X509_COMMON_NAME),
    ("emailAddress", OID_PKCS9_EMAIL_ADDRESS),
];

/// Writes a name, e.g. `C=HU/ST=Budapest/L=None/O=Example/OU=None/CN=None/emailAddress=None`. Of several values of one
/// attribute the first stands, as OpenSSL finds it by attribute; other attributes are left out, and nothing is escaped.
/// So the text is for people: names are compared as DER, certificates by fingerprint.
pub(crate) fn text(name: &X509Name<'_>) -> String {
    ATTRIBUTES
        .map(|(label, oid)| match name.iter_by_oid(&oid).next() {
            Some(attribute) => format!("{label}={}", value(attribute.attr_value())),
            None => format!("{label}=None"),
        })
        .join("/")
}

/// The text of any `DirectoryString` (RFC 5280 4.1.2.4). What no reader could show becomes U+FFFD.
fn value(value: &Any<'_>) -> String {
    let bytes = value.as_bytes();
    let text: String = match value.tag() {
        // T.61 as it is used: Latin-1.
        Tag::TeletexString => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Tag::BmpString => {
            let units =
                bytes.chunks(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        Tag::UniversalString => {
            let points =
                bytes.chunks(4).map(|four| four.iter().fold(0, |point, byte| point << 8 | u32::from(*byte)));
            points.map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    text.replace(char::is_control, "\u{FFFD}")
}
