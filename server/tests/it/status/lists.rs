//! Revocation lists as OpenSSL reads them.

use std::collections::BTreeMap;

use super::{Fleet, get};

/// What a list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    pub(super) number: u64,
    /// Why, by serial number in hexadecimal; nothing where no reason is told.
    pub(super) entries: BTreeMap<String, String>,
    /// In seconds.
    pub(super) this_update: i64,
    pub(super) next_update: i64,
}

impl List {
    pub(super) fn reason(&self, serial: &str) -> Option<&str> {
        self.entries.get(serial).map(String::as_str)
    }

    pub(super) fn has(&self, serial: &str) -> bool {
        self.entries.contains_key(serial)
    }
}

/// Fetches a CA's list in both forms, which must be the same list, signed by the CA.
pub(super) async fn fetch(fleet: &Fleet<'_>, ca: &str) -> List {
    let (openssl, der_file) = (&fleet.openssl, format!("{ca}.crl"));
    let (status, _, der) = get(fleet.server, &format!("/pki/{ca}/crl")).await;
    assert_eq!(status, 200);
    openssl.write_bytes(&der_file, &der);
    let signer = if ca == "platform" { "platform.pem" } else { "ca.pem" };
    let checked = openssl.run(&format!("crl -inform der -in {der_file} -CAfile {signer} -noout"));
    assert_eq!(checked, "verify OK\n");
    openssl.run(&format!("crl -inform der -in {der_file} -out {ca}.crl.pem"));
    let text = openssl.run(&format!("crl -inform der -in {der_file} -noout -text"));
    read(&text, |option| {
        openssl.run(&format!("crl -inform der -in {der_file} -noout {option} -dateopt iso_8601"))
    })
}

fn read(text: &str, date: impl Fn(&str) -> String) -> List {
    let after = |line: &str| {
        let mut lines = text.lines().skip_while(|known| known.trim() != line);
        lines.nth(1).unwrap_or_else(|| panic!("no {line}: {text}")).trim().to_owned()
    };
    let mut entries = BTreeMap::new();
    let revoked = text.split("    Serial Number: ").skip(1);
    for entry in revoked {
        let serial = entry.lines().next().unwrap().trim().to_owned();
        let mut lines = entry.lines().skip_while(|line| !line.contains("CRL Reason Code"));
        let reason = lines.nth(1).unwrap_or_default().trim().to_owned();
        assert!(entries.insert(serial, reason).is_none(), "twice: {text}");
    }
    List {
        number: after("X509v3 CRL Number:").parse().unwrap(),
        entries,
        this_update: seconds(&date("-lastupdate")),
        next_update: seconds(&date("-nextupdate")),
    }
}

/// `lastUpdate=2026-11-29 01:02:03Z` in seconds.
fn seconds(line: &str) -> i64 {
    let (_, date) = line.trim().split_once('=').unwrap();
    let date = date.replacen(' ', "T", 1);
    time::OffsetDateTime::parse(&date, &time::format_description::well_known::Rfc3339)
        .unwrap()
        .unix_timestamp()
}
