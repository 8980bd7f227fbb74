//! The revocation lists of our own CAs, judged by OpenSSL and by rustls-webpki.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::{Duration, SystemTime};

use rustls_pki_types::{CertificateDer, UnixTime};
use vouchsafe_domain::{KeyType, RevocationReason, SerialNumber, Timestamp};
use vouchsafe_pki::{
    Authority, Crl, KeyPair, RevocationList, RevocationListError, RevokedCertificate, RevokedCertificates,
    VerifiedPublicKey, revocation_list_pem,
};
use webpki::{
    ALL_VERIFICATION_ALGS, BorrowedCertRevocationList, EndEntityCert, KeyUsage, RevocationOptionsBuilder,
    anchor_from_trusted_cert,
};

use crate::openssl::OpenSsl;
use crate::world::{issue, key, now, platform, tenant};

const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn list(number: u64, entries: RevokedCertificates) -> RevocationList {
    RevocationList { number, this_update: now(), next_update: now().saturating_add(DAY), entries }
}

fn entry(serial_number: SerialNumber, reason: Option<RevocationReason>) -> RevokedCertificate {
    RevokedCertificate { serial_number, revoked_at: now(), reason }
}

fn serial(text: &str) -> SerialNumber {
    SerialNumber::parse(text).unwrap()
}

/// Writes a list and looks at its signature.
fn written(openssl: &OpenSsl, authority: &Authority, list: RevocationList) -> Vec<u8> {
    let der = authority.revocation_list(list).unwrap();
    openssl.write("ca.pem", authority.certificate_pem());
    openssl.write("crl.pem", &revocation_list_pem(&der));
    assert_eq!(openssl.run("crl -in crl.pem -CAfile ca.pem -verify -noout"), "verify OK\n");
    der
}

fn verify_with_webpki(leaf: &[u8], tenant: &Authority, crl: &[u8]) -> Result<(), webpki::Error> {
    let (leaf, ca) = (CertificateDer::from(leaf), CertificateDer::from(tenant.certificate_der()));
    let anchors = [anchor_from_trusted_cert(&ca).unwrap()];
    let now = UnixTime::since_unix_epoch(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap());
    let crl = BorrowedCertRevocationList::from_der(crl).unwrap().into();
    let crls = [&crl];
    let revocation = RevocationOptionsBuilder::new(&crls).unwrap().build();
    EndEntityCert::try_from(&leaf)?
        .verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            &[],
            now,
            KeyUsage::client_auth(),
            Some(revocation),
            None,
        )
        .map(drop)
}

fn revoked_leaves_under(ca_key: KeyType) {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::EcP256);
    let tenant = tenant(&platform, ca_key);
    let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
    let leaves: Vec<_> = (0..4).map(|_| issue(&tenant, "mydevice", &public_key)).collect();
    let reasons = [None, Some(RevocationReason::KeyCompromise), Some(RevocationReason::CertificateHold)];
    let entries = leaves[1..].iter().zip(reasons).map(|(leaf, reason)| entry(leaf.serial_number, reason));
    let der = written(&openssl, &tenant, list(1, entries.collect()));
    openssl.write("root.pem", platform.certificate_pem());
    for (position, leaf) in leaves.iter().enumerate() {
        openssl.write("leaf.pem", &leaf.certificate_pem);
        let line =
            "verify -x509_strict -crl_check -CRLfile crl.pem -CAfile root.pem -untrusted ca.pem leaf.pem";
        let (openssl, webpki) =
            (openssl.try_run(line), verify_with_webpki(&leaf.certificate_der, &tenant, &der));
        if position == 0 {
            assert_eq!((openssl, webpki), (Ok("leaf.pem: OK\n".to_owned()), Ok(())));
        } else {
            assert!(openssl.unwrap_err().contains("certificate revoked"), "{position}");
            assert_eq!(webpki, Err(webpki::Error::CertRevoked), "{position}");
        }
    }
}

#[test]
fn under_rsa() {
    revoked_leaves_under(KeyType::Rsa2048);
}

#[test]
fn under_ec_p256() {
    revoked_leaves_under(KeyType::EcP256);
}

#[test]
fn under_ec_p384() {
    revoked_leaves_under(KeyType::EcP384);
}

#[test]
fn under_ed25519() {
    revoked_leaves_under(KeyType::Ed25519);
}

/// What OpenSSL prints, but for the signature.
#[test]
fn as_openssl_prints_it() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::EcP256);
    let at = Timestamp::from_micros;
    let reasons = RevocationReason::ALL.iter().copied().map(Some).chain([None]);
    let entries = reasons.zip(1_i64..).map(|(reason, number)| RevokedCertificate {
        serial_number: serial(&(number * 127).to_string()),
        revoked_at: at(1_900_000_000_999_999 + number * 1_000_000_000_000_000),
        reason,
    });
    let list = RevocationList {
        number: u64::MAX,
        this_update: at(1_900_000_000_999_999),
        next_update: at(2_600_000_000_000_000),
        entries: entries.collect(),
    };
    written(&openssl, &platform, list);
    let text = openssl.run("crl -in crl.pem -noout -text -nameopt RFC2253");
    let text = text.split("    Signature Algorithm: ecdsa-with-SHA256\n    Signature Value").next().unwrap();
    insta::with_settings!({ filters => vec![(r"([0-9A-F]{2}:){19}[0-9A-F]{2}", "[key id]")] }, {
        insta::assert_snapshot!("revocation_list", text);
    });
}

