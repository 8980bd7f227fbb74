//! Our certificates against the documented example: same fields, same extensions, same order, same encodings.
#![expect(clippy::unwrap_used, reason = "tests")]

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use vouchsafe_domain::KeyType;
use vouchsafe_pki::VerifiedPublicKey;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::x509::X509Name;

use crate::openssl::OpenSsl;
use crate::world::{issue, key, platform, tenant};

const LEAF: &str = include_str!("../fixtures/documented-leaf.pem");
const TENANT_CA: &str = include_str!("../fixtures/documented-tenant-ca.pem");

/// Everything in a certificate that doesn't depend on key, time and serial.
#[derive(Debug, PartialEq)]
struct Shape {
    version: u32,
    serial_length: usize,
    signature_algorithm: String,
    issuer: Vec<(String, u32)>,
    subject: Vec<(String, u32, String)>,
    times: (bool, bool),
    key: (String, Option<u32>, usize),
    extensions: Vec<(String, bool, Vec<u8>)>,
}

fn attributes(name: &X509Name<'_>) -> Vec<(String, u32, String)> {
    let attributes = name.iter_attributes();
    attributes
        .map(|a| (a.attr_type().to_id_string(), a.attr_value().tag().0, a.as_str().unwrap().to_owned()))
        .collect()
}

fn shape(der: &[u8]) -> Shape {
    let (rest, certificate) = x509_parser::parse_x509_certificate(der).unwrap();
    assert!(rest.is_empty());
    let extension = |extension: &x509_parser::extensions::X509Extension<'_>| {
        let value = match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(_) | ParsedExtension::AuthorityKeyIdentifier(_) => {
                let header = extension.value.len() - 20;
                [&extension.value[..header], &[0; 20]].concat()
            }
            _ => extension.value.to_vec(),
        };
        (extension.oid.to_id_string(), extension.critical, value)
    };
    let key = certificate.public_key();
    Shape {
        version: certificate.version.0,
        serial_length: certificate.raw_serial().len(),
        signature_algorithm: certificate.signature_algorithm.algorithm.to_id_string(),
        issuer: attributes(certificate.issuer()).into_iter().map(|(oid, tag, _)| (oid, tag)).collect(),
        subject: attributes(certificate.subject()),
        times: (
            certificate.validity().not_before.is_utctime(),
            certificate.validity().not_after.is_utctime(),
        ),
        key: (
            key.algorithm.algorithm.to_id_string(),
            key.algorithm.parameters.as_ref().map(|any| any.tag().0),
            key.subject_public_key.data.len(),
        ),
        extensions: certificate.extensions().iter().map(extension).collect(),
    }
}

fn key_ids<'a>(certificate: &X509Certificate<'a>) -> (&'a [u8], &'a [u8]) {
    let (mut subject, mut authority) = (&[][..], &[][..]);
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => subject = id.0,
            ParsedExtension::AuthorityKeyIdentifier(id) => authority = id.key_identifier.as_ref().unwrap().0,
            _ => {}
        }
    }
    (subject, authority)
}

#[test]
fn same_shape_as_the_example() {
    let platform = platform(KeyType::Rsa2048);
    let tenant = tenant(&platform, KeyType::Rsa2048);
    let leaf = issue(&tenant, "mydevice", &VerifiedPublicKey::from(&key(KeyType::Rsa2048)));
    assert_eq!(shape(&leaf.certificate_der), shape(&of_pem(LEAF)));
    assert_eq!(shape(tenant.certificate_der()), shape(&of_pem(TENANT_CA)));
    // The documented caChain: the tenant's CA alone; PEM without a line feed at the end.
    assert_eq!(tenant.ca_chain(), [tenant.certificate_pem()]);
    assert!(leaf.certificate_pem.ends_with("-----END CERTIFICATE-----"));
    assert_eq!(leaf.certificate_pem.lines().nth(1).map(str::len), Some(64));
}

fn of_pem(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

fn key_ids_of(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).unwrap();
    let (subject, authority) = key_ids(&certificate);
    (subject.to_vec(), authority.to_vec())
}

/// A leaf names its CA's key as the CA names it, in the example and in ours. The name itself is method 1 of RFC 5280
/// 4.2.1.2, as OpenSSL's `hash` makes it. (The example's is the SHA-1 of the whole `SubjectPublicKeyInfo`, which is as
/// good: verifiers only compare.)
#[test]
fn key_identifiers() {
    let openssl = OpenSsl::new();
    let tenant = tenant(&platform(KeyType::EcP256), KeyType::EcP256);
    for key_type in [KeyType::Rsa2048, KeyType::EcP384, KeyType::Ed25519] {
        let key_pair = key(key_type);
        let leaf = issue(&tenant, "mydevice", &VerifiedPublicKey::from(&key_pair));
        openssl.write("key.pem", key_pair.private_key_pem().expose());
        openssl.run("req -x509 -key key.pem -subj /CN=a -addext subjectKeyIdentifier=hash -out theirs.pem");
        let theirs = key_ids_of(&of_pem(&openssl.read("theirs.pem"))).0;
        assert_eq!(key_ids_of(&leaf.certificate_der), (theirs, tenant.subject_key_id().to_vec()));
    }
    assert_eq!(key_ids_of(tenant.certificate_der()).0, tenant.subject_key_id());
    assert_eq!(key_ids_of(&of_pem(LEAF)).1, key_ids_of(&of_pem(TENANT_CA)).0);
}

/// What a person sees of the default chain.
#[test]
fn as_openssl_prints_it() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::Rsa2048);
    let tenant = tenant(&platform, KeyType::Rsa2048);
    let leaf = issue(&tenant, "mydevice", &VerifiedPublicKey::from(&key(KeyType::Rsa2048)));
    let mut text = String::new();
    for (file, pem) in [
        ("leaf", leaf.certificate_pem.as_str()),
        ("tenant CA", tenant.certificate_pem()),
        ("platform CA", platform.certificate_pem()),
    ] {
        openssl.write("certificate.pem", pem);
        // -nameopt: how OpenSSL writes names by default differs between its versions.
        let options = "-nameopt RFC2253 -certopt no_pubkey,no_sigdump,no_serial,no_validity";
        let line = format!("x509 -in certificate.pem -noout -text {options}");
        text += &format!("{file}\n{}", openssl.run(&line));
    }
    insta::with_settings!({ filters => vec![(r"([0-9A-F]{2}:){19}[0-9A-F]{2}", "[key id]")] }, {
        insta::assert_snapshot!("default_chain", text);
    });
}
