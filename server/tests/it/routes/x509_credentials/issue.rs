//! Issuing: the documented default, every key type, and verifiers that trust the platform alone.

use std::time::SystemTime;

use reqwest::Method;
use rustls_pki_types::{CertificateDer, UnixTime, pem::PemObject};
use serde_json::{Value, json};
use vouchsafe_api_spec::document;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::{PATH, verify};
use crate::harness::{Answer, Backend, TestServer, both, database::Everything};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

async fn default_is_as_documented(server: TestServer) {
    let answer = server.post(PATH, json!({"commonName": "silver-advice", "ttl": 31_540_000})).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let issued = answer.expect(201);
    let documented = &document()["components"]["examples"]["x509-credentials-issued-specific"]["value"];
    let mut expected = keys(documented);
    expected.extend(["id", "state", "invalidAfter"]);
    assert_eq!(keys(&issued), expected, "the documented properties in their order, then ours");
    assert_eq!((&issued["commonName"], &issued["state"]), (&json!("silver-advice"), &json!("Inactive")));
    assert_eq!(issued["privateKeyType"], "rsa");
    let pem = |field: &str, label: &str| {
        let text = issued[field].as_str().unwrap();
        let (begin, end) = (format!("-----BEGIN {label}-----\n"), format!("\n-----END {label}-----"));
        assert!(text.starts_with(&begin) && text.ends_with(&end), "{text}");
    };
    pem("certificate", "CERTIFICATE");
    pem("issuingCa", "CERTIFICATE");
    pem("privateKey", "RSA PRIVATE KEY");
    assert_eq!(issued["caChain"], json!([issued["issuingCa"]]));

    let openssl = verify(&server, &issued).await;
    assert!(openssl.run("rsa -in key.pem -noout -text").contains("(2048 bit, 2 primes)"));
    let line = "x509 -in leaf.pem -noout -text -certopt no_pubkey,no_sigdump,no_serial,no_validity";
    let text = openssl.run(line);
    insta::with_settings!({ filters => vec![(r"([0-9A-F]{2}:){19}[0-9A-F]{2}", "[key id]")] }, {
        insta::assert_snapshot!("default_leaf", text);
    });
    // A verifier that doesn't have the chain can't get to the platform.
    assert!(openssl.try_run("verify -CAfile platform.pem leaf.pem").is_err());

    let location = answer.header("location").unwrap();
    assert_eq!(location, format!("{PATH}/{}", issued["id"].as_str().unwrap()));
    let row = server.get(location).await.expect(200);
    for field in ["id", "state", "serialNumber", "commonName", "invalidAfter"] {
        assert_eq!(row[field], issued[field], "{field}");
    }
    let stored = server.ready().await.store;
    let rows = Everything::of(&stored).await;
    let der = CertificateDer::from_pem_slice(issued["certificate"].as_str().unwrap().as_bytes()).unwrap();
    let kept =
        stored.x509_credentials_certificate(&rows.audit[0].tenant.clone().unwrap(), &rows.x509[0].id).await;
    assert_eq!(kept.unwrap().as_deref(), Some(der.as_ref()));
    let audit = (rows.audit[0].action.as_str(), rows.audit[0].detail.as_str());
    assert_eq!(audit, ("x509_credentials_create", &*format!("serial number {}", rows.x509[0].serial_number)));
}

/// With the documented key type of the authorities.
fn documented_authorities(config: &mut vouchsafe::config::Config) {
    config.pki.ca_key_type = "rsa-2048".to_owned();
}

both!(the_default_is_as_documented, documented_authorities, default_is_as_documented);

