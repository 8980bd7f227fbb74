//! Every rule is broken by at least one certificate made wrong on purpose.
#![expect(clippy::unwrap_used, reason = "tests")]

mod status;

use std::time::Duration;

use rcgen::{CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, Issuer, KeyIdMethod};
use time::OffsetDateTime;
use vouchsafe_domain::{CommonName, KeyType, SerialNumber, TenantId, Timestamp, Ttl};

use super::{Expected, Kind, LintError, check};
use crate::extension::{self, CRL_SIGN, DIGITAL_SIGNATURE, KEY_AGREEMENT, KEY_CERT_SIGN, KEY_ENCIPHERMENT};
use crate::name::AltName;
use crate::{Authority, KeyPair, Lifetime, Profile, VerifiedPublicKey};

const NOW: i64 = 1_900_000_000;
const DAY: i64 = 86_400;

struct World {
    issuer: Authority,
    public_key: VerifiedPublicKey,
    serial: SerialNumber,
    common_name: CommonName,
}

impl World {
    fn new(common_name: &str, key_type: KeyType) -> Self {
        let now = Timestamp::from_micros(NOW * 1_000_000);
        let ca_key = || KeyPair::generate(KeyType::EcP256).unwrap();
        let platform = CommonName::parse("Platform").unwrap();
        let year = Duration::from_secs(365 * 86_400);
        let platform = Authority::create_platform(&platform, ca_key(), now, year).unwrap();
        let tenant = TenantId::parse("tenant-1").unwrap();
        Self {
            issuer: platform.create_tenant(&tenant, ca_key(), now, year).unwrap(),
            public_key: VerifiedPublicKey::from(&KeyPair::generate(key_type).unwrap()),
            serial: SerialNumber::from_random([7; 20]),
            common_name: CommonName::parse(common_name).unwrap(),
        }
    }

    fn expected<'a>(&'a self, kind: Kind<'a>) -> Expected<'a> {
        Expected {
            kind,
            issuer_subject_der: Some(self.issuer.subject_der()),
            issuer_key_id: self.issuer.subject_key_id(),
            issuer_validity: self.issuer.validity,
            serial: &self.serial,
            common_name: &self.common_name,
            public_key: &self.public_key,
        }
    }

    /// The parameters of a good leaf of one day.
    fn leaf(&self) -> CertificateParams {
        let now = Timestamp::from_micros(NOW * 1_000_000);
        let lifetime = Lifetime::Exactly(Ttl::parse(86_400.0).unwrap());
        let profile = Profile::new(self.common_name.clone(), lifetime, now, &self.issuer).unwrap();
        self.dated(profile.params(&self.public_key, self.issuer.subject_key_id()))
    }

    /// The parameters of a good CA.
    fn ca(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = crate::name::distinguished_name(&self.common_name);
        params.custom_extensions = vec![
            extension::key_usage(KEY_CERT_SIGN | CRL_SIGN),
            extension::ca(),
            extension::subject_key_identifier(self.public_key.key_id()),
            extension::authority_key_identifier(self.issuer.subject_key_id()),
            extension::alt_name(AltName::Dns(self.common_name.as_str())),
        ];
        self.dated(params)
    }

    fn dated(&self, mut params: CertificateParams) -> CertificateParams {
        params.serial_number = Some(self.serial.as_bytes().to_vec().into());
        params.key_identifier_method = KeyIdMethod::PreSpecified(self.public_key.key_id().to_vec());
        (params.not_before, params.not_after) = (date(NOW), date(NOW + DAY));
        params
    }

    /// Signs with rcgen and the CA's key.
    fn sign(&self, params: &CertificateParams, public_key: &VerifiedPublicKey) -> Vec<u8> {
        let key = rcgen::KeyPair::try_from(self.issuer.key_pair().to_pkcs8_der().as_slice()).unwrap();
        let ca = self.issuer.certificate_der().to_vec().into();
        let issuer = Issuer::from_ca_cert_der(&ca, key).unwrap();
        params.signed_by(public_key, &issuer).unwrap().der().to_vec()
    }
}

fn date(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap()
}

