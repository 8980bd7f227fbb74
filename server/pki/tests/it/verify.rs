//! Verdicts over any chain, with OpenSSL's own beside ours.
#![expect(clippy::unwrap_used, reason = "tests")]

use rcgen::{
    BasicConstraints, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose,
    NameConstraints, date_time_ymd,
};
use rustls_pki_types::CertificateDer;
use vouchsafe_pki::ChainFailureReason::*;
use vouchsafe_pki::{ChainRequest, Purpose, RevocationCheck, verify_chain};

use crate::asked::{Ask, Usual, usual};
use crate::made::{Made, midsummer};

#[test]
fn good_ones() {
    let Usual { root, issuing, leaf } = &usual();
    let other = &Made::root("other", |_| {});
    let whole = &[leaf, issuing, root][..];
    Ask::of(&[leaf, issuing], &[root]).is_good(whole);
    Ask::of(&[leaf, other, root, issuing], &[other, root]).is_good(whole);
    Ask::of(&[leaf], &[issuing]).is_good(&[leaf, issuing]);
    Ask::of(&[leaf, issuing], &[root]).for_server("device.example.com").is_good(whole);
    Ask { purpose: Purpose::Server(None), ..Ask::of(&[leaf, issuing], &[root]) }.is_good(whole);
    Ask { purpose: Purpose::Any, ..Ask::of(&[leaf, issuing], &[root]) }.is_good(whole);
    // Purpose::Any asks for no usage.
    let signer = &Made::leaf(issuing, |params| {
        params.key_usages = vec![KeyUsagePurpose::ContentCommitment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    });
    Ask { purpose: Purpose::Any, ..Ask::of(&[signer, issuing], &[root]) }.is_good(&[signer, issuing, root]);
    let agreed = &Made::leaf(issuing, |params| params.key_usages = vec![KeyUsagePurpose::KeyAgreement]);
    Ask::of(&[agreed, issuing], &[root]).is_good(&[agreed, issuing, root]);
    let silent = &Made::leaf(issuing, |params| {
        params.key_usages.clear();
        params.extended_key_usages.clear();
    });
    Ask::of(&[silent, issuing], &[root]).is_good(&[silent, issuing, root]);
}

/// What is on no path is not looked at. OpenSSL takes the first of a name for better or worse.
#[test]
fn useless_ones_beside() {
    let Usual { root, issuing, leaf } = &usual();
    let old = &issuing.again(root, |params| params.not_after = date_time_ymd(2026, 1, 1));
    let unusable = &issuing.again(root, |params| params.key_usages = vec![KeyUsagePurpose::CrlSign]);
    for chain in [[leaf, old, unusable, issuing], [leaf, issuing, old, unusable]] {
        Ask::of(&chain, &[root]).is_good_to_us(&[leaf, issuing, root]);
    }
    let chain = [&leaf.der, &CertificateDer::from(&b"garbage"[..]), &issuing.der].map(Clone::clone);
    let anchors = [root.anchor()];
    let request = ChainRequest {
        certificates: &chain,
        anchors: &anchors,
        revocation: RevocationCheck::None,
        purpose: Purpose::Client,
        at: midsummer(),
        max_intermediates: ChainRequest::MAX_INTERMEDIATES,
    };
    assert_eq!(verify_chain(&request).unwrap().path.len(), 3);
    // It is said where there is no path: it may have been the one that is missing.
    let failures = verify_chain(&ChainRequest { certificates: &chain[..2], ..request }).unwrap_err();
    let found: Vec<_> = failures.iter().map(|failure| (failure.reason, failure.certificate)).collect();
    assert_eq!(found, [(Malformed, Some(1)), (UntrustedIssuer, None)]);
}

#[test]
fn paths_and_times() {
    let Usual { root, issuing, leaf } = &usual();
    let other = &Made::root("other", |_| {});
    let impostor = &Made::root("root", |_| {});
    Ask::of(&[leaf, issuing], &[other]).is_bad(&[(UntrustedIssuer, None)]);
    Ask::of(&[leaf], &[root]).is_bad(&[(UntrustedIssuer, None)]);
    Ask::of(&[leaf, issuing], &[]).is_bad(&[(UntrustedIssuer, None)]);
    Ask::of(&[leaf, issuing], &[impostor]).is_bad(&[(BadSignature, None)]);
    Ask::of(&[leaf, issuing], &[root]).at(2031, 2).is_bad(&[(Expired, Some(0))]);
    Ask::of(&[leaf, issuing], &[root]).at(2029, 12).is_bad(&[(NotYetValid, Some(0))]);
    let old = &issuing.again(root, |params| params.not_after = date_time_ymd(2026, 1, 1));
    Ask::of(&[leaf, old], &[root]).is_bad(&[(Expired, Some(1))]);
    let early = &issuing.again(root, |params| params.not_before = date_time_ymd(2031, 1, 1));
    Ask::of(&[leaf, early], &[root]).is_bad(&[(NotYetValid, Some(1))]);
    // An anchor that is not valid is none; OpenSSL looks at it, too.
    let old_root = &Made::root("root", |params| params.not_after = date_time_ymd(2026, 1, 1));
    let direct = &Made::leaf(old_root, |_| {});
    Ask::of(&[direct], &[old_root]).is_bad(&[(UntrustedIssuer, None)]);
}

#[test]
fn usages_and_kinds() {
    let Usual { root, issuing, leaf } = &usual();
    let usage =
        |usages: &[KeyUsagePurpose]| Made::leaf(issuing, |params| params.key_usages = usages.to_vec());
    let enciphers = &usage(&[KeyUsagePurpose::KeyEncipherment]);
    Ask::of(&[enciphers, issuing], &[root]).is_bad(&[(KeyUsage, Some(0))]);
    let certifies = &usage(&[KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign]);
    Ask::of(&[certifies, issuing], &[root]).is_bad_to_us(&[(KeyUsage, Some(0))]);
    let commits = &usage(&[KeyUsagePurpose::ContentCommitment]);
    Ask::of(&[commits, issuing], &[root]).for_server("device.example.com").is_bad(&[(KeyUsage, Some(0))]);
    let server =
        &Made::leaf(issuing, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]);
    Ask::of(&[server, issuing], &[root]).is_bad(&[(ExtendedKeyUsage, Some(0))]);
    let client =
        &Made::leaf(issuing, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    Ask::of(&[client, issuing], &[root])
        .for_server("device.example.com")
        .is_bad(&[(ExtendedKeyUsage, Some(0))]);
    let for_servers =
        &issuing.again(root, |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]);
    Ask::of(&[leaf, for_servers], &[root]).is_bad(&[(ExtendedKeyUsage, Some(1))]);
    let no_issuer = &issuing.again(root, |params| params.key_usages = vec![KeyUsagePurpose::CrlSign]);
    Ask::of(&[leaf, no_issuer], &[root]).is_bad(&[(KeyUsage, Some(1))]);
    let no_ca = &issuing.again(root, |params| params.is_ca = IsCa::ExplicitNoCa);
    Ask::of(&[leaf, no_ca], &[root]).is_bad(&[(UntrustedIssuer, None)]);
    // OpenSSL lets a CA log in if its key usage fits.
    Ask::of(&[issuing], &[root]).is_bad(&[(CaAsLeaf, Some(0)), (KeyUsage, Some(0))]);
    let signs = &issuing.again(root, |params| params.key_usages.push(KeyUsagePurpose::DigitalSignature));
    Ask::of(&[signs], &[root]).is_bad_to_us(&[(CaAsLeaf, Some(0))]);
}

