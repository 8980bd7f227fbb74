//! What revocation lists say about any chain, with OpenSSL's verdict beside ours.
#![expect(clippy::unwrap_used, reason = "tests")]

use rcgen::{KeyUsagePurpose, date_time_ymd};
use vouchsafe_pki::ChainFailureReason::*;
use vouchsafe_pki::{Crl, CrlError};

use crate::asked::{Ask, Usual, usual};
use crate::made::Made;

const A: &str = "http://a.example/crl";
const B: &str = "http://b.example/crl";

#[test]
fn how_deep_it_is_looked() {
    let Usual { root, issuing, leaf } = &usual();
    let (chain, anchors) = ([leaf, issuing], [root]);
    let ask = Ask::of(&chain, &anchors);
    let whole = &[leaf, issuing, root][..];
    let (of_root, of_issuing) = (&root.list(&[], |_| {}), &issuing.list(&[], |_| {}));
    ask.clone().revoked("leaf", &[(A, of_issuing)]).is_good(whole);
    ask.clone().revoked("full", &[(A, of_issuing), (B, of_root)]).is_good(whole);
    ask.clone().revoked("full", &[(A, of_issuing)]).is_bad(&[(RevocationUnknown, Some(1))]);
    ask.clone().revoked("full", &[]).is_bad(&[(RevocationUnknown, Some(0)), (RevocationUnknown, Some(1))]);
    ask.clone().revoked("leaf", &[]).is_bad(&[(RevocationUnknown, Some(0))]);
    ask.clone().revoked("leaf", &[(B, of_root)]).is_bad(&[(RevocationUnknown, Some(0))]);
    let revoked = &issuing.list(&[leaf], |_| {});
    ask.clone().revoked("none", &[]).is_good(whole);
    ask.clone().revoked("leaf", &[(A, revoked)]).is_bad(&[(Revoked, Some(0))]);
    ask.clone().revoked("full", &[(A, revoked), (B, of_root)]).is_bad(&[(Revoked, Some(0))]);
    let revoked = &root.list(&[issuing], |_| {});
    ask.clone().revoked("leaf", &[(A, of_issuing), (B, revoked)]).is_good(whole);
    ask.revoked("full", &[(A, of_issuing), (B, revoked)]).is_bad(&[(Revoked, Some(1))]);
}

/// Lists are asked about who has a path.
#[test]
fn without_a_path() {
    let Usual { root, issuing, leaf } = &usual();
    let other = &Made::root("other", |_| {});
    let list = &root.list(&[], |_| {});
    for lists in [&[][..], &[(A, list)]] {
        Ask::of(&[leaf, issuing], &[other]).revoked("full", lists).is_bad(&[(UntrustedIssuer, None)]);
    }
}

/// What is not proved is not believed, whatever the list says.
#[test]
fn lists_that_prove_nothing() {
    let Usual { root, issuing, leaf } = &usual();
    let (chain, anchors) = ([leaf, issuing], [root]);
    let ask = Ask::of(&chain, &anchors);
    let unknown = &[(RevocationUnknown, Some(0))][..];
    let impostor = Made::root("issuing", |_| {});
    for revoked in [&[][..], &[leaf]] {
        let stale = &issuing.list(revoked, |list| list.next_update = date_time_ymd(2030, 6, 10));
        let early = &issuing.list(revoked, |list| list.this_update = date_time_ymd(2030, 6, 20));
        let forged = &impostor.list(revoked, |_| {});
        for (list, says) in [
            (stale, "the list from http://a.example/crl is past its nextUpdate"),
            (early, "the list from http://a.example/crl is not yet valid"),
            (forged, "the list from http://a.example/crl is not signed by the issuer's key"),
        ] {
            let lists = [(A, list)];
            let ask = ask.clone().revoked("leaf", &lists);
            ask.is_bad(unknown);
            assert!(ask.detail().contains(says), "{}", ask.detail());
        }
        // A bad one beside a good one: what is not valid yet is as if it were not there, but none that is older counts in
        // the place of one that is stale.
        let good = &issuing.list(&[], |_| {});
        ask.clone().revoked("leaf", &[(A, early), (B, good)]).is_good(&[leaf, issuing, root]);
        let older = &issuing.list(&[], |list| list.this_update = date_time_ymd(2030, 5, 1));
        ask.clone().revoked("leaf", &[(A, older), (B, stale)]).is_bad_to_us(unknown);
    }
}

/// RFC 5280 6.3.3 f, of an authority below another, and of one in the trust store, of which webpki knows no key usage.
#[test]
fn issuers_that_may_sign_no_lists() {
    let Usual { root, issuing, leaf } = &usual();
    let mute = &issuing.again(root, |params| params.key_usages = vec![KeyUsagePurpose::KeyCertSign]);
    let unknown = &[(RevocationUnknown, Some(0))][..];
    for list in [&mute.list(&[], |_| {}), &mute.list(&[leaf], |_| {})] {
        Ask::of(&[leaf, mute], &[root]).revoked("leaf", &[(A, list)]).is_bad(unknown);
        Ask::of(&[leaf], &[mute]).revoked("leaf", &[(A, list)]).is_bad(unknown);
        assert!(Ask::of(&[leaf], &[mute]).revoked("leaf", &[(A, list)]).detail().contains("cRLSign"));
    }
    // Two certificates of one CA in the store: by one of them it may. OpenSSL takes the first.
    let good = &issuing.list(&[], |_| {});
    Ask::of(&[leaf], &[mute, issuing]).revoked("leaf", &[(A, good)]).is_good_to_us(&[leaf, issuing]);
    Ask::of(&[leaf], &[issuing, mute]).revoked("leaf", &[(A, good)]).is_good_to_us(&[leaf, issuing]);
}

/// RFC 5280 5.2.3.
#[test]
fn numbers_of_lists() {
    let Usual { root, .. } = &usual();
    let good = Crl::parse(root.list(&[], |_| {}).as_bytes()).unwrap();
    let number = [0x06, 0x03, 0x55, 0x1d, 0x14];
    let at = good.der().windows(5).position(|oid| oid == number).unwrap();
    // Another extension in its place: the CRL's issuer alternative name.
    let mut without = good.der().to_vec();
    without[at + 4] = 0x12;
    assert_eq!(Crl::parse(&without), Err(CrlError::Number));
    // x509-limbo has the critical one.
    assert_eq!(good.source(), None);
    assert_eq!(good.clone().from_source(A).source(), Some(A));
    assert_ne!(good.clone().from_source(A), good);
}