/// Changes the parts of the `TBSCertificate`: 0 version, 1 serialNumber, 2 signature, 3 issuer, 4 validity, 5 subject,
/// 6 subjectPublicKeyInfo, 7 extensions.
fn rewrite(der: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let sequence =
        |der: &[u8]| yasna::parse_der(der, |reader| reader.collect_sequence_of(|r| r.read_der())).unwrap();
    let write = |parts: &[Vec<u8>]| {
        yasna::construct_der(|writer| {
            writer.write_sequence(|writer| parts.iter().for_each(|part| writer.next().write_der(part)));
        })
    };
    let mut certificate = sequence(der);
    let mut tbs = sequence(&certificate[0]);
    change(&mut tbs);
    certificate[0] = write(&tbs);
    write(&certificate)
}

type Change = fn(&mut CertificateParams);
type Rewrite = fn(&mut Vec<Vec<u8>>);

fn replace(params: &mut CertificateParams, index: usize, extension: CustomExtension) {
    params.custom_extensions[index] = extension;
}

fn named(entries: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, text) in entries {
        name.push(kind.clone(), DnValue::PrintableString((*text).try_into().unwrap()));
    }
    name
}

/// An extendedKeyUsage of these last arcs of id-kp; 0 stands for anyExtendedKeyUsage.
fn eku(purposes: &[u64]) -> CustomExtension {
    let der = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            for purpose in purposes {
                let id_kp = [1, 3, 6, 1, 5, 5, 7, 3, *purpose];
                let oid = if *purpose == 0 { &[2, 5, 29, 37, 0][..] } else { &id_kp };
                writer.next().write_oid(&yasna::models::ObjectIdentifier::from_slice(oid));
            }
        });
    });
    CustomExtension::from_oid_content(&[2, 5, 29, 37], der)
}

// The order of a leaf's extensions.
const USAGE: usize = 0;
const EKU: usize = 1;
const SKI: usize = 2;
const AKI: usize = 3;
const SAN: usize = 4;