#[test]
fn names_and_constraints() {
    let Usual { root, issuing, leaf } = &usual();
    Ask::of(&[leaf, issuing], &[root]).for_server("other.example.com").is_bad(&[(NameMismatch, Some(0))]);
    Ask::of(&[leaf, issuing], &[root]).for_server("192.0.2.1").is_bad(&[(NameMismatch, Some(0))]);
    let constrained = |permitted: &str| {
        let permitted = GeneralSubtree::DnsName(permitted.to_owned());
        let constraints = NameConstraints { permitted_subtrees: vec![permitted], excluded_subtrees: vec![] };
        issuing.again(root, |params| params.name_constraints = Some(constraints))
    };
    let inside = &constrained("example.com");
    Ask::of(&[leaf, inside], &[root]).is_good(&[leaf, inside, root]);
    let outside = &constrained("example.org");
    Ask::of(&[leaf, outside], &[root]).is_bad(&[(NameConstraints, None)]);
    let short = &Made::root("short", |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let between = &Made::ca("between", short, |_| {});
    let below = &Made::leaf(between, |_| {});
    Ask::of(&[below, between], &[short]).is_bad(&[(PathLength, None)]);
    let narrow = &issuing.again(root, |params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let between = &Made::ca("between", narrow, |_| {});
    let below = &Made::leaf(between, |_| {});
    Ask::of(&[below, between, narrow], &[root]).is_bad(&[(PathLength, None)]);
}

/// The rules for servers, where OpenSSL asks for less; clients and devices may be what their CAs have made of them.
#[test]
fn sloppy_certificates() {
    let Usual { root, issuing, .. } = &usual();
    let leaf = &Made::leaf(issuing, |params| params.use_authority_key_identifier_extension = false);
    Ask::of(&[leaf, issuing], &[root]).is_good(&[leaf, issuing, root]);
    Ask::of(&[leaf, issuing], &[root])
        .for_server("device.example.com")
        .is_bad_to_us(&[(NonConforming, Some(0))]);
}

#[test]
fn everything_that_is_wrong() {
    let Usual { root, issuing, .. } = &usual();
    let leaf = &Made::leaf(issuing, |params| {
        params.key_usages = vec![KeyUsagePurpose::ContentCommitment];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_after = date_time_ymd(2030, 2, 1);
    });
    let other = &Made::root("other", |_| {});
    let of_leaf =
        [(Expired, Some(0)), (ExtendedKeyUsage, Some(0)), (KeyUsage, Some(0)), (NameMismatch, Some(0))];
    Ask::of(&[leaf, issuing], &[root]).for_server("other.example.com").is_bad(&of_leaf);
    let expected = [of_leaf[0], (UntrustedIssuer, None), of_leaf[1], of_leaf[2], of_leaf[3]];
    Ask::of(&[leaf, issuing], &[other]).for_server("other.example.com").is_bad(&expected);
    // Expired, revoked, for something else: each is found behind the other.
    let list = &issuing.list(&[leaf], |_| {});
    let lists = [("http://a/", list)];
    Ask::of(&[leaf, issuing], &[root]).revoked("leaf", &lists).is_bad(&[
        (Revoked, Some(0)),
        (Expired, Some(0)),
        (KeyUsage, Some(0)),
    ]);
    let constraints = NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("example.org".to_owned())],
        excluded_subtrees: vec![],
    };
    let old = &issuing.again(root, |params| {
        params.name_constraints = Some(constraints);
        params.not_after = date_time_ymd(2030, 3, 1);
    });
    Ask::of(&[leaf, old], &[root]).is_bad(&[
        (Expired, Some(0)),
        (Expired, Some(1)),
        (KeyUsage, Some(0)),
        (NameConstraints, None),
    ]);
}

