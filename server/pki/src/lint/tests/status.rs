//! Wrong pointers in leaves, and wrong certificates of OCSP signers.
#![expect(clippy::unwrap_used, reason = "tests")]

use rcgen::{CertificateParams, CustomExtension};
use vouchsafe_domain::KeyType;

use super::{AKI, Change, EKU, SAN, SKI, USAGE, World, check, eku, replace};
use crate::Pointers;
use crate::extension::{self, DIGITAL_SIGNATURE, KEY_AGREEMENT, KEY_CERT_SIGN};
use crate::lint::{Kind, LintError};
use crate::name::{self, AltName};

const CRL: usize = 5;
const ACCESS: usize = 6;
const NO_CHECK: usize = 4;

fn pointers(name: &str) -> Pointers {
    let url = |what| format!("http://pki.example.com/{name}/{what}");
    Pointers::new(&url("crl"), &url("ocsp"), &url("ca")).unwrap()
}

fn with_pointers(mut params: CertificateParams, name: &str) -> CertificateParams {
    params.custom_extensions.push(extension::crl_distribution_point(&pointers(name)));
    params.custom_extensions.push(extension::authority_info_access(&pointers(name)));
    params
}

/// The extension with these bytes of its content replaced by others of the same number.
fn patched(extension: &CustomExtension, from: &[u8], to: &[u8]) -> CustomExtension {
    let mut content = extension.content().to_vec();
    let at = content.windows(from.len()).position(|bytes| bytes == from).unwrap();
    content[at..at + to.len()].copy_from_slice(to);
    CustomExtension::from_oid_content(&extension.oid_components().collect::<Vec<_>>(), content)
}

/// The list in an extension with its first element there twice.
fn doubled(extension: &CustomExtension) -> CustomExtension {
    let first = yasna::parse_der(extension.content(), |reader| reader.collect_sequence_of(|r| r.read_der()));
    let first = first.unwrap().remove(0);
    let content = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_der(&first);
            writer.next().write_der(&first);
        });
    });
    CustomExtension::from_oid_content(&extension.oid_components().collect::<Vec<_>>(), content)
}

const LEAVES: &[(&str, LintError, Change)] = &[
    ("no list", LintError::Pointers, |p| drop(p.custom_extensions.remove(CRL))),
    ("no access", LintError::Pointers, |p| drop(p.custom_extensions.remove(ACCESS))),
    ("another list", LintError::Pointers, |p| {
        replace(p, CRL, extension::crl_distribution_point(&pointers("x")))
    }),
    ("others to access", LintError::Pointers, |p| {
        replace(p, ACCESS, extension::authority_info_access(&pointers("x")))
    }),
    ("another issuer", LintError::Pointers, |p| {
        replace(p, ACCESS, patched(&p.custom_extensions[ACCESS], b"/a/ca", b"/a/cb"));
    }),
    ("another responder", LintError::Pointers, |p| {
        replace(p, ACCESS, patched(&p.custom_extensions[ACCESS], b"/a/ocsp", b"/a/ocsq"));
    }),
    ("OCSP twice", LintError::Pointers, |p| replace(p, ACCESS, doubled(&p.custom_extensions[ACCESS]))),
    ("no access method that is wanted", LintError::Pointers, |p| {
        // id-ad-caRepository, 5.
        replace(p, ACCESS, patched(&p.custom_extensions[ACCESS], &[7, 48, 2], &[7, 48, 5]));
    }),
    ("two lists", LintError::Pointers, |p| replace(p, CRL, doubled(&p.custom_extensions[CRL]))),
    ("a list that is no URI", LintError::Pointers, |p| {
        // As a dNSName.
        replace(p, CRL, patched(&p.custom_extensions[CRL], &[0x86], &[0x82]));
    }),
    ("a list by somebody else", LintError::Pointers, |p| {
        // distributionPoint [0] becomes cRLIssuer [2].
        replace(p, CRL, patched(&p.custom_extensions[CRL], &[0xa0], &[0xa2]));
    }),
    ("a list for one reason", LintError::Pointers, |p| {
        // reasons [1], keyCompromise, at the end of the one point.
        let mut content = p.custom_extensions[CRL].content().to_vec();
        content.extend([0x81, 2, 6, 0x40]);
        (content[1], content[3]) = (content[1] + 4, content[3] + 4);
        replace(p, CRL, CustomExtension::from_oid_content(&[2, 5, 29, 31], content));
    }),
    ("the list critical", LintError::Criticality, |p| p.custom_extensions[CRL].set_criticality(true)),
    ("the access critical", LintError::Criticality, |p| p.custom_extensions[ACCESS].set_criticality(true)),
    ("the list in two extensions", LintError::DuplicateExtension, |p| {
        p.custom_extensions.push(extension::crl_distribution_point(&pointers("a")));
    }),
    ("revocation that nobody looks up", LintError::OcspNoCheck, |p| {
        p.custom_extensions.push(extension::ocsp_no_check());
    }),
];

