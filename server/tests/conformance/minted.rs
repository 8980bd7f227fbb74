//! Certificates by a CA of the tests' own, made after the server's but for one thing that is wrong with them.

use std::sync::LazyLock;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RsaKeySize, SanType, SerialNumber, SubjectPublicKeyInfo,
};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use x509_parser::{parse_x509_certificate, pem::parse_x509_pem};

/// The CA: its certificate and what signs by it.
struct Ca {
    pem: String,
    key: KeyPair,
    params: CertificateParams,
}

static CA: LazyLock<Ca> = LazyLock::new(|| Ca::new("tenant-1"));
/// One of the same name with another key.
static OTHER: LazyLock<Ca> = LazyLock::new(|| Ca::new("tenant-1"));

impl Ca {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = OffsetDateTime::now_utc() - Duration::HOUR;
        params.not_after = OffsetDateTime::now_utc() + Duration::days(3650);
        params.key_identifier_method = KeyIdMethod::Sha256;
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, key, params }
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// Puts a certificate of the tests' CA in the place of the one that was issued; `spoil` says what is wrong with it.
pub(crate) fn mint(answer: &mut Value, spoil: fn(&mut CertificateParams)) {
    mint_by(answer, spoil, &CA);
}

/// The same, signed with a key that is not the CA's.
pub(crate) fn mint_by_another(answer: &mut Value) {
    mint_by(answer, |_| {}, &OTHER);
}

fn mint_by(answer: &mut Value, spoil: fn(&mut CertificateParams), signer: &Ca) {
    let (_, pem) = parse_x509_pem(answer["certificate"].as_str().unwrap().as_bytes()).unwrap();
    let (_, issued) = parse_x509_certificate(&pem.contents).unwrap();
    let mut params = named(answer["commonName"].as_str().unwrap());
    params.serial_number = Some(SerialNumber::from_slice(issued.raw_serial()));
    params.not_before = issued.validity().not_before.to_datetime();
    params.not_after = issued.validity().not_after.to_datetime();
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::KeyAgreement,
    ];
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let name = answer["commonName"].as_str().unwrap().to_owned();
    let host = name.split('.').all(|label| {
        label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.is_empty()
            && label.len() < 64
            && !label.starts_with('-')
            && !label.ends_with('-')
    });
    let address = name.parse::<std::net::IpAddr>().is_ok();
    if host && !address {
        params.subject_alt_names.push(SanType::DnsName(name.try_into().unwrap()));
    }
    params.use_authority_key_identifier_extension = true;
    let spki = SubjectPublicKeyInfo::from_der(issued.public_key().raw).unwrap();
    // RFC 5280 section 4.2.1.2, method 1.
    params.key_identifier_method = KeyIdMethod::PreSpecified(key_id(&issued).to_vec());
    spoil(&mut params);
    let issuer = Issuer::from_params(&CA.params, &signer.key);
    answer["certificate"] = json!(params.signed_by(&spki, &issuer).unwrap().pem());
    answer["issuingCa"] = json!(CA.pem);
    answer["caChain"] = json!([CA.pem]);
}

fn key_id(certificate: &x509_parser::certificate::X509Certificate<'_>) -> [u8; 20] {
    let bits = &certificate.public_key().subject_public_key.data;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, bits);
    digest.as_ref().try_into().unwrap()
}

/// A critical extension that nobody knows.
pub(crate) fn unknown_critical() -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
    extension.set_criticality(true);
    extension
}
