//! Leaves that say where their status is to be found.
#![expect(clippy::unwrap_used, reason = "tests")]

use vouchsafe_domain::{KeyType, Ttl};
use vouchsafe_pki::{
    Authority, Issued, Lifetime, Pointers, Profile, VerifiedPublicKey, random_serial_number,
};
use x509_parser::oid_registry::asn1_rs::oid;

use crate::openssl::OpenSsl;
use crate::world::{common_name, issue, key, now, platform, tenant};

pub(crate) fn pointers() -> Pointers {
    Pointers::new(
        "http://pki.example.com/tenant-1/crl",
        "http://pki.example.com/tenant-1/ocsp",
        "http://pki.example.com/tenant-1/ca.der",
    )
    .unwrap()
}

pub(crate) fn issue_with(authority: &Authority, name: &str, public_key: &VerifiedPublicKey) -> Issued {
    let profile = Profile::new(common_name(name), Lifetime::AtMost(Ttl::DEFAULT), now(), authority).unwrap();
    let profile = profile.with_pointers(pointers());
    let prepared = authority.prepare(profile, random_serial_number().unwrap(), public_key).unwrap();
    authority.issue(prepared).unwrap()
}

#[test]
fn as_openssl_reads_them() {
    let openssl = OpenSsl::new();
    let platform = platform(KeyType::Rsa2048);
    let tenant = tenant(&platform, KeyType::Rsa2048);
    let leaf = issue_with(&tenant, "mydevice", &VerifiedPublicKey::from(&key(KeyType::EcP256)));
    openssl.write("leaf.pem", &leaf.certificate_pem);
    let text = openssl.run("x509 -in leaf.pem -noout -ext crlDistributionPoints,authorityInfoAccess");
    insta::assert_snapshot!("pointers", text);
    assert_eq!(openssl.run("x509 -in leaf.pem -noout -ocsp_uri"), format!("{}\n", pointers().ocsp()));
    openssl.write("root.pem", platform.certificate_pem());
    openssl.write("ca.pem", tenant.certificate_pem());
    let line = "verify -x509_strict -purpose sslclient -CAfile root.pem -untrusted ca.pem leaf.pem";
    assert_eq!(openssl.run(line), "leaf.pem: OK\n");
}

/// The documented leaf comes first, as it is without them.
#[test]
fn after_the_documented_extensions() {
    let platform = platform(KeyType::EcP256);
    let public_key = VerifiedPublicKey::from(&key(KeyType::Rsa2048));
    let (with, without) =
        (issue_with(&platform, "mydevice", &public_key), issue(&platform, "mydevice", &public_key));
    let extensions = |leaf: &Issued| {
        let (_, parsed) = x509_parser::parse_x509_certificate(&leaf.certificate_der).unwrap();
        let each = parsed.extensions().iter();
        each.map(|extension| (extension.oid.to_owned(), extension.critical, extension.value.to_vec()))
            .collect::<Vec<_>>()
    };
    let (with, without) = (extensions(&with), extensions(&without));
    assert_eq!(with[..without.len()], without);
    let added: Vec<_> = with[without.len()..].iter().map(|(oid, critical, _)| (oid, *critical)).collect();
    assert_eq!(added, [(&oid!(2.5.29.31), false), (&oid!(1.3.6.1.5.5.7.1.1), false)]);
}
