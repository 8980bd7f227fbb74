//! Certificates that cases ask for themselves: two that must differ, and common names that are no host names.

use serde_json::json;

use super::{
    super::{
        Scenario,
        resource::{ISSUE, X509},
        script,
    },
    examine,
    extensions::{has_address, has_no_host_name},
    issue,
    shown::{Shown, Wrong},
};
use crate::{
    attempt::Attempt,
    case::{Kind, Stop},
};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![own_key_of_each(), no_host(), address()]
}

fn own_key_of_each() -> Scenario {
    Scenario::new("x509-credentials::certificate::own-key", X509.create, ISSUE, script!(own_key))
        .requires(
            "No two certificates have the same key or the same serial number (RFC 5280 section 4.1.2.2).",
        )
        .kind(Kind::Certificate)
}

fn no_host() -> Scenario {
    Scenario::new("x509-credentials::certificate::no-host", X509.create, ISSUE, script!(no_host_name))
        .requires("A common name that is no host name is no dNSName (RFC 5280 section 4.2.1.6).")
        .kind(Kind::Certificate)
}

fn address() -> Scenario {
    Scenario::extension(
        "x509-credentials::certificate::address",
        X509.create,
        "A common name that is an IP address is the one iPAddress as well, and no dNSName (RFC 5280 section 4.2.1.6).",
        script!(ip_address),
    )
    .kind(Kind::Certificate)
}

/// The key of the certificate, and its serial number.
fn key_and_serial(shown: &Shown<'_>) -> Result<(Vec<u8>, Vec<u8>), Wrong> {
    Ok((shown.leaf.public_key().raw.to_vec(), shown.leaf.raw_serial().to_vec()))
}

async fn own_key(attempt: &mut Attempt) -> Result<(), Stop> {
    let name = format!("silver-advice-{}", attempt.suffix);
    let mut before: Option<(Vec<u8>, Vec<u8>)> = None;
    for _ in 0..2 {
        let (made, at) = issue(attempt, json!({"commonName": name})).await?;
        let mut this = None;
        attempt.found(examine(&made.body, at, key_and_serial).map(|found| this = Some(found)));
        let Some((key, serial)) = this else { return Err(Stop::Failed) };
        if let Some((other_key, other_serial)) = before {
            if key == other_key {
                attempt.differs("body/certificate", "a key of its own", "the key of another certificate");
            }
            if serial == other_serial {
                attempt.differs("body/certificate", "a serial number of its own", "another certificate's");
            }
        }
        before = Some((key, serial));
    }
    Ok(())
}

async fn no_host_name(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = X509.body(attempt);
    body["commonName"] = json!(format!("no host, {}", attempt.suffix));
    let (made, at) = issue(attempt, body).await?;
    attempt.found(examine(&made.body, at, has_no_host_name));
    Ok(())
}

async fn ip_address(attempt: &mut Attempt) -> Result<(), Stop> {
    // For documentation (RFC 5737 section 3, RFC 3849).
    for (name, octets) in [("192.0.2.7", &[192, 0, 2, 7][..]), ("2001:db8::7", &IPV6)] {
        let mut body = X509.body(attempt);
        body["commonName"] = json!(name);
        let (made, at) = issue(attempt, body).await?;
        attempt.found(examine(&made.body, at, |shown| has_address(shown, octets)));
    }
    Ok(())
}

const IPV6: [u8; 16] = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
