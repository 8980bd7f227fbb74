//! The checks of certificates, on the documented one and on copies of it that are wrong in one place.

#![expect(clippy::unwrap_used, reason = "tests")]

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::datetime};

use super::{OUTLIVES, PROPERTIES, examine, extensions::has_no_host_name, pem::decode};

/// Shortly after the documented certificate was issued.
const THEN: OffsetDateTime = datetime!(2020-06-25 14:57:49 UTC);

/// The documented answer, with what its certificate says beside it.
fn documented() -> Value {
    let pointer = "/components/examples/x509-credentials-issued-specific/value";
    let mut body = vouchsafe_api_spec::document().pointer(pointer).unwrap().clone();
    body["commonName"] = json!("mydevice");
    body["serialNumber"] = json!("689483094766207367657401398670402202477550148116");
    body
}

/// The ids of what is not as it should be. The documented certificate lasts 30 days.
fn failing(body: &Value) -> Vec<&'static str> {
    let properties = PROPERTIES.into_iter().chain([OUTLIVES]);
    let wrong = properties.filter(|property| examine(body, THEN, property.check).is_err());
    wrong.map(|property| property.id).filter(|id| *id != "default-ttl").collect()
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = BASE64.encode(der);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Values with bytes replaced, and the lengths of all values around them mended.
fn spliced(bytes: &[u8], at: usize, removed: usize, new: &[u8]) -> Vec<u8> {
    let mut start = 0;
    while start < at {
        let (header, length) = match bytes[start + 1] {
            short @ ..=0x7f => (2, usize::from(short)),
            0x81 => (3, usize::from(bytes[start + 2])),
            _ => (4, usize::from(bytes[start + 2]) * 256 + usize::from(bytes[start + 3])),
        };
        let (content, end) = (start + header, start + header + length);
        if at >= content && at + removed <= end {
            let inner = &bytes[content..end];
            let (at, constructed) = (at - content, bytes[start] & 0x20 != 0);
            let inner = if constructed {
                spliced(inner, at, removed, new)
            } else {
                replaced(inner, at, removed, new)
            };
            let length = match inner.len() {
                short @ ..=0x7f => vec![u8::try_from(short).unwrap()],
                long @ ..=0xff => vec![0x81, u8::try_from(long).unwrap()],
                long => [&[0x82], &u16::try_from(long).unwrap().to_be_bytes()[..]].concat(),
            };
            return [&bytes[..=start], &length, &inner, &bytes[end..]].concat();
        }
        start = end;
    }
    replaced(bytes, at, removed, new)
}

fn replaced(bytes: &[u8], at: usize, removed: usize, new: &[u8]) -> Vec<u8> {
    [&bytes[..at], new, &bytes[at + removed..]].concat()
}

/// The documented answer with bytes of one of its PEM blocks replaced, where they come first.
fn changed(member: &str, from: &str, to: &str) -> Value {
    let mut body = documented();
    let label = if member == "privateKey" { "RSA PRIVATE KEY" } else { "CERTIFICATE" };
    let der = decode(body[member].as_str().unwrap(), label).unwrap();
    let hex = |text: &str| HEXLOWER.decode(text.replace(' ', "").as_bytes()).unwrap();
    let (from, to) = (hex(from), hex(to));
    let at = der.windows(from.len()).position(|window| window == from).unwrap();
    body[member] = json!(pem(label, &spliced(&der, at, from.len(), &to)));
    body
}

#[test]
fn the_documented_certificate_is_as_it_should_be() {
    assert_eq!(failing(&documented()), [""; 0]);
    assert!(examine(&documented(), THEN, has_no_host_name).is_err());
}

const KEY_USAGE: &str = "300e 0603551d0f 0101ff 0404 030203a8";

