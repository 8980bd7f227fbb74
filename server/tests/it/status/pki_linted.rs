//! What the server really serves, held against pkilint.

use std::collections::BTreeSet;

use super::{Fleet, get, pkilint::PkiLint};
use crate::harness::{Backend, TestServer, own_address};

/// The documented CA certificate has the tenant's id as a dNSName; a host name has a dot, for pkilint.
const SINGLE_LABEL: &str = "ERROR pkix.invalid_domain_name_syntax \
                            certificate.tbsCertificate.extensions.4.extnValue.subjectAltName.0.dNSName";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_served() {
    let lint = PkiLint::new();
    for key_type in ["ec-p256", "rsa-2048"] {
        let server = TestServer::start(Backend::Sqlite, |config| {
            config.pki.ca_key_type = key_type.to_owned();
            config.listen = own_address();
            config.public_url = Some(format!("http://{}", config.listen));
        });
        served(&lint, server.await, key_type).await;
    }
    let known = ["ec-p256", "rsa-2048"].map(|key_type| format!("{key_type}-default.crt {SINGLE_LABEL}"));
    assert_eq!(lint.findings(), BTreeSet::from(known));
}

async fn served(lint: &PkiLint, server: TestServer, key_type: &str) {
    let fleet = Fleet::new(&server).await;
    let [good, suspended, revoked] =
        [fleet.device("good").await, fleet.device("suspended").await, fleet.device("revoked").await];
    fleet.suspend(&suspended).await;
    fleet.revoke(&revoked, "keyCompromise").await;
    fleet.openssl.run("x509 -in good.pem -outform der -out good.der");
    lint.write(&format!("{key_type}-leaf.crt"), &fleet.openssl.read_bytes("good.der"));
    for ca in ["default", "platform"] {
        for (file, extension) in [("ca.cer", "crt"), ("crl", "crl")] {
            let (status, _, der) = get(&server, &format!("/pki/{ca}/{file}")).await;
            assert_eq!(status, 200, "{ca} {file}");
            lint.write(&format!("{key_type}-{ca}.{extension}"), &der);
        }
    }
    let all = format!(
        "-serial 0x{} -serial 0x{} -serial 0x{} -serial 7",
        good.serial, suspended.serial, revoked.serial
    );
    for (name, ca, question) in [
        ("good", "default", "-issuer ca.pem -cert good.pem -no_nonce"),
        ("hold", "default", "-issuer ca.pem -cert suspended.pem -no_nonce"),
        ("revoked", "default", "-issuer ca.pem -cert revoked.pem -no_nonce"),
        ("all", "default", &format!("-issuer ca.pem {all} -nonce")),
        ("ca", "platform", "-issuer platform.pem -cert ca.pem -no_nonce"),
    ] {
        fleet.openssl.run(&format!("ocsp {question} -reqout request.der"));
        let request = fleet.openssl.read_bytes("request.der");
        let path = format!("/pki/{ca}/ocsp");
        let answer = server.anonymous(reqwest::Method::POST, &path).body(request).send().await.unwrap();
        lint.write(&format!("{key_type}-{name}.ocsp"), &answer.bytes().await.unwrap());
    }
}
