//! What is read into a trust store: one CA certificate, shown as the reference shows it and as OpenSSL reads it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use data_encoding::BASE64;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use vouchsafe_domain::Timestamp;
use vouchsafe_pki::{CertificateInfo, TrustAnchor, built_in_trust_anchors};

use crate::openssl::OpenSsl;

const DOCUMENTED: &str = include_str!("../fixtures/documented-authority.pem");
const LEAF: &str = include_str!("../fixtures/documented-leaf.pem");

const CONFIG: &str = "[req]
distinguished_name = dn
prompt = no
utf8 = yes
[dn]
CN = Authority
[several]
0.OU = First Unit
1.OU = Second
DC = example
GN = Given
CN = One/CN=Two
emailAddress = ca@example.com
[utf8]
C = HU
ST = Győr-Moson-Sopron
L = Győr
O = NetLock Kft.
OU = Tanúsítványkiadók
CN = Főtanúsítvány
emailAddress = ő@example.hu
[ca]
basicConstraints = critical,CA:TRUE
[no-sign]
basicConstraints = critical,CA:TRUE
keyUsage = cRLSign
[not-ca]
basicConstraints = CA:FALSE
[broken-constraints]
basicConstraints = DER:0500
[broken-usage]
basicConstraints = CA:TRUE
keyUsage = DER:0500
[plain]
subjectKeyIdentifier = hash
";

struct Folder(OpenSsl);

impl Folder {
    fn new() -> Self {
        let openssl = OpenSsl::new();
        openssl.write("ca.cnf", CONFIG);
        openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
        Self(openssl)
    }

    /// A self-signed certificate.
    fn certificate(&self, section: &str, options: &str) -> String {
        self.0.run(&format!(
            "req -x509 -config ca.cnf -extensions {section} -key ca.key -out ca.pem {options}"
        ));
        self.0.read("ca.pem")
    }

    /// One line about the certificate made last.
    fn tells(&self, options: &str) -> String {
        let line = self.0.run(&format!("x509 -in ca.pem -noout {options}"));
        line.split_once('=').unwrap().1.trim().to_owned()
    }
}

#[test]
fn as_documented() {
    let name = "C=HU/ST=Budapest/L=None/O=Internet Widgits Pty Ltd/OU=None/CN=None/emailAddress=None";
    let anchor = TrustAnchor::from_pem(DOCUMENTED).unwrap();
    let info = anchor.info();
    assert_eq!((info.subject.as_str(), info.issuer.as_str()), (name, name));
    let digest =
        "01:25:1f:a2:df:2a:31:1a:29:7a:ba:43:c4:03:42:a5:d7:30:ec:2d:e0:d7:7a:72:a7:1b:c3:99:c5:6c:10:ea";
    assert_eq!((info.fingerprint.as_str(), CertificateInfo::FINGERPRINT_ALGORITHM), (digest, "sha256"));
    assert_eq!(info.pem, DOCUMENTED);
    // As OpenSSL has them: 0x325239F848130C0876CEA443198AF3151CA8CC8F, Aug 12 12:36:48 2014 and Jun 18 12:36:48 2034.
    assert_eq!(info.serial_number, "287283249533599907432396613359241382195708349583");
    assert_eq!((info.not_before.as_secs(), info.not_after.as_secs()), (1_407_847_008, 2_034_247_008));
    assert_eq!(CertificateInfo::from_der(anchor.certificate_der()).as_ref(), Ok(info));
    assert!(anchor.is_valid_at(info.not_before) && anchor.is_valid_at(info.not_after));
    assert!(!anchor.is_valid_at(info.not_after.saturating_add(Duration::from_secs(1))));
}

#[test]
fn every_way_to_write_it_reads_the_same() {
    let body: String = DOCUMENTED.lines().filter(|line| !line.starts_with('-')).collect();
    for text in [
        DOCUMENTED.trim_end().to_owned(),
        format!("\n \t\r\n{DOCUMENTED}\r\n  "),
        DOCUMENTED.replace('\n', "\r\n"),
        DOCUMENTED.replace('\n', " \n  "),
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"),
    ] {
        assert_eq!(TrustAnchor::from_pem(&text).unwrap().info().pem, DOCUMENTED);
    }
}