/// What is replaced in the certificate, with what, and which checks fail.
const CERTIFICATES: [(&str, &str, &[&str]); 36] = [
    ("a003020102", "a003020101", &["version"]),
    ("021478c57d", "0214f8c57d", &["serial", "serial-number"]),
    ("78c57dc3", "7978c57dc3", &["serial", "serial-number"]),
    ("06092a864886f70d01010b0500 0382", "06092a864886f70d01010c0500 0382", &["algorithms"]),
    ("74656e616e742d31", "74656e616e742d32", &["issuer"]),
    ("6d79646576696365", "6d79646576696366", &["subject"]),
    (
        "3111300f060355040313086d79646576696365",
        "310b3009060355040613025553 3111300f060355040313086d79646576696365",
        &["subject-alone"],
    ),
    ("55040313086d79", "55040a13086d79", &["subject"]),
    // It begins in 2021, ended before it began, ends in 2021.
    ("3230303632353134353731395a", "3231303632353134353731395a", &["validity"]),
    ("3230303732353134353734395a", "3139303732353134353734395a", &["validity", "end"]),
    ("3230303732353134353734395a", "3231303632353134353734395a", &["end"]),
    ("170d3230303732353134353734395a", "180f32303230303732353134353734395a", &["time-forms"]),
    ("a381873081", "81020001a381873081", &["unique-identifiers"]),
    (
        "06092a864886f70d0101010500",
        "06092a864886f70d01010a0500",
        &["key", "key-size", "subject-key-identifier"],
    ),
    ("06092a864886f70d0101010500", "06092a864886f70d010101", &["key", "key-size", "subject-key-identifier"]),
    ("0203010001", "0203010003", &["key-size", "private-key", "subject-key-identifier"]),
    ("00e0ec66", "00e0ec67", &["private-key", "subject-key-identifier"]),
    ("030203a8", "03020780", &["key-usage"]),
    ("0603551d0f0101ff", "0603551d0f", &["key-usage"]),
    ("030203a8", "030202ac", &["no-authority"]),
    ("030203a8", "030201aa", &["no-authority"]),
    ("030203a8", "030200a8", &["encoding"]),
    ("0603551d0f0101ff", "0603551d0f010100", &["encoding", "key-usage"]),
    (KEY_USAGE, "300f0603551d130101ff040530030101ff 300e0603551d0f0101ff0404030203a8", &["no-authority"]),
    (KEY_USAGE, "300f0603551d130101ff04053003020100 300e0603551d0f0101ff0404030203a8", &["no-authority"]),
    ("06082b06010505070302", "06082b06010505070304", &["client-purpose", "purposes"]),
    ("301406082b06010505070301", "300a", &["purposes"]),
    ("04142f3a1f65", "04142f3a1f66", &["subject-key-identifier"]),
    ("0603551d0e", "0603551d0e0101ff", &["subject-key-identifier", "extensions"]),
    ("8014ac69a94c", "8014ac69a94d", &["authority-key-identifier"]),
    ("0603551d23", "0603551d230101ff", &["authority-key-identifier", "extensions"]),
    ("82086d79646576696365", "82086d79646576696366", &["alternative-name"]),
    ("82086d79646576696365", "86086d79646576696365", &["alternative-name"]),
    (
        KEY_USAGE,
        "300e0603551d0f0101ff0404030203a8 300e0603551d0f0101ff0404030203a8",
        &["key-usage", "extensions"],
    ),
    (KEY_USAGE, "300c06032a03040101ff04020500 300e0603551d0f0101ff0404030203a8", &["extensions"]),
    ("030203a8", "040203a8", &["key-usage", "extensions"]),
];

#[test]
fn each_check_fails_when_the_certificate_is_otherwise() {
    let mut seen: Vec<&str> = Vec::new();
    for (from, to, expected) in CERTIFICATES {
        let mut failing = failing(&changed("certificate", from, to));
        // Whatever is changed is not what was signed.
        failing.retain(|id| *id != "signature");
        assert_eq!(failing, expected, "{from} -> {to}");
        seen.extend(expected);
    }
    let apart =
        ["pem", "signature", "default-ttl", "authority", "authority-signs-lists", "authority-encoding"];
    for property in PROPERTIES {
        let checked = seen.contains(&property.id) || property.id.starts_with("chain");
        assert!(checked || apart.contains(&property.id), "{} has not been seen to fail", property.id);
    }
}

#[test]
fn each_check_fails_when_what_stands_beside_it_is_otherwise() {
    let changed_ca = [
        ("30030101ff", "3000", &["authority", "chain"][..]),
        ("0603551d130101ff", "0603551d13", &["authority", "chain"]),
        ("03020106", "03020102", &["authority", "chain"]),
        ("03020106", "03020204", &["authority-signs-lists", "chain"]),
        ("03020106", "03030006 00", &["authority-encoding", "chain"]),
        ("0414ac69a94c", "0414ac69a94d", &["authority-key-identifier", "chain"]),
        ("74656e616e742d31", "74656e616e742d32", &["issuer", "chain"]),
        ("00a5c140d7", "00a5c140d9", &["signature", "chain"]),
        ("3230303732373134353331355a", "3230303732353134353331355a", &["chain", "end"]),
    ];
    for (from, to, expected) in changed_ca {
        assert_eq!(failing(&changed("issuingCa", from, to)), expected, "{from} -> {to}");
    }
    assert_eq!(failing(&changed("certificate", "0011b5d279cd", "0011b5d278cd")), ["signature"]);
    assert_eq!(failing(&changed("privateKey", "00e0ec66", "00e0ec67")), ["private-key"]);
    let (leaf, ca) = (documented()["certificate"].clone(), documented()["issuingCa"].clone());
    let with = |member: &str, value: Value| {
        let mut body = documented();
        body[member] = value;
        failing(&body)
    };
    assert_eq!(with("serialNumber", json!("1")), ["serial-number"]);
    assert_eq!(with("commonName", json!("other")), ["subject", "alternative-name"]);
    assert_eq!(with("privateKeyType", json!("ec")), ["key"]);
    assert_eq!(with("privateKey", leaf.clone()), ["private-key"]);
    assert_eq!(with("caChain", json!([])), ["chain"]);
    assert_eq!(with("caChain", json!([leaf, ca])), ["chain"]);
    assert_eq!(with("caChain", json!([ca, leaf])), ["chain-links"]);
    assert_eq!(with("caChain", json!(["no PEM"])), ["pem", "chain", "chain-links"]);
    let two = format!("{}\n{}", leaf.as_str().unwrap(), ca.as_str().unwrap());
    assert!(with("certificate", json!(two)).contains(&"pem"));
}

#[test]
fn a_certificate_that_lasts_a_year_has_the_default_time_to_live() {
    let default = PROPERTIES.iter().find(|property| property.id == "default-ttl").unwrap();
    assert!(examine(&documented(), THEN, default.check).is_err());
    let year = changed("certificate", "3230303732353134353734395a", "3231303632353134353734395a");
    assert!(examine(&year, THEN, default.check).is_ok());
    // It may end with its issuer.
    let ends = changed("certificate", "3230303732353134353734395a", "3230303732373134353331355a");
    assert!(examine(&ends, THEN, default.check).is_ok());
}
