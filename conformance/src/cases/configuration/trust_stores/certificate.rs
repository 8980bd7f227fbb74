//! A CA certificate that was signed by another one, has other names than that one, and has a CRL URL of its own inside.

use serde_json::{Value, json};

/// The certificate.
pub(super) const ISSUING_CA: &str = include_str!("issuing-ca.pem");

/// How a trust store shows it.
pub(super) fn issuing_ca() -> Value {
    json!({
        "fingerprint": {
            "digest": "b7:b5:0d:ed:a8:90:a6:74:01:d7:6e:6c:d2:e7:12:fb:fe:85:13:66:75:8d:99:3c:1f:44:0b:73:0e:3b:74:5a",
            "hash_algorithm": "sha256",
        },
        "issuer": "C=DE/ST=None/L=None/O=Conformance GmbH/OU=None/CN=Conformance Root CA/emailAddress=None",
        "pem": ISSUING_CA,
        "subject": "C=DE/ST=Berlin/L=None/O=Conformance GmbH/OU=Tests/CN=Conformance Issuing CA/emailAddress=None",
    })
}

/// The same authority in another trust store's answer: line ends at the end of the PEM text don't matter.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    let rest = |value: &Value| {
        let mut value = value.clone();
        let pem = value.as_object_mut().and_then(|members| members.remove("pem"));
        (value, pem.and_then(|pem| pem.as_str().map(|pem| pem.trim_end().to_owned())))
    };
    rest(left) == rest(right)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };

    use super::*;
    use crate::cases::configuration::steps::sample;

    fn fingerprint(pem: &str) -> String {
        let command = ["x509", "-noout", "-fingerprint", "-sha256"];
        let mut openssl = Command::new("openssl");
        let mut openssl = openssl.args(command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        openssl.stdin.take().unwrap().write_all(pem.as_bytes()).unwrap();
        let output = String::from_utf8(openssl.wait_with_output().unwrap().stdout).unwrap();
        output.trim().split_once('=').unwrap().1.to_lowercase()
    }

    #[test]
    fn openssl_has_the_same_fingerprints() {
        let documented = sample("trust-stores-list")["items"][1]["body"]["authorities"][0].clone();
        for authority in [issuing_ca(), documented] {
            let pem = authority["pem"].as_str().unwrap();
            assert_eq!(authority["fingerprint"]["digest"], fingerprint(pem));
        }
    }
}
