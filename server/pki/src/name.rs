//! The names we write: a distinguished name of one common name, and the dNSName that goes with it.

use std::net::Ipv4Addr;

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

/// The dNSName of a common name, if it is a host name. An IPv4 address has the form of one but isn't
/// (RFC 1123 2.1).
pub(crate) fn dns_name(common_name: &CommonName) -> Option<&str> {
    let text = common_name.as_str();
    (common_name.is_host_name() && text.parse::<Ipv4Addr>().is_err()).then_some(text)
}
