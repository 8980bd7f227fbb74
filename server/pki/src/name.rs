//! The names we write: a distinguished name of one common name, and the subjectAltName that goes with it.

use std::net::IpAddr;

use rcgen::{DistinguishedName, DnType, DnValue};
use vouchsafe_domain::CommonName;

/// A name of one common name: `PrintableString` where the text fits, as documented, else `UTF8String`
/// (RFC 5280 4.1.2.4 permits these two). X.520's bound of 64 characters is not applied, as documented.
pub(crate) fn distinguished_name(common_name: &CommonName) -> DistinguishedName {
    let text = common_name.as_str();
    // '?' is in the alphabet of PrintableString (X.680 41.4), but rcgen's DER writer panics on it.
    let value = match text.try_into() {
        Ok(printable) if !text.contains('?') => DnValue::PrintableString(printable),
        _ => DnValue::Utf8String(text.to_owned()),
    };
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, value);
    name
}

/// What goes with a common name in the subjectAltName.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AltName<'a> {
    /// A dNSName.
    Dns(&'a str),
    /// An iPAddress.
    Ip(IpAddr),
}

/// The subjectAltName of a common name: a dNSName for a host name, an iPAddress for an address, nothing for anything else.
pub(crate) fn alt_name(common_name: &CommonName) -> Option<AltName<'_>> {
    let text = common_name.as_str();
    match text.parse() {
        Ok(address) => Some(AltName::Ip(address)),
        Err(_) => common_name.is_host_name().then_some(AltName::Dns(text)),
    }
}