const LEAVES: &[(&str, LintError, Change)] = &[
    ("serial zero", LintError::SerialNumber, |p| p.serial_number = Some(vec![0].into())),
    ("serial of 21 octets", LintError::SerialNumber, |p| p.serial_number = Some(vec![0x7f; 21].into())),
    ("another serial", LintError::OtherSerialNumber, |p| p.serial_number = Some(vec![1; 20].into())),
    ("ends before it begins", LintError::ValidityOrder, |p| {
        std::mem::swap(&mut p.not_before, &mut p.not_after);
    }),
    ("outlives the issuer", LintError::ValidityOutsideIssuer, |p| p.not_after = date(NOW + 365 * DAY + 1)),
    ("older than the issuer", LintError::ValidityOutsideIssuer, |p| p.not_before = date(NOW - 31)),
    ("another subject", LintError::Subject, |p| p.distinguished_name = named(&[(DnType::CommonName, "x")])),
    ("no subject", LintError::Subject, |p| p.distinguished_name = named(&[])),
    ("a subject of another type", LintError::Subject, |p| {
        p.distinguished_name = named(&[(DnType::OrganizationName, "mydevice")]);
    }),
    ("a subject with more", LintError::Subject, |p| {
        p.distinguished_name = named(&[(DnType::CommonName, "mydevice"), (DnType::OrganizationName, "x")]);
    }),
    ("an extension twice", LintError::DuplicateExtension, |p| p.custom_extensions.push(eku(&[1, 2]))),
    ("a key usage twice", LintError::DuplicateExtension, |p| {
        p.custom_extensions.push(extension::key_usage(DIGITAL_SIGNATURE));
    }),
    ("an unknown extension", LintError::UnexpectedExtension, |p| {
        p.custom_extensions.push(CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]));
    }),
    ("a known one that is not ours", LintError::UnexpectedExtension, |p| {
        p.name_constraints = Some(rcgen::NameConstraints {
            permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName("x".to_owned())],
            excluded_subtrees: vec![],
        });
    }),
    ("an extension that is none", LintError::Malformed, |p| {
        replace(p, USAGE, CustomExtension::from_oid_content(&[2, 5, 29, 15], vec![1, 2, 3]));
    }),
    ("key usage not critical", LintError::Criticality, |p| p.custom_extensions[USAGE].set_criticality(false)),
    ("extended key usage critical", LintError::Criticality, |p| {
        p.custom_extensions[EKU].set_criticality(true)
    }),
    ("alternative name critical", LintError::Criticality, |p| p.custom_extensions[SAN].set_criticality(true)),
    ("no subject key identifier", LintError::SubjectKeyId, |p| drop(p.custom_extensions.remove(SKI))),
    ("another subject key identifier", LintError::SubjectKeyId, |p| {
        replace(p, SKI, extension::subject_key_identifier(&[1; 20]));
    }),
    ("no authority key identifier", LintError::AuthorityKeyId, |p| drop(p.custom_extensions.remove(AKI))),
    ("another authority key identifier", LintError::AuthorityKeyId, |p| {
        replace(p, AKI, extension::authority_key_identifier(&[1; 20]));
    }),
    ("a serial in the authority key identifier", LintError::AuthorityKeyId, |p| {
        // keyIdentifier as it should be, and authorityCertSerialNumber 1.
        let mut der = p.custom_extensions[AKI].content().to_vec();
        der.extend([0x82, 1, 1]);
        der[1] += 3;
        replace(p, AKI, CustomExtension::from_oid_content(&[2, 5, 29, 35], der));
    }),
    ("no key usage", LintError::NoKeyUsage, |p| drop(p.custom_extensions.remove(USAGE))),
    ("no signatures", LintError::NoKeyUsage, |p| replace(p, USAGE, extension::key_usage(KEY_AGREEMENT))),
    ("keyCertSign", LintError::CertSign, |p| {
        replace(p, USAGE, extension::key_usage(DIGITAL_SIGNATURE | KEY_CERT_SIGN));
    }),
    ("cRLSign", LintError::CertSign, |p| {
        replace(p, USAGE, extension::key_usage(DIGITAL_SIGNATURE | CRL_SIGN))
    }),
    ("keyEncipherment with EC", LintError::KeyUsageOfAlgorithm, |p| {
        replace(p, USAGE, extension::key_usage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT));
    }),
    ("dataEncipherment with EC", LintError::KeyUsageOfAlgorithm, |p| {
        replace(p, USAGE, extension::key_usage(DIGITAL_SIGNATURE | 0x10));
    }),
    ("CA:TRUE", LintError::BasicConstraints, |p| p.custom_extensions.push(extension::ca())),
    ("no extended key usage", LintError::ExtendedKeyUsage, |p| drop(p.custom_extensions.remove(EKU))),
    ("clientAuth alone", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[2]))),
    ("serverAuth alone", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[1]))),
    ("any purpose too", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[1, 2, 0]))),
    ("codeSigning too", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[1, 2, 3]))),
    ("emailProtection too", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[1, 2, 4]))),
    ("timeStamping too", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[1, 2, 8]))),
    ("OCSPSigning too", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[1, 2, 9]))),
    ("another purpose too", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[1, 2, 99]))),
    ("no alternative name", LintError::SubjectAltName, |p| drop(p.custom_extensions.remove(SAN))),
    ("another alternative name", LintError::SubjectAltName, |p| {
        replace(p, SAN, extension::alt_name(AltName::Dns("other")))
    }),
    ("two alternative names", LintError::SubjectAltName, |p| {
        p.custom_extensions.remove(SAN);
        let name = |text: &str| rcgen::SanType::DnsName(text.try_into().unwrap());
        p.subject_alt_names = vec![name("mydevice"), name("other")];
    }),
    ("the name as e-mail address", LintError::SubjectAltName, |p| {
        p.custom_extensions.remove(SAN);
        p.subject_alt_names = vec![rcgen::SanType::Rfc822Name("mydevice".try_into().unwrap())];
    }),
];