#[test]
fn numbers() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::EcP256);
    for (number, text) in [
        (0, "0x00"),
        (1, "0x01"),
        (127, "0x7F"),
        (128, "0x80"),
        (32_768, "0x8000"),
        (u64::MAX, "0xFFFFFFFFFFFFFFFF"),
    ] {
        let der = written(&openssl, &platform, list(number, RevokedCertificates::default()));
        let text = format!("crlNumber={text}\n");
        assert_eq!(openssl.run("crl -in crl.pem -noout -crlnumber"), text);
        let (rest, parsed) = x509_parser::parse_x509_crl(&der).unwrap();
        assert_eq!((rest.len(), parsed.crl_number().unwrap()), (0, &number.into()));
        assert_eq!(parsed.issuer().as_raw(), platform.subject_der());
    }
}

/// RFC 5280 5.1.2.6: no entries, no list of entries. What we read as other CAs' lists reads ours.
#[test]
fn without_entries() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::EcP256);
    let wanted = list(7, RevokedCertificates::default());
    let der = written(&openssl, &platform, wanted.clone());
    let text = openssl.run("crl -in crl.pem -noout -text");
    assert!(text.contains("No Revoked Certificates."), "{text}");
    let structure = openssl.run("asn1parse -in crl.pem");
    let of_list = structure.lines().take_while(|line| !line.contains("BIT STRING"));
    let fields = of_list.filter(|line| line.contains("d=2 ")).map(|line| line[28..45].trim());
    assert_eq!(
        fields.collect::<Vec<_>>(),
        ["INTEGER", "SEQUENCE", "SEQUENCE", "UTCTIME", "UTCTIME", "cont [ 0 ]", "OBJECT",]
    );
    let crl = Crl::parse(&der).unwrap();
    assert_eq!((crl.this_update().as_secs(), crl.next_update().as_secs()), {
        (wanted.this_update.as_secs(), wanted.next_update.as_secs())
    });
}

/// One buffer, one pass: what is added one by one is what is collected.
#[test]
fn a_long_list() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::EcP256);
    let entries = |count: u32| (1..=count).map(|number| entry(serial(&number.to_string()), None));
    let mut grown = RevokedCertificates::default();
    entries(20_000).for_each(|entry| grown.push(&entry));
    let der = written(&openssl, &platform, list(1, grown));
    assert_eq!(BorrowedCertRevocationList::from_der(&der).unwrap().into_iter().count(), 20_000);
}

/// A list by a CA that may not sign any would be refused by everybody.
#[test]
fn without_crl_sign() {
    let openssl = OpenSsl::new();
    openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem");
    let load = |usage: &str| {
        openssl.run(&format!(
            "req -x509 -key key.pem -subj /CN=a -out ca.pem -addext keyUsage=critical,{usage}"
        ));
        Authority::load(&openssl.read("ca.pem"), KeyPair::from_pem(&openssl.read("key.pem")).unwrap())
            .unwrap()
    };
    written(&openssl, &load("keyCertSign,cRLSign"), list(1, RevokedCertificates::default()));
    let answer = load("keyCertSign").revocation_list(list(1, RevokedCertificates::default()));
    assert!(matches!(answer, Err(RevocationListError::NoCrlSign)));
}

/// The platform's list says which tenants' CAs are not to be trusted.
#[test]
fn of_the_platform() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::Rsa2048);
    let tenant = tenant(&platform, KeyType::EcP256);
    let leaf = issue(&tenant, "mydevice", &VerifiedPublicKey::from(&key(KeyType::EcP256)));
    let (_, parsed) = x509_parser::parse_x509_certificate(tenant.certificate_der()).unwrap();
    let of_tenant = SerialNumber::from_integer(parsed.raw_serial()).unwrap();
    openssl.write("leaf.pem", &leaf.certificate_pem);
    openssl.write("tenant.pem", tenant.certificate_pem());
    written(&openssl, &tenant, list(1, RevokedCertificates::default()));
    std::fs::rename(openssl.path("crl.pem"), openssl.path("tenant-crl.pem")).unwrap();
    let verify = || {
        openssl.try_run(
            "verify -crl_check_all -CRLfile crl.pem -CRLfile tenant-crl.pem -CAfile ca.pem -untrusted tenant.pem leaf.pem",
        )
    };
    written(&openssl, &platform, list(1, RevokedCertificates::default()));
    assert_eq!(verify(), Ok("leaf.pem: OK\n".to_owned()));
    written(&openssl, &platform, list(2, [entry(of_tenant, None)].into_iter().collect()));
    assert!(verify().unwrap_err().contains("error 23 at 1 depth lookup: certificate revoked"));
}
