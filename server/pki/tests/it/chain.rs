//! Every kind of key under every kind of CA, verified by OpenSSL and by rustls-webpki.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, SystemTime};

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use vouchsafe_domain::KeyType;
use vouchsafe_pki::{Authority, Issued, VerifiedPublicKey};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::openssl::OpenSsl;
use crate::world::{issue, key, platform, tenant};

fn verify_with_webpki(leaf: &Issued, tenant: &Authority, platform: &Authority) {
    let der = |bytes: &[u8]| CertificateDer::from(bytes.to_vec());
    let (leaf, intermediates) = (der(&leaf.certificate_der), [der(tenant.certificate_der())]);
    let root = der(platform.certificate_der());
    let anchors = [anchor_from_trusted_cert(&root).unwrap()];
    let now = UnixTime::since_unix_epoch(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap());
    let leaf = EndEntityCert::try_from(&leaf).unwrap();
    for usage in [KeyUsage::client_auth(), KeyUsage::server_auth()] {
        leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &intermediates, now, usage, None, None)
            .unwrap();
    }
    let year_later = UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs() + 31_536_002));
    let usage = KeyUsage::client_auth();
    let late =
        leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &intermediates, year_later, usage, None, None);
    assert!(matches!(late, Err(webpki::Error::CertExpired { .. })));
}

fn verify_with_openssl(openssl: &OpenSsl, leaf: &Issued, tenant: &Authority, platform: &Authority) {
    openssl.write("platform.pem", platform.certificate_pem());
    openssl.write("tenant.pem", &tenant.ca_chain().join("\n"));
    openssl.write("leaf.pem", &leaf.certificate_pem);
    for purpose in ["sslclient", "sslserver"] {
        let line = format!(
            "verify -x509_strict -purpose {purpose} -CAfile platform.pem -untrusted tenant.pem leaf.pem"
        );
        assert_eq!(openssl.run(&line), "leaf.pem: OK\n");
    }
}

fn all_leaves_under(ca_key: KeyType) {
    let openssl = OpenSsl::new();
    let platform = platform(ca_key);
    let tenant = tenant(&platform, ca_key);
    for key_type in KeyType::ALL.iter().filter(|key_type| **key_type != KeyType::Rsa4096) {
        let key_pair = key(*key_type);
        let leaf = issue(&tenant, "mydevice", &VerifiedPublicKey::from(&key_pair));
        verify_with_webpki(&leaf, &tenant, &platform);
        verify_with_openssl(&openssl, &leaf, &tenant, &platform);
        openssl.write("key.pem", key_pair.private_key_pem().expose());
        let check = openssl.run("pkey -in key.pem -check -noout");
        assert!(check.contains("Key is valid"), "{check}");
        let public_keys =
            (openssl.run("pkey -in key.pem -pubout"), openssl.run("x509 -in leaf.pem -pubkey -noout"));
        assert_eq!(public_keys.0, public_keys.1, "{key_type:?}");
        let serial = openssl.run("x509 -in leaf.pem -serial -noout");
        let stored: String = leaf.serial_number.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(serial, format!("serial={stored}\n"));
    }
}

#[test]
fn under_rsa() {
    all_leaves_under(KeyType::Rsa2048);
}

#[test]
fn under_ec_p256() {
    all_leaves_under(KeyType::EcP256);
}

#[test]
fn under_ec_p384() {
    all_leaves_under(KeyType::EcP384);
}

#[test]
fn under_ed25519() {
    all_leaves_under(KeyType::Ed25519);
}

/// OpenSSL and webpki find an address where they look for one.
#[test]
fn addresses() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::EcP256);
    let tenant = tenant(&platform, KeyType::EcP256);
    let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
    for (name, other) in [("10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8::2")] {
        let leaf = issue(&tenant, name, &public_key);
        verify_with_openssl(&openssl, &leaf, &tenant, &platform);
        let verify = |address| {
            format!("verify -verify_ip {address} -CAfile platform.pem -untrusted tenant.pem leaf.pem")
        };
        assert_eq!(openssl.run(&verify(name)), "leaf.pem: OK\n");
        let der = CertificateDer::from(leaf.certificate_der.clone());
        let certificate = EndEntityCert::try_from(&der).unwrap();
        let is_for = |address: &str| {
            certificate
                .verify_is_valid_for_subject_name(&ServerName::try_from(address.to_owned()).unwrap())
                .is_ok()
        };
        assert!(is_for(name) && !is_for(other), "{name}");
    }
}

/// Every printable character in a common name, and names of every length that matters.
#[test]
fn common_names() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::EcP256);
    let tenant = tenant(&platform, KeyType::EcP256);
    let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
    let mut names: Vec<String> = (b' '..=b'~').map(|byte| format!("a{}b", char::from(byte))).collect();
    names.extend(["x".repeat(63), "x".repeat(64), "x".repeat(65), "x".repeat(255), "?".repeat(255)]);
    names.extend([format!("{}.{}", "x".repeat(63), "y".repeat(63)), " ".to_owned(), "10.0.0.1".to_owned()]);
    for name in names {
        let leaf = issue(&tenant, &name, &public_key);
        let (_, parsed) = x509_parser::parse_x509_certificate(&leaf.certificate_der).unwrap();
        let common_name = parsed.subject().iter_common_name().next().unwrap();
        assert_eq!(common_name.as_str(), Ok(name.as_str()));
        let printable = name.bytes().all(|b| b.is_ascii_alphanumeric() || b" '()+,-./:=".contains(&b));
        assert_eq!(common_name.attr_value().tag().0, if printable { 19 } else { 12 }, "{name}");
        verify_with_webpki(&leaf, &tenant, &platform);
        if name.len() > 3 {
            verify_with_openssl(&openssl, &leaf, &tenant, &platform);
        }
    }
}