const BYTES: &[(&str, LintError, Rewrite)] = &[
    ("version 2", LintError::Version, |tbs| tbs[0] = vec![0xa0, 3, 2, 1, 1]),
    ("negative serial", LintError::SerialNumber, |tbs| tbs[1] = vec![2, 1, 0x80]),
    ("the stored serial with a zero before it", LintError::SerialNumber, |tbs| {
        tbs[1].splice(..2, [2, 21, 0]);
    }),
    ("two signature algorithms", LintError::SignatureAlgorithm, |tbs| {
        tbs[2] = vec![0x30, 5, 6, 3, 0x2b, 0x65, 0x70];
    }),
    ("the issuer's name in another type", LintError::Issuer, |tbs| {
        let tag = tbs[3].iter().rposition(|byte| *byte == 0x13).unwrap();
        tbs[3][tag] = 0x0c;
    }),
    ("the subject as issuer", LintError::Issuer, |tbs| tbs[3] = tbs[5].clone()),
    ("GeneralizedTime before 2050", LintError::TimeEncoding, |tbs| {
        let time = |text: &str| [&[0x18, 15], text.as_bytes()].concat();
        tbs[4] = [vec![0x30, 34], time("20300318000000Z"), time("20300319000000Z")].concat();
    }),
    ("a unique identifier", LintError::UniqueId, |tbs| tbs.insert(7, vec![0x81, 2, 0, 1])),
];

const CAS: &[(&str, LintError, Change)] = &[
    ("no basic constraints", LintError::BasicConstraints, |p| drop(p.custom_extensions.remove(1))),
    ("CA:FALSE", LintError::BasicConstraints, |p| {
        let mut constraints = CustomExtension::from_oid_content(&[2, 5, 29, 19], vec![0x30, 0]);
        constraints.set_criticality(true);
        replace(p, 1, constraints);
    }),
    ("a path length", LintError::BasicConstraints, |p| {
        let mut constraints =
            CustomExtension::from_oid_content(&[2, 5, 29, 19], vec![0x30, 6, 1, 1, 0xff, 2, 1, 0]);
        constraints.set_criticality(true);
        replace(p, 1, constraints);
    }),
    ("basic constraints not critical", LintError::Criticality, |p| {
        p.custom_extensions[1].set_criticality(false)
    }),
    ("no key usage", LintError::NoKeyUsage, |p| drop(p.custom_extensions.remove(0))),
    ("no cRLSign", LintError::CertSign, |p| replace(p, 0, extension::key_usage(KEY_CERT_SIGN))),
    ("signs other things too", LintError::CertSign, |p| {
        replace(p, 0, extension::key_usage(KEY_CERT_SIGN | CRL_SIGN | DIGITAL_SIGNATURE));
    }),
    ("an extended key usage", LintError::ExtendedKeyUsage, |p| p.custom_extensions.push(eku(&[1, 2]))),
    ("no alternative name", LintError::SubjectAltName, |p| drop(p.custom_extensions.pop())),
    ("no subject key identifier", LintError::SubjectKeyId, |p| drop(p.custom_extensions.remove(2))),
    ("no authority key identifier", LintError::AuthorityKeyId, |p| drop(p.custom_extensions.remove(3))),
];

#[test]
fn wrong_leaves() {
    let world = World::new("mydevice", KeyType::EcP256);
    let expected = world.expected(Kind::Leaf { pointers: None });
    let good = world.sign(&world.leaf(), &world.public_key);
    assert_eq!(check(&good, &expected), Ok(()));
    assert_eq!(check(&rewrite(&good, |_| ()), &expected), Ok(()), "rewriting changes nothing by itself");
    for (what, error, change) in LEAVES {
        let mut params = world.leaf();
        change(&mut params);
        assert_eq!(check(&world.sign(&params, &world.public_key), &expected), Err(*error), "{what}");
    }
    for (what, error, change) in BYTES {
        assert_eq!(check(&rewrite(&good, change), &expected), Err(*error), "{what}");
    }
    let other = VerifiedPublicKey::from(&KeyPair::generate(KeyType::EcP256).unwrap());
    assert_eq!(check(&world.sign(&world.leaf(), &other), &expected), Err(LintError::PublicKey));
    assert_eq!(check(&[&good[..], &[0]].concat(), &expected), Err(LintError::Malformed));
    assert_eq!(check(&good[..good.len() - 1], &expected), Err(LintError::Malformed));
    assert_eq!(check(&[], &expected), Err(LintError::Malformed));
}