/// A good CA beside a bad one of the name: the bad one is not what is wrong.
#[test]
fn only_what_is_wrong() {
    let Usual { root, issuing, .. } = &usual();
    let leaf = &Made::leaf(issuing, |params| params.key_usages = vec![KeyUsagePurpose::ContentCommitment]);
    let old = &issuing.again(root, |params| params.not_after = date_time_ymd(2026, 1, 1));
    Ask::of(&[leaf, old, issuing], &[root]).is_bad(&[(KeyUsage, Some(0))]);
    Ask::of(&[leaf, old], &[root]).is_bad(&[(Expired, Some(1)), (KeyUsage, Some(0))]);
    let other = &Made::root("other", |_| {});
    let good = &Made::leaf(issuing, |_| {});
    Ask::of(&[good, old, issuing], &[other]).is_bad(&[(UntrustedIssuer, None)]);
    // One of another key is no substitute.
    let namesake = &Made::ca("issuing", root, |_| {});
    Ask::of(&[good, old, namesake], &[root]).is_bad(&[(Expired, Some(1))]);
    let unrelated = &Made::ca("unrelated", root, |params| params.not_after = date_time_ymd(2026, 1, 1));
    Ask::of(&[good, unrelated, issuing], &[other]).is_bad(&[(UntrustedIssuer, None)]);
}

