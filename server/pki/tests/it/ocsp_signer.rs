//! The certificate of an OCSP signer.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use vouchsafe_domain::{CommonName, KeyType, Timestamp};
use vouchsafe_pki::{Authority, OcspSignerError};

use crate::openssl::OpenSsl;
use crate::world::{key, now, platform, platform_living, tenant};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn as_openssl_prints_it() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::Rsa2048);
    let tenant = tenant(&platform, KeyType::Rsa2048);
    let signer = tenant.ocsp_signer(now(), HOUR).unwrap();
    std::fs::write(openssl.path("signer.der"), signer.certificate_der()).unwrap();
    let options = "-nameopt RFC2253 -certopt no_pubkey,no_sigdump,no_serial,no_validity";
    let text = openssl.run(&format!("x509 -inform der -in signer.der -noout -text {options}"));
    insta::with_settings!({ filters => vec![(r"([0-9A-F]{2}:){19}[0-9A-F]{2}", "[key id]")] }, {
        insta::assert_snapshot!("ocsp_signer", text);
    });
    openssl.run("x509 -inform der -in signer.der -out signer.pem");
    openssl.write("root.pem", platform.certificate_pem());
    openssl.write("ca.pem", tenant.certificate_pem());
    let line = "verify -x509_strict -purpose ocsphelper -CAfile root.pem -untrusted ca.pem signer.pem";
    assert_eq!(openssl.run(line), "signer.pem: OK\n");
    let (_, parsed) = x509_parser::parse_x509_certificate(signer.certificate_der()).unwrap();
    assert_eq!(parsed.raw_serial(), signer.serial_number().as_bytes());
    assert_eq!(parsed.validity().not_after.timestamp(), signer.not_after().as_secs());
}

#[test]
fn inside_the_ca() {
    let platform = platform_living(KeyType::EcP256, HOUR);
    let now = now();
    let at = |seconds| now.saturating_add(Duration::from_secs(seconds));
    let end = |now, lifetime| platform.ocsp_signer(now, lifetime).map(|signer| signer.not_after());
    assert_eq!(end(at(0), HOUR * 9).unwrap(), platform.not_after());
    assert_eq!(end(at(0), HOUR / 2).unwrap().as_secs(), at(1800).as_secs());
    assert!(matches!(end(at(3700), HOUR), Err(OcspSignerError::IssuerNotValid)));
    assert!(matches!(end(Timestamp::from_micros(0), HOUR), Err(OcspSignerError::IssuerNotValid)));
}

/// Every name of a CA makes a name of at most 64 characters.
#[test]
fn names() {
    for (ca, signer) in [
        ("Vouchsafe Platform", "Vouchsafe Platform OCSP".to_owned()),
        ("a?", "a? OCSP".to_owned()),
        (&"x".repeat(59), format!("{} OCSP", "x".repeat(59))),
        (&"x".repeat(60), format!("{} OCSP", "x".repeat(59))),
        (&"x".repeat(255), format!("{} OCSP", "x".repeat(59))),
        (" ", "OCSP".to_owned()),
    ] {
        let name = CommonName::parse(ca).unwrap();
        let authority = Authority::create_platform(&name, key(KeyType::EcP256), now(), HOUR).unwrap();
        assert_eq!(subject(&authority), format!("CN={signer}"));
    }
}

/// Imported CAs have any name.
#[test]
fn names_of_imported_cas() {
    for (subject_of_ca, expected) in [
        ("/O=Example", "CN=OCSP"),
        ("/O=Example/CN=Root", "CN=Root OCSP"),
        ("/CN=Gy\u{f6}k\u{e9}r", "CN=OCSP"),
    ] {
        let openssl = OpenSsl::new();
        openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem");
        openssl.run(&format!(
            "req -x509 -utf8 -key key.pem -subj {subject_of_ca} -days 1 -out ca.pem -addext \
             keyUsage=critical,keyCertSign,cRLSign"
        ));
        let key_pair = vouchsafe_pki::KeyPair::from_pem(&openssl.read("key.pem")).unwrap();
        let authority = Authority::load(&openssl.read("ca.pem"), key_pair).unwrap();
        assert_eq!(subject(&authority), expected);
    }
}

fn subject(authority: &Authority) -> String {
    let signer = authority.ocsp_signer(now(), HOUR / 2).unwrap();
    let (_, parsed) = x509_parser::parse_x509_certificate(signer.certificate_der()).unwrap();
    parsed.subject().to_string()
}
