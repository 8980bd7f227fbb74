//! Everything we make, held against pkilint: what it finds is what we know of and have a reason for, no more and no less.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::time::Duration;

use vouchsafe_domain::{KeyType, RevocationReason, SerialNumber};
use vouchsafe_pki::{Authority, RevokedCertificate, RevokedCertificates, VerifiedPublicKey};

use crate::ocsp::World;
use crate::pkilint::PkiLint;
use crate::pointers::issue_with;
use crate::revocation_list::list;
use crate::world::{issue, key, now, platform, tenant};

const HOUR: Duration = Duration::from_secs(3600);

/// RFC 3279 2.3.1 and RFC 4055 1.2 have no keyAgreement for RSA; the documented leaf has it.
const RSA_KEY_AGREEMENT: &str = "ERROR pkix.key_usage_value_prohibited_for_rsa certificate.tbsCertificate.extensions.0.extnValue.keyUsage";

/// A host name has a dot, for pkilint; RFC 1034 section 3.5 doesn't say so, and the documented `mydevice` has none.
const SINGLE_LABEL: &str = "ERROR pkix.invalid_domain_name_syntax \
                            certificate.tbsCertificate.extensions.4.extnValue.subjectAltName.0.dNSName";

/// X.520's bound of 64 characters on a common name; 255 are documented.
const LONG_NAME: &str = "FATAL itu.invalid_asn1_syntax certificate.tbsCertificate.subject.rdnSequence.0.0";

/// Leaves by their common names, and what is known to be found in them.
fn names() -> [(&'static str, String, &'static [&'static str]); 8] {
    let labels = |count: usize| vec!["x".repeat(49); count].join(".") + "y";
    [
        ("host", "device-1.example.com".to_owned(), &[]),
        ("label", "mydevice".to_owned(), &[SINGLE_LABEL]),
        ("ipv4", "192.0.2.1".to_owned(), &[]),
        ("ipv6", "2001:db8::1".to_owned(), &[]),
        ("text", "device number 1".to_owned(), &[]),
        ("sixty-four", "x y ".repeat(16), &[]),
        ("long", "x y ".repeat(50), &[LONG_NAME]),
        ("long-host", labels(4), &[LONG_NAME]),
    ]
}

/// Tells what is new and what has vanished, not the many that are as they should be.
fn assert_findings(lint: &PkiLint, expected: &[String]) {
    let (found, expected) = (lint.findings(), expected.iter().cloned().collect::<BTreeSet<_>>());
    let new: Vec<_> = found.difference(&expected).collect();
    let vanished: Vec<_> = expected.difference(&found).collect();
    assert!(new.is_empty() && vanished.is_empty(), "new: {new:#?}\nvanished: {vanished:#?}");
}

fn leaves_under(ca_key: KeyType) {
    let lint = PkiLint::new();
    let mut expected = Vec::new();
    let tenant = tenant(&platform(KeyType::EcP256), ca_key);
    for key_type in KeyType::ALL {
        let public_key = VerifiedPublicKey::from(&key(*key_type));
        let rsa = key_type.as_str().starts_with("rsa").then_some(RSA_KEY_AGREEMENT);
        for (what, name, findings) in names() {
            for (pointers, leaf) in [
                ("without", issue(&tenant, &name, &public_key)),
                ("with", issue_with(&tenant, &name, &public_key)),
            ] {
                let file = format!("{}-{what}-{pointers}.crt", key_type.as_str());
                lint.write(&file, &leaf.certificate_der);
                expected.extend(findings.iter().copied().chain(rsa).map(|found| format!("{file} {found}")));
            }
        }
    }
    assert_findings(&lint, &expected);
}

#[test]
fn leaves_under_rsa() {
    assert!(
        names().iter().filter(|(what, ..)| what.starts_with("long")).all(|(_, name, _)| name.len() == 200)
    );
    leaves_under(KeyType::Rsa2048);
}

#[test]
fn leaves_under_ec() {
    leaves_under(KeyType::EcP256);
}

#[test]
fn authorities_and_their_signers() {
    let lint = PkiLint::new();
    let mut expected = Vec::new();
    for key_type in [KeyType::Rsa2048, KeyType::EcP256, KeyType::EcP384, KeyType::Ed25519] {
        let platform = platform(key_type);
        let tenant = tenant(&platform, key_type);
        for (what, authority) in [("platform", &platform), ("tenant", &tenant)] {
            let file = |kind: &str| format!("{}-{what}-{kind}.crt", key_type.as_str());
            lint.write(&file("ca"), authority.certificate_der());
            let signer = authority.ocsp_signer(now(), HOUR).unwrap();
            lint.write(&file("signer"), signer.certificate_der());
        }
        // `tenant-1` is a dNSName of the documented CA certificate.
        expected.push(format!("{}-tenant-ca.crt {SINGLE_LABEL}", key_type.as_str()));
    }
    assert_findings(&lint, &expected);
}

#[test]
fn revocation_lists() {
    let lint = PkiLint::new();
    let entry = |number: i64, reason| RevokedCertificate {
        serial_number: SerialNumber::parse(&number.to_string()).unwrap(),
        revoked_at: now(),
        reason,
    };
    let reasons = RevocationReason::ALL.iter().copied().map(Some).chain([None]);
    let all: RevokedCertificates = reasons.zip(1..).map(|(reason, number)| entry(number, reason)).collect();
    let hold: RevokedCertificates = [entry(1, Some(RevocationReason::CertificateHold))].into_iter().collect();
    for key_type in [KeyType::Rsa2048, KeyType::EcP256, KeyType::EcP384, KeyType::Ed25519] {
        let authority = platform(key_type);
        let write = |what: &str, authority: &Authority, number, entries: &RevokedCertificates| {
            let der = authority.revocation_list(list(number, entries.clone())).unwrap();
            lint.write(&format!("{}-{what}.crl", key_type.as_str()), &der);
        };
        write("empty", &authority, 0, &RevokedCertificates::default());
        write("all", &authority, 128, &all);
        write("hold", &authority, u64::MAX, &hold);
    }
    assert_findings(&lint, &[]);
}

#[test]
fn ocsp_responses() {
    let lint = PkiLint::new();
    for ca_key in [KeyType::Rsa2048, KeyType::EcP256] {
        let world = World::new(ca_key);
        let signer = world.tenant.ocsp_signer(now(), HOUR).unwrap();
        for (what, options, reason) in [
            ("good", "-cert good.pem -no_nonce", None),
            ("revoked", "-cert revoked.pem -no_nonce", None),
            ("hold", "-sha256 -cert revoked.pem -no_nonce", Some(RevocationReason::CertificateHold)),
            ("unknown", "-cert unknown.pem -no_nonce", None),
            ("all", "-cert good.pem -cert revoked.pem -cert unknown.pem -nonce", None),
        ] {
            let request = world.request(&format!("-issuer ca.pem {options}"));
            let response = world.respond(&signer, &request, reason);
            lint.write(&format!("{}-{what}.ocsp", ca_key.as_str()), &response);
        }
    }
    assert_findings(&lint, &[]);
}