#[test]
fn texts_that_are_refused() {
    let relabelled = |label| DOCUMENTED.replace(" CERTIFICATE-", &format!(" {label}-"));
    let body: String = DOCUMENTED.lines().filter(|line| !line.starts_with('-')).collect();
    let block = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let mut table = String::new();
    for (what, text) in [
        ("nothing", String::new()),
        ("white space", " \n".to_owned()),
        ("DER in base64", body.clone()),
        ("text before", format!("Subject: CN=a\n{DOCUMENTED}")),
        ("text behind", format!("{DOCUMENTED}x")),
        ("NUL behind", format!("{DOCUMENTED}\0")),
        ("no-break space behind", format!("{DOCUMENTED}\u{a0}")),
        ("one line", DOCUMENTED.replace('\n', "")),
        ("one line with spaces", DOCUMENTED.replace('\n', " ")),
        ("backslash and n", DOCUMENTED.replace('\n', "\\n")),
        ("no end", DOCUMENTED.replace("-----END CERTIFICATE-----", "")),
        ("no begin", DOCUMENTED.replace("-----BEGIN CERTIFICATE-----", "")),
        ("other end", DOCUMENTED.replace("END CERTIFICATE", "END X509 CRL")),
        ("two", DOCUMENTED.repeat(2)),
        ("CA and leaf", format!("{DOCUMENTED}{LEAF}")),
        ("certificate and CRL", format!("{DOCUMENTED}{}", relabelled("X509 CRL"))),
        ("begin twice", DOCUMENTED.replace("-----BEGIN", "-----BEGIN CERTIFICATE-----\n-----BEGIN")),
        ("CSR", relabelled("CERTIFICATE REQUEST")),
        ("old label", relabelled("X509 CERTIFICATE")),
        ("OpenSSL's trusted", relabelled("TRUSTED CERTIFICATE")),
        ("lower-case label", DOCUMENTED.to_lowercase()),
        ("public key", relabelled("PUBLIC KEY")),
        ("PKCS#8", relabelled("PRIVATE KEY")),
        ("PKCS#1", relabelled("RSA PRIVATE KEY")),
        ("SEC 1", relabelled("EC PRIVATE KEY")),
        ("encrypted", relabelled("ENCRYPTED PRIVATE KEY")),
        ("OpenSSH", relabelled("OPENSSH PRIVATE KEY")),
        ("certificate and key", format!("{DOCUMENTED}{}", relabelled("PRIVATE KEY"))),
        ("long with key", format!("{}{}", DOCUMENTED.repeat(100), relabelled("PRIVATE KEY"))),
        ("empty block", block("")),
        ("no lines", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----".to_owned()),
        ("no base64", block("*")),
        ("URL alphabet", block("_-__")),
        ("space inside", block(&body.replacen('M', "M ", 1))),
        ("header", block(&format!("Proc-Type: 4,ENCRYPTED\n\n{body}"))),
        ("no padding", block(body.trim_end_matches('='))),
        ("padding inside", block(&format!("MA==\n{body}"))),
        ("bits behind the end", block(&body.replace("Dk=", "Dl="))),
        ("not DER", block("AAAA")),
        ("cut", block(&body[..400])),
        ("byte behind", block(&body.replace("9Dk=", "9DkA"))),
        ("leaf", LEAF.to_owned()),
        ("long", format!("{DOCUMENTED}{}", " ".repeat(16 * 1024))),
    ] {
        let error = TrustAnchor::from_pem(&text).map(|_| ()).unwrap_err();
        table += &format!("{what}: {error}\n");
    }
    insta::assert_snapshot!("refused_texts", table);
}

#[test]
fn certificates_that_are_refused() {
    let folder = Folder::new();
    let mut table = String::new();
    for (section, options) in [
        ("not-ca", ""),
        ("plain", ""),
        ("no-sign", ""),
        ("broken-constraints", ""),
        ("broken-usage", ""),
        ("ca", "-subj /"),
        ("ca", &*format!("-set_serial 0x01{}", "00".repeat(64))),
    ] {
        let error = TrustAnchor::from_pem(&folder.certificate(section, options)).map(|_| ()).unwrap_err();
        table += &format!("{section} {}: {error}\n", options.get(..8).unwrap_or(options));
    }
    let refused = |pem: &str| TrustAnchor::from_pem(pem).map(|_| ()).unwrap_err();
    folder.0.run("req -new -config ca.cnf -key ca.key -out ca.csr");
    folder.0.run("x509 -req -in ca.csr -signkey ca.key -out ca.pem");
    assert_eq!(folder.0.run("x509 -in ca.pem -noout -text").matches("Version: 1 ").count(), 1);
    table += &format!("version 1: {}\n", refused(&folder.0.read("ca.pem")));
    // The subject key identifier renamed to basicConstraints, so that there are two.
    let mut der = TrustAnchor::from_pem(&folder.certificate("ca", "")).unwrap().certificate_der().to_vec();
    let at = der.windows(3).position(|oid| oid == [0x55, 0x1d, 0x0e]).unwrap();
    der[at + 2] = 0x13;
    let twice = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", BASE64.encode(&der));
    table += &format!("basicConstraints twice: {}\n", refused(&twice));
    insta::assert_snapshot!("refused_certificates", table);
}

/// Fingerprints, serial numbers and times of certificates of every kind, compared with OpenSSL's.
#[test]
fn as_openssl_reads_it() {
    let folder = Folder::new();
    for (serial, options) in [
        ("0", ""),
        ("1", ""),
        ("128", "-sha512"),
        ("255", "-days 36500"),
        ("256", ""),
        ("1461501637330902918203684832716283019655932542975", ""),
        ("-1", ""),
        ("-129", ""),
        ("-1461501637330902918203684832716283019655932542975", ""),
    ] {
        let pem = folder.certificate("ca", &format!("-set_serial {serial} {options}"));
        let anchor = TrustAnchor::from_pem(&pem).unwrap();
        let info = anchor.info();
        assert_eq!(info.serial_number, serial);
        assert_eq!(info.pem, pem);
        assert_eq!(info.fingerprint.to_uppercase(), folder.tells("-fingerprint -sha256"));
        let moment = |at: Timestamp| OffsetDateTime::from(at).format(&Rfc3339).unwrap().replace('T', " ");
        assert_eq!(moment(info.not_before), folder.tells("-startdate -dateopt iso_8601"));
        assert_eq!(moment(info.not_after), folder.tells("-enddate -dateopt iso_8601"));
    }
}

/// Names with several values of one attribute, with other attributes, in every string type.
#[test]
fn names() {
    let folder = Folder::new();
    let subject_of = |config: &str, options: &str| {
        folder.0.write("ca.cnf", config);
        TrustAnchor::from_pem(&folder.certificate("ca", options)).unwrap().info().subject.clone()
    };
    let several = subject_of(&CONFIG.replace("distinguished_name = dn", "distinguished_name = several"), "");
    assert_eq!(
        several,
        "C=None/ST=None/L=None/O=None/OU=First Unit/CN=One/CN=Two/emailAddress=ca@example.com"
    );
    let expected = "C=HU/ST=Győr-Moson-Sopron/L=Győr/O=NetLock Kft./OU=Tanúsítványkiadók/CN=Főtanúsítvány/emailAddress=ő@example.hu";
    let utf8 = CONFIG.replace("distinguished_name = dn", "distinguished_name = utf8");
    let utf8 = utf8.replace("emailAddress = ő@example.hu", "");
    for mask in ["utf8only", "nombstr", "default", "pkix", "MASK:0x0802"] {
        let masked = utf8.replace("utf8 = yes", &format!("utf8 = yes\nstring_mask = {mask}"));
        let masked = if mask == "nombstr" { masked.replace('ő', "ö").replace('Ő', "Ö") } else { masked };
        let wanted = expected.replace("emailAddress=ő@example.hu", "emailAddress=None");
        let wanted = if mask == "nombstr" { wanted.replace('ő', "ö") } else { wanted };
        assert_eq!(subject_of(&masked, ""), wanted, "{mask}");
        let types = folder.tells("-subject -nameopt RFC2253,show_type");
        let tag = [("utf8only", "UTF8STRING"), ("nombstr", "T61STRING"), ("MASK:0x0802", "BMPSTRING")];
        if let Some((_, tag)) = tag.iter().find(|(name, _)| *name == mask) {
            assert!(types.contains(&format!("CN={tag}:")), "{types}");
        }
    }
    assert_eq!(
        subject_of(CONFIG, "-subj /CN=a\u{7}b\u{9b}c/O=None"),
        "C=None/ST=None/L=None/O=None/OU=None/CN=a\u{fffd}b\u{fffd}c/emailAddress=None"
    );
}

#[test]
fn a_chain_of_certificates() {
    let chain = CertificateInfo::chain_from_pem(&format!("the leaf\n{LEAF}\n\n{DOCUMENTED}")).unwrap();
    let names: Vec<_> = chain.iter().map(|info| info.subject.as_str()).collect();
    let none = "C=None/ST=None/L=None/O=None/OU=None";
    assert_eq!(names[0], format!("{none}/CN=mydevice/emailAddress=None"));
    assert_eq!(chain[1].pem, DOCUMENTED);
    assert_eq!(CertificateInfo::chain_from_pem(""), Ok(vec![]));
    assert!(CertificateInfo::chain_from_pem(&LEAF.replace("MII", "MIJ")).is_err());
    assert!(CertificateInfo::from_der(b"").is_err());
}

/// None of Mozilla's roots is lost to the rules for a trust store.
#[test]
fn built_in() {
    let anchors = built_in_trust_anchors();
    assert_eq!(anchors.len(), webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
    assert!(anchors.len() > 100);
    assert!(anchors.iter().any(|anchor| anchor.info().subject.contains("/CN=ISRG Root X1/")));
}

/// A thousand authorities and a text far too long: both are read while somebody waits. The bounds are wide, because a test
/// machine may be slow and busy: on an idle one all of it takes a tenth of a second.
#[test]
fn quickly() {
    let started = Instant::now();
    for _ in 0..1_000 {
        TrustAnchor::from_pem(DOCUMENTED).unwrap();
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    let started = Instant::now();
    for text in [DOCUMENTED.repeat(800), "-----BEGIN ".repeat(100_000), "A".repeat(1 << 20)] {
        assert!(TrustAnchor::from_pem(&text).is_err());
    }
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}
