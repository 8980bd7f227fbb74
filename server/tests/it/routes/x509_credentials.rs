//! X.509 credentials over HTTP, judged by OpenSSL and rustls-webpki.

mod common_name;
mod csr;
mod issue;
mod list;
mod ttl;

use serde_json::Value;

use crate::harness::{TestServer, openssl::OpenSsl};

const PATH: &str = "/api/v1/x509-credentials";

/// An answer's certificate and chain, and the platform CA, as files.
async fn files(server: &TestServer, issued: &Value) -> OpenSsl {
    let openssl = OpenSsl::new();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    openssl.write("leaf.pem", &text(&issued["certificate"]));
    openssl.write("tenant.pem", &text(&issued["issuingCa"]));
    let chain: Vec<_> = issued["caChain"].as_array().unwrap().iter().map(text).collect();
    openssl.write("chain.pem", &chain.join("\n"));
    openssl.write("platform.pem", &server.get("/pki/platform/ca.pem").await.text);
    if let Some(key) = issued.get("privateKey") {
        openssl.write("key.pem", &text(key));
    }
    openssl
}

/// A big hexadecimal number in base 10.
fn decimal(hexadecimal: &str) -> String {
    let mut digits = vec![0_u32];
    for figure in hexadecimal.chars() {
        let mut carry = figure.to_digit(16).unwrap();
        for digit in digits.iter_mut().rev() {
            carry += *digit * 16;
            (*digit, carry) = (carry % 10, carry / 10);
        }
        while carry > 0 {
            digits.insert(0, carry % 10);
            carry /= 10;
        }
    }
    digits.iter().map(ToString::to_string).collect()
}

/// What must be true of every issued certificate, whatever was asked for.
async fn verify(server: &TestServer, issued: &Value) -> OpenSsl {
    let openssl = files(server, issued).await;
    for purpose in ["sslclient", "sslserver"] {
        let line = format!(
            "verify -x509_strict -purpose {purpose} -CAfile platform.pem -untrusted chain.pem leaf.pem"
        );
        assert_eq!(openssl.run(&line), "leaf.pem: OK\n");
    }
    assert_eq!(decimal(&openssl.field("leaf.pem", "-serial")), issued["serialNumber"]);
    if issued.get("privateKey").is_some() {
        assert!(openssl.run("pkey -in key.pem -check -noout").contains("Key is valid"));
        let keys = (openssl.run("pkey -in key.pem -pubout"), openssl.run("x509 -in leaf.pem -noout -pubkey"));
        assert_eq!(keys.0, keys.1, "the key is the certificate's");
    }
    openssl
}
