//! The checks of certificates, on the documented one and on copies of it that are wrong in one place.

#![expect(clippy::unwrap_used, reason = "tests")]

use data_encoding::BASE64;
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::datetime};

use super::{OUTLIVES, PROPERTIES, examine};

/// Shortly after the documented certificate was issued.
const THEN: OffsetDateTime = datetime!(2020-06-25 14:57:49 UTC);

/// The documented answer, with what its certificate says beside it.
fn documented() -> Value {
    let pointer = "/components/examples/x509-credentials-issued/value";
    let mut body = vouchsafe_api_spec::document().pointer(pointer).unwrap().clone();
    body["commonName"] = json!("mydevice");
    body["serialNumber"] = json!("689566938040656246563116012263306829326316444180");
    body
}

/// The ids of what is not as it should be.
fn failing(body: &Value, at: OffsetDateTime) -> Vec<&'static str> {
    let properties = PROPERTIES.into_iter().chain([OUTLIVES]);
    properties
        .filter(|property| examine(body, at, property.check).is_err())
        .map(|property| property.id)
        .collect()
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = BASE64.encode(der);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The documented answer with bytes of one of its PEM blocks replaced, wherever they are.
fn changed(member: &str, from: &[u8], to: &[u8]) -> Value {
    let mut body = documented();
    let label = if member == "privateKey" { "RSA PRIVATE KEY" } else { "CERTIFICATE" };
    let der = super::pem::decode(body[member].as_str().unwrap(), label).unwrap();
    let start = der.windows(from.len()).position(|window| window == from).unwrap();
    let der = [&der[..start], to, &der[start + from.len()..]].concat();
    body[member] = json!(pem(label, &der));
    body
}

#[test]
fn the_documented_certificate_is_as_it_should_be_but_for_its_short_life() {
    assert_eq!(failing(&documented(), THEN), ["default-ttl"]);
}
