//! With `public_url` set, certificates say where their list, responder and issuer are; and these are there.

use super::{Fleet, get};
use crate::harness::{Backend, TestServer, own_address};

fn uris(text: &str) -> Vec<String> {
    let uris = text.lines().filter_map(|line| line.split_once("URI:"));
    uris.map(|(_, uri)| uri.trim().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_lead_there() {
    let address = own_address();
    let server = TestServer::start(Backend::Sqlite, |config| {
        config.listen = address;
        config.public_url = Some(format!("http://{address}"));
    })
    .await;
    let fleet = Fleet::new(&server).await;
    let device = fleet.device("device").await;
    let ask =
        |extension: &str| uris(&fleet.openssl.run(&format!("x509 -in device.pem -noout -ext {extension}")));
    let pki = format!("http://{address}/pki/default");
    assert_eq!(ask("crlDistributionPoints"), [format!("{pki}/crl")]);
    assert_eq!(ask("authorityInfoAccess"), [format!("{pki}/ocsp"), format!("{pki}/ca.cer")]);
    // RFC 5280 4.2.2.1 and 4.2.1.13: what is there is one certificate, one list, DER.
    let (_, headers, issuer) = get(&server, "/pki/default/ca.cer").await;
    assert_eq!(
        (&*issuer, &headers["content-type"]),
        (&*fleet.openssl.read_bytes("ca.cer"), &"application/pkix-cert".parse().unwrap())
    );
    fleet.revoke(&device, "keyCompromise").await;
    // OpenSSL finds the list, and the responder, by what the certificate says.
    fleet.list("platform").await;
    let verify = "verify -crl_check -crl_download -CAfile platform.pem -untrusted ca.pem device.pem";
    let refused = fleet.openssl.try_run(verify).unwrap_err();
    assert!(refused.contains("error 23 at 0 depth lookup: certificate revoked"), "{refused}");
    let responder = fleet.openssl.run("x509 -in device.pem -noout -ocsp_uri");
    let line = format!("ocsp -issuer ca.pem -cert device.pem -CAfile both.pem -url {}", responder.trim());
    assert!(fleet.openssl.run(&line).contains("device.pem: revoked"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_it_there_are_none() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let fleet = Fleet::new(&server).await;
    fleet.device("device").await;
    let text = fleet.openssl.run("x509 -in device.pem -noout -text");
    assert!(!text.contains("URI:") && !text.contains("Authority Information Access"), "{text}");
}