both!(every_key_type, async |server: TestServer| {
    for (key_type, kind, label, text) in [
        ("rsa-2048", "rsa", "RSA PRIVATE KEY", "Public-Key: (2048 bit)"),
        ("rsa-3072", "rsa", "RSA PRIVATE KEY", "Public-Key: (3072 bit)"),
        ("rsa-4096", "rsa", "RSA PRIVATE KEY", "Public-Key: (4096 bit)"),
        ("ec-p256", "ec", "PRIVATE KEY", "NIST CURVE: P-256"),
        ("ec-p384", "ec", "PRIVATE KEY", "NIST CURVE: P-384"),
        ("ed25519", "ed25519", "PRIVATE KEY", "ED25519 Public-Key:"),
    ] {
        let issued = server.post(PATH, json!({"keyType": key_type})).await.expect(201);
        assert_eq!(issued["privateKeyType"], kind, "{key_type}");
        let begin = format!("-----BEGIN {label}-----\n");
        assert!(issued["privateKey"].as_str().unwrap().starts_with(&begin), "{key_type}");
        let openssl = verify(&server, &issued).await;
        let certificate = openssl.run("x509 -in leaf.pem -noout -text");
        assert!(certificate.contains(text), "{certificate}");
        assert_eq!(certificate.contains("Key Encipherment"), kind == "rsa", "{certificate}");
    }
});

both!(rustls_trusts_it, async |server: TestServer| {
    let issued = server.post(PATH, json!({})).await.expect(201);
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let root = der(&server.get("/pki/platform/ca.pem").await.text);
    let leaf = der(issued["certificate"].as_str().unwrap());
    let chain: Vec<_> =
        issued["caChain"].as_array().unwrap().iter().map(|pem| der(pem.as_str().unwrap())).collect();
    let anchors = [anchor_from_trusted_cert(&root).unwrap()];
    let now = UnixTime::since_unix_epoch(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap());
    let leaf = EndEntityCert::try_from(&leaf).unwrap();
    for usage in [KeyUsage::client_auth(), KeyUsage::server_auth()] {
        leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &chain, now, usage, None, None).unwrap();
    }
    let name = issued["commonName"].as_str().unwrap();
    leaf.verify_is_valid_for_subject_name(&name.try_into().unwrap()).unwrap();
});

both!(authorities_are_public, async |server: TestServer| {
    let token = server.tenant_token("other").await;
    let other = server.with_token(Some(&token));
    let theirs = other.send(Method::POST, PATH, Some(json!({"keyType": "ec-p256"}))).await.expect(201);
    let ours = server.post(PATH, json!({"keyType": "ec-p256"})).await.expect(201);
    for (tenant, issued) in [("default", &ours), ("other", &theirs)] {
        let answer = Answer::of(server.anonymous(Method::GET, &format!("/pki/{tenant}/ca.pem"))).await;
        let line_by_line = format!("{}\n", issued["issuingCa"].as_str().unwrap());
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, line_by_line.as_str()));
        assert_eq!(answer.header("content-type"), Some("application/x-pem-file"));
        verify(&server, issued).await;
    }
    let openssl = verify(&server, &theirs).await;
    assert_eq!(openssl.field("leaf.pem", "-issuer"), "CN = other");
    // One tenant's CA is no way to the other's certificates.
    openssl.write("chain.pem", ours["issuingCa"].as_str().unwrap());
    assert!(openssl.try_run("verify -CAfile platform.pem -untrusted chain.pem leaf.pem").is_err());
    for unknown in ["nobody", "NOBODY", "-", "a%00b"] {
        let answer = Answer::of(server.anonymous(Method::GET, &format!("/pki/{unknown}/ca.pem"))).await;
        assert_eq!(answer.message(404), "certificate authority not found", "{unknown}");
    }
    let theirs = format!("{PATH}/{}", theirs["id"].as_str().unwrap());
    assert_eq!(server.get(&theirs).await.message(404), "X.509 credentials not found");
    let revoke = server.patch(&format!("{theirs}/state"), json!({"state": "Revoked"})).await;
    assert_eq!(revoke.message(404), "X.509 credentials not found");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serial_numbers_differ() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let all = (0..64).map(|_| server.post(PATH, json!({"keyType": "ed25519", "commonName": "same"})));
    let answers = futures_util::future::join_all(all).await;
    let serials: std::collections::BTreeSet<_> =
        answers.iter().map(|answer| answer.expect(201)["serialNumber"].to_string()).collect();
    assert_eq!(serials.len(), 64);
}
