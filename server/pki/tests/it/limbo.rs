//! The cases of x509-limbo, each with the verdict that it expects.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::net::IpAddr;

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_domain::Timestamp;
use vouchsafe_pki::{
    ChainFailure, ChainRequest, Crl, Purpose, RevocationCheck, TrustAnchor, VerifiedChain, verify_chain,
};

use crate::world::now;

const CASES: &str = include_str!("../fixtures/x509-limbo-208.json");
const MISMATCHES: &str = include_str!("../fixtures/x509-limbo-mismatches.txt");

fn cases() -> Vec<Value> {
    let all: Value = serde_json::from_str(CASES).unwrap();
    all["testcases"].as_array().unwrap().clone()
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap()
}

fn texts<'a>(case: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    case[field].as_array().unwrap().iter().map(|text| text.as_str().unwrap())
}

/// x509-limbo's cases without a time are valid from 1970 to 2969, and are to be judged now.
fn moment(case: &Value) -> Timestamp {
    let time = case["validation_time"].as_str();
    time.map_or_else(now, |time| OffsetDateTime::parse(time, &Rfc3339).unwrap().into())
}

fn purpose(case: &Value) -> Purpose<'_> {
    let name = &case["expected_peer_name"];
    let name = (!name.is_null()).then(|| match text(name, "kind") {
        "IP" => ServerName::from(text(name, "value").parse::<IpAddr>().unwrap()),
        "DNS" => ServerName::try_from(text(name, "value")).unwrap(),
        kind => panic!("{kind}"),
    });
    match text(case, "validation_kind") {
        "CLIENT" => Purpose::Client,
        _ => Purpose::Server(name),
    }
}

/// An anchor that a trust store doesn't take is not trusted, a list that can't be used is not there.
fn verify(case: &Value) -> Result<VerifiedChain, Vec<ChainFailure>> {
    let chain = [text(case, "peer_certificate")].into_iter().chain(texts(case, "untrusted_intermediates"));
    let chain: Vec<_> = chain.map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).collect();
    let anchors: Vec<_> =
        texts(case, "trusted_certs").filter_map(|pem| TrustAnchor::from_pem(pem).ok()).collect();
    let lists: Vec<_> = texts(case, "crls").filter_map(|pem| Crl::parse(pem.as_bytes()).ok()).collect();
    let has_lists = texts(case, "crls").next().is_some();
    verify_chain(&ChainRequest {
        certificates: &chain,
        anchors: &anchors,
        revocation: if has_lists { RevocationCheck::Full(&lists) } else { RevocationCheck::None },
        purpose: purpose(case),
        at: moment(case),
        max_intermediates: case["max_chain_depth"]
            .as_u64()
            .map_or(ChainRequest::MAX_INTERMEDIATES, |depth| usize::try_from(depth).unwrap()),
    })
}

/// Every case, and the table of those that we judge otherwise: neither a new one nor one that vanished goes unseen.
#[test]
fn verdicts() {
    let cases = cases();
    assert_eq!(cases.len(), 208);
    let mut mismatches = BTreeMap::new();
    for case in &cases {
        let ours = if verify(case).is_ok() { "SUCCESS" } else { "FAILURE" };
        if text(case, "expected_result") != ours {
            mismatches.insert(text(case, "id"), (text(case, "expected_result"), ours));
        }
    }
    let mut known = BTreeMap::new();
    for line in MISMATCHES.lines().filter(|line| !line.starts_with('#')) {
        let [id, expected, ours, why] = *line.split(" | ").collect::<Vec<_>>() else { panic!("{line}") };
        assert!(why.ends_with('.') && known.insert(id, (expected, ours)).is_none(), "{line}");
    }
    assert_eq!(mismatches, known);
    let accepted = mismatches.iter().filter(|(_, (_, ours))| *ours == "SUCCESS").map(|(id, _)| *id);
    assert_eq!(accepted.collect::<Vec<_>>(), [""; 0], "bad chains that are accepted");
    assert!(!mismatches.keys().any(|id| id.starts_with("crl::")));
}

/// What is said of the bad ones, and of the good ones that we refuse.
#[test]
fn reasons() {
    let mut table = String::new();
    for case in cases() {
        let reasons = verify(&case).err().unwrap_or_default().into_iter().map(|failure| {
            let certificate = failure.certificate.map_or_else(String::new, |index| format!(" of {index}"));
            format!("{:?}{certificate}", failure.reason)
        });
        let reasons: Vec<_> = reasons.collect();
        if !reasons.is_empty() {
            table += &format!("{}: {}\n", text(&case, "id"), reasons.join(", "));
        }
    }
    insta::assert_snapshot!("limbo_reasons", table);
}

/// One and the same, each time.
#[test]
fn the_order_is_always_the_same() {
    for case in cases() {
        assert_eq!(verify(&case), verify(&case), "{}", text(&case, "id"));
    }
}