#[test]
fn utc_time_after_2049() {
    let mut world = World::new("mydevice", KeyType::EcP256);
    world.issuer.validity.not_after = i64::MAX;
    let mut params = world.leaf();
    params.not_after = date(2_600_000_000);
    let good = world.sign(&params, &world.public_key);
    assert_eq!(check(&good, &world.expected(Kind::Leaf { pointers: None })), Ok(()));
    // Two digits say 1950 to 2049, so such a certificate ends long before it begins.
    let bad = rewrite(&good, |tbs| {
        let at = tbs[4].windows(2).position(|bytes| bytes == [0x18, 15]).unwrap();
        tbs[4].splice(at..at + 4, [0x17, 13]);
        tbs[4][1] -= 2;
    });
    assert_eq!(check(&bad, &world.expected(Kind::Leaf { pointers: None })), Err(LintError::ValidityOrder));
}

#[test]
fn key_usages_by_algorithm() {
    for (key_type, usage, answer) in [
        (KeyType::Rsa2048, DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_AGREEMENT, Ok(())),
        (KeyType::EcP384, DIGITAL_SIGNATURE | KEY_AGREEMENT, Ok(())),
        (KeyType::EcP384, DIGITAL_SIGNATURE | KEY_ENCIPHERMENT, Err(LintError::KeyUsageOfAlgorithm)),
        (KeyType::Ed25519, DIGITAL_SIGNATURE, Ok(())),
        (KeyType::Ed25519, DIGITAL_SIGNATURE | KEY_AGREEMENT, Err(LintError::KeyUsageOfAlgorithm)),
        (KeyType::Ed25519, DIGITAL_SIGNATURE | KEY_ENCIPHERMENT, Err(LintError::KeyUsageOfAlgorithm)),
        (KeyType::Ed25519, DIGITAL_SIGNATURE | 0x10, Err(LintError::KeyUsageOfAlgorithm)),
    ] {
        let world = World::new("mydevice", key_type);
        let mut params = world.leaf();
        replace(&mut params, USAGE, extension::key_usage(usage));
        let der = world.sign(&params, &world.public_key);
        assert_eq!(
            check(&der, &world.expected(Kind::Leaf { pointers: None })),
            answer,
            "{key_type:?} {usage:#x}"
        );
    }
}

#[test]
fn alternative_names_are_for_host_names() {
    for name in ["two words", "a..b", "a_b", "-a"] {
        let world = World::new(name, KeyType::EcP256);
        let mut params = world.leaf();
        let expected = world.expected(Kind::Leaf { pointers: None });
        assert_eq!(check(&world.sign(&params, &world.public_key), &expected), Ok(()), "{name}");
        params.custom_extensions.push(extension::alt_name(AltName::Dns(name)));
        let der = world.sign(&params, &world.public_key);
        assert_eq!(check(&der, &expected), Err(LintError::SubjectAltName), "{name}");
    }
}

#[test]
fn an_address_stands_as_an_address() {
    for (name, wrong) in [("10.1.2.3", "10.1.2.4"), ("2001:db8::1", "2001:db8::2")] {
        let world = World::new(name, KeyType::EcP256);
        let expected = world.expected(Kind::Leaf { pointers: None });
        let good = world.leaf();
        assert_eq!(check(&world.sign(&good, &world.public_key), &expected), Ok(()), "{name}");
        for other in [AltName::Dns(name), AltName::Ip(wrong.parse().unwrap())] {
            let mut params = world.leaf();
            replace(&mut params, SAN, extension::alt_name(other));
            let der = world.sign(&params, &world.public_key);
            assert_eq!(check(&der, &expected), Err(LintError::SubjectAltName), "{name} {other:?}");
        }
    }
}

#[test]
fn wrong_cas() {
    let world = World::new("tenant-2", KeyType::EcP256);
    let expected = world.expected(Kind::Ca { dns_name: Some("tenant-2") });
    assert_eq!(check(&world.sign(&world.ca(), &world.public_key), &expected), Ok(()));
    for (what, error, change) in CAS {
        let mut params = world.ca();
        change(&mut params);
        assert_eq!(check(&world.sign(&params, &world.public_key), &expected), Err(*error), "{what}");
    }
    let unnamed = world.expected(Kind::Ca { dns_name: None });
    let der = world.sign(&world.ca(), &world.public_key);
    assert_eq!(check(&der, &unnamed), Err(LintError::SubjectAltName));
}