#[test]
fn extensions() {
    let Usual { root, issuing, .. } = &usual();
    let null = vec![5, 0];
    let with = |oid: &[u64], critical| {
        let mut extension = CustomExtension::from_oid_content(oid, null.clone());
        extension.set_criticality(critical);
        Made::leaf(issuing, |params| {
            params.key_usages.clear();
            params.custom_extensions.push(extension);
        })
    };
    let unknown = &[1, 2, 3, 4][..];
    let harmless = &with(unknown, false);
    Ask::of(&[harmless, issuing], &[root]).is_good(&[harmless, issuing, root]);
    Ask::of(&[&with(unknown, true), issuing], &[root]).is_bad(&[(Unsupported, Some(0))]);
    // A key usage that is no bit string: webpki doesn't look into it.
    Ask::of(&[&with(&[2, 5, 29, 15], true), issuing], &[root]).is_bad(&[(Malformed, Some(0))]);
}

#[test]
fn garbage() {
    let Usual { root, issuing, leaf } = &usual();
    let anchors = [root.anchor()];
    let verify = |chain: &[CertificateDer<'_>]| {
        let found = verify_chain(&ChainRequest {
            certificates: chain,
            anchors: &anchors,
            revocation: RevocationCheck::Full(&[]),
            purpose: Purpose::Server(None),
            at: midsummer(),
            max_intermediates: ChainRequest::MAX_INTERMEDIATES,
        });
        found.unwrap_err().first().map(|failure| (failure.reason, failure.certificate)).unwrap()
    };
    let critical = &Made::leaf(issuing, |params| {
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    });
    assert_eq!(verify(&[critical.der.clone(), CertificateDer::from(&b"0"[..])]), (Unsupported, Some(0)));
    assert_eq!(verify(&[]), (NoCertificate, None));
    assert_eq!(verify(&[CertificateDer::from(&b""[..])]), (Malformed, Some(0)));
    assert_eq!(verify(&vec![leaf.der.clone(); 11]), (TooManyCertificates, None));
    assert_eq!(verify(&vec![leaf.der.clone(); 10]), (UntrustedIssuer, None));
    // Every cut, and every octet with one bit flipped: none is taken for good, and none makes it panic.
    for at in 0..leaf.der.len() {
        assert_eq!(
            verify(&[CertificateDer::from(&leaf.der[..at]), issuing.der.clone()]),
            (Malformed, Some(0))
        );
        for der in [&leaf.der, &issuing.der] {
            let mut flipped = der.to_vec();
            if let Some(octet) = flipped.get_mut(at) {
                *octet ^= 1 << (at % 8);
            }
            let flipped = CertificateDer::from(flipped);
            verify(&[flipped.clone(), issuing.der.clone()]);
            verify(&[leaf.der.clone(), flipped]);
        }
    }
}
