//! The fields of a certificate (RFC 5280 sections 4.1.1 and 4.1.2), each with what the answer says of it.

use serde_json::Value;
use time::{Duration, OffsetDateTime};
use x509_parser::{
    certificate::X509Certificate, oid_registry::OID_X509_EXT_KEY_USAGE, time::ASN1Time, x509::X509Version,
};

use super::{
    super::dates::SKEW,
    der,
    shown::{Found, Shown, Wrong, block, demand, hex, same, text, wrong},
};

/// The documented default, in seconds.
pub(in super::super) const DEFAULT_TTL: f64 = 31_536_000.0;
/// How far from the creation the end may be, by the target's own clock: times that are backdated, and the time that
/// issuing takes.
pub(in super::super) const TOLERANCE: Duration = Duration::seconds(60);

pub(super) fn pem(shown: &Shown<'_>) -> Found {
    block(shown.body, "/certificate", "CERTIFICATE")?;
    block(shown.body, "/issuingCa", "CERTIFICATE")?;
    chain(shown).map(|_| ())
}

/// What `caChain` holds.
pub(super) fn chain(shown: &Shown<'_>) -> Result<Vec<Vec<u8>>, Wrong> {
    let count = shown.body.pointer("/caChain").and_then(Value::as_array).map_or(0, Vec::len);
    (0..count).map(|index| block(shown.body, &format!("/caChain/{index}"), "CERTIFICATE")).collect()
}

pub(super) fn encoding(shown: &Shown<'_>) -> Found {
    canonical(shown.body, "/certificate", &shown.leaf)
}

/// A certificate and its extensions are DER.
pub(super) fn canonical(body: &Value, at: &str, certificate: &X509Certificate<'_>) -> Found {
    const EXPECTED: &str = "DER (X.690), as RFC 5280 section 4.1 demands";
    let whole = block(body, at, "CERTIFICATE")?;
    let extensions = certificate.extensions().iter();
    let values = extensions.clone().map(|extension| extension.value);
    for bytes in std::iter::once(whole.as_slice()).chain(values) {
        if let Some(reason) = der::wrong(bytes) {
            return wrong(at, EXPECTED, reason);
        }
    }
    // Bits that have names end with the last one that is set (X.690 section 11.2.2).
    let mut usages = extensions.filter(|extension| extension.oid == OID_X509_EXT_KEY_USAGE);
    match usages.next().map(|usage| usage.value) {
        Some([0x03, _, unused, .., last])
            if last.checked_shr((*unused).into()).is_none_or(|bits| bits & 1 == 0) =>
        {
            wrong(at, EXPECTED, "a key usage with zero bits at its end")
        }
        _ => Ok(()),
    }
}

pub(super) fn version(shown: &Shown<'_>) -> Found {
    let version = shown.leaf.version();
    demand(version == X509Version::V3, "/certificate", "version 3", format!("{version:?}"))
}

pub(super) fn serial(shown: &Shown<'_>) -> Found {
    let serial = shown.leaf.raw_serial();
    let positive =
        serial.first().is_some_and(|first| first & 0x80 == 0) && serial.iter().any(|byte| *byte != 0);
    let expected = "a positive serial number of at most 20 octets";
    demand(positive && serial.len() <= 20, "/certificate", expected, hex(serial))
}

pub(super) fn serial_told(shown: &Shown<'_>) -> Found {
    let told = text(shown.body, "/serialNumber")?;
    let serial = shown.leaf.tbs_certificate.serial.to_string();
    demand(told == serial, "/serialNumber", &format!("`{serial}`, the certificate's"), told)
}

pub(super) fn algorithms(shown: &Shown<'_>) -> Found {
    let (inner, outer) = (&shown.leaf.tbs_certificate.signature, &shown.leaf.signature_algorithm);
    demand(inner == outer, "/certificate", &format!("{inner:?} twice"), format!("{outer:?}"))
}

pub(super) fn signature(shown: &Shown<'_>) -> Found {
    let verified = shown.leaf.verify_signature(Some(shown.ca.public_key()));
    demand(verified.is_ok(), "/certificate", "a signature by the key of `issuingCa`", "another signature")
}

pub(super) fn issuer(shown: &Shown<'_>) -> Found {
    same("/certificate", shown.ca.subject().as_raw(), shown.leaf.issuer().as_raw())?;
    let named = shown.leaf.issuer().iter_attributes().next().is_some();
    demand(named, "/certificate", "an issuer", "an empty name")
}

pub(super) fn subject(shown: &Shown<'_>) -> Found {
    let told = text(shown.body, "/commonName")?;
    demand(
        common_names(&shown.leaf) == [told],
        "/certificate",
        told,
        format!("{:?}", common_names(&shown.leaf)),
    )
}

/// The common names in a certificate's subject.
pub(super) fn common_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate.subject().iter_common_name();
    names.map(|name| name.as_str().unwrap_or("a text that cannot be read").to_owned()).collect()
}

pub(super) fn subject_alone(shown: &Shown<'_>) -> Found {
    let count = shown.leaf.subject().iter_attributes().count();
    demand(count == 1, "/certificate", "the common name alone", format!("{count} attributes"))
}

pub(super) fn is_valid_now(shown: &Shown<'_>) -> Found {
    let validity = shown.leaf.validity();
    let (from, to) = (validity.not_before.to_datetime(), validity.not_after.to_datetime());
    let good = from <= shown.at + SKEW && shown.at - SKEW <= to;
    demand(good, "/certificate", &format!("a validity that has {}", shown.at), format!("{from} to {to}"))
}

pub(in super::super) fn time_forms(shown: &Shown<'_>) -> Found {
    let validity = shown.leaf.validity();
    let good = |time: &ASN1Time| time.is_utctime() == (time.to_datetime().year() < 2050);
    let expected = "UTCTime through 2049, GeneralizedTime from 2050 on";
    let actual = format!("{} and {}", validity.not_before, validity.not_after);
    demand(good(&validity.not_before) && good(&validity.not_after), "/certificate", expected, actual)
}

pub(super) fn default_ttl(shown: &Shown<'_>) -> Found {
    lasts(shown, DEFAULT_TTL, SKEW)
}

/// Whether the certificate ends with the one of its issuer, as one may that was asked for longer.
pub(in super::super) fn ends_with_issuer(shown: &Shown<'_>) -> bool {
    shown.leaf.validity().not_after == shown.ca.validity().not_after
}

/// The certificate ends so many seconds after it was asked for, or with its issuer's.
pub(in super::super) fn lasts(shown: &Shown<'_>, ttl: f64, tolerance: Duration) -> Found {
    let ends = ends(shown);
    let lasts = (ends - shown.at).as_seconds_f64();
    let good = (lasts - ttl).abs() <= tolerance.as_seconds_f64() || ends_with_issuer(shown);
    demand(
        good,
        "/certificate",
        &format!("an end about {ttl} s after {}", shown.at),
        format!("{ends}, {lasts:.0} s"),
    )
}

pub(super) fn unique_identifiers(shown: &Shown<'_>) -> Found {
    let certificate = &shown.leaf.tbs_certificate;
    let none = certificate.issuer_uid.is_none() && certificate.subject_uid.is_none();
    demand(none, "/certificate", "no unique identifiers", "some")
}

/// The end of the certificate, to the second.
pub(in super::super) fn ends(shown: &Shown<'_>) -> OffsetDateTime {
    shown.leaf.validity().not_after.to_datetime()
}