#[test]
fn pointers_in_leaves() {
    let world = World::new("mydevice", KeyType::EcP256);
    let wanted = pointers("a");
    let expected = world.expected(Kind::Leaf { pointers: Some(&wanted) });
    let sign = |params: &CertificateParams| world.sign(params, &world.public_key);
    let good = with_pointers(world.leaf(), "a");
    assert_eq!(check(&sign(&good), &expected), Ok(()));
    for (what, error, change) in LEAVES {
        let mut params = good.clone();
        change(&mut params);
        assert_eq!(check(&sign(&params), &expected), Err(*error), "{what}");
    }
    assert_eq!(check(&sign(&world.leaf()), &expected), Err(LintError::Pointers), "none where some belong");
    let none = world.expected(Kind::Leaf { pointers: None });
    assert_eq!(check(&sign(&good), &none), Err(LintError::Pointers), "some where none belong");
}

#[test]
fn pointers_in_cas() {
    let world = World::new("tenant-2", KeyType::EcP256);
    let expected = world.expected(Kind::Ca { dns_name: Some("tenant-2") });
    let der = world.sign(&with_pointers(world.ca(), "a"), &world.public_key);
    assert_eq!(check(&der, &expected), Err(LintError::Pointers));
    let mut params = world.ca();
    params.custom_extensions.push(extension::ocsp_no_check());
    assert_eq!(check(&world.sign(&params, &world.public_key), &expected), Err(LintError::OcspNoCheck));
}

const SIGNERS: &[(&str, LintError, Change)] = &[
    ("CA:TRUE", LintError::BasicConstraints, |p| p.custom_extensions.push(extension::ca())),
    ("no key usage", LintError::NoKeyUsage, |p| drop(p.custom_extensions.remove(USAGE))),
    ("keyCertSign", LintError::CertSign, |p| {
        replace(p, USAGE, extension::key_usage(DIGITAL_SIGNATURE | KEY_CERT_SIGN));
    }),
    ("keyAgreement", LintError::KeyUsageOfAlgorithm, |p| {
        replace(p, USAGE, extension::key_usage(DIGITAL_SIGNATURE | KEY_AGREEMENT));
    }),
    ("no extended key usage", LintError::ExtendedKeyUsage, |p| drop(p.custom_extensions.remove(EKU))),
    ("a leaf's extended key usage", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[1, 2]))),
    ("clientAuth too", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[9, 2]))),
    ("any purpose too", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[9, 0]))),
    ("another purpose too", LintError::ExtendedKeyUsage, |p| replace(p, EKU, eku(&[9, 99]))),
    ("no subject key identifier", LintError::SubjectKeyId, |p| drop(p.custom_extensions.remove(SKI))),
    ("no authority key identifier", LintError::AuthorityKeyId, |p| drop(p.custom_extensions.remove(AKI))),
    ("a name", LintError::SubjectAltName, |p| {
        p.custom_extensions.insert(SAN, extension::alt_name(AltName::Dns("mydevice")));
    }),
    ("pointers", LintError::Pointers, |p| {
        p.custom_extensions.push(extension::authority_info_access(&pointers("a")));
    }),
    ("revocation to look up", LintError::OcspNoCheck, |p| drop(p.custom_extensions.remove(NO_CHECK))),
    ("no-check that is not NULL", LintError::Malformed, |p| {
        replace(p, NO_CHECK, patched(&extension::ocsp_no_check(), &[5], &[4]));
    }),
    ("no-check critical", LintError::Criticality, |p| p.custom_extensions[NO_CHECK].set_criticality(true)),
    ("no-check twice", LintError::DuplicateExtension, |p| {
        p.custom_extensions.push(extension::ocsp_no_check());
    }),
];

#[test]
fn wrong_ocsp_signers() {
    let world = World::new("tenant-1 OCSP", KeyType::EcP256);
    let expected = world.expected(Kind::OcspSigner);
    let mut good = CertificateParams::default();
    good.distinguished_name = name::distinguished_name(&world.common_name);
    good.custom_extensions = vec![
        extension::key_usage(DIGITAL_SIGNATURE),
        extension::ocsp_signing(),
        extension::subject_key_identifier(world.public_key.key_id()),
        extension::authority_key_identifier(world.issuer.subject_key_id()),
        extension::ocsp_no_check(),
    ];
    let good = world.dated(good);
    assert_eq!(check(&world.sign(&good, &world.public_key), &expected), Ok(()));
    for (what, error, change) in SIGNERS {
        let mut params = good.clone();
        change(&mut params);
        assert_eq!(check(&world.sign(&params, &world.public_key), &expected), Err(*error), "{what}");
    }
}
