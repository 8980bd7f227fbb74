//! Whoever sends much makes the verifier work little.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use rcgen::DnType;
use vouchsafe_pki::ChainFailureReason::*;

use crate::asked::Ask;
use crate::made::Made;

/// With webpki optimised the worst takes a few tenths of a second. Tests' machines are slow and busy, and so are debug builds.
const LIMIT: Duration = Duration::from_secs(30);

/// `a` and `b` vouch for each other, and nobody else for them.
#[test]
fn loops() {
    let started = Instant::now();
    let root = &Made::root("root", |_| {});
    let (a, b) = (&Made::root("a", |_| {}), &Made::root("b", |_| {}));
    let (a_by_b, b_by_a) = (&a.again(b, |_| {}), &b.again(a, |_| {}));
    let leaf = &Made::leaf(a, |_| {});
    Ask::of(&[leaf, a_by_b, b_by_a], &[root]).is_bad(&[(UntrustedIssuer, None)]);
    Ask::of(&[leaf, a_by_b, b_by_a, a, b], &[root]).is_bad(&[(UntrustedIssuer, None)]);
    // With a way out.
    let a_by_root = &a.again(root, |_| {});
    Ask::of(&[leaf, a_by_b, b_by_a, a_by_root], &[root]).is_good(&[leaf, a_by_root, root]);
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
}

/// Each may have issued each, by its name: whoever tries all orders of them is at it for long.
#[test]
fn many_of_one_name() {
    let root = &Made::root("root", |_| {});
    let named =
        |params: &mut rcgen::CertificateParams| params.distinguished_name.push(DnType::CommonName, "ca");
    let first = Made::root("ca", |_| {});
    let others: Vec<_> = (0..9).map(|_| Made::ca("other", &first, named)).collect();
    let leaf = &Made::leaf(&others[0], |_| {});
    let chain: Vec<_> = [leaf].into_iter().chain(&others).collect();
    let started = Instant::now();
    let failures = Ask::of(&chain, &[root]).ours().unwrap_err();
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0].reason, UntrustedIssuer);
    // With an anchor of that name, by which none is signed.
    let impostor = &Made::root("ca", |_| {});
    let started = Instant::now();
    let failures = Ask::of(&chain, &[impostor, root]).ours().unwrap_err();
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    assert!(failures.len() <= 2, "{failures:?}");
}

/// Five CAs, each certified by two of the others.
#[test]
fn mutual_vouching() {
    let root = &Made::root("root", |_| {});
    let cas: Vec<_> = (0..5).map(|index| Made::root(&format!("ca {index}"), |_| {})).collect();
    let crossed = (0..10).map(|index| cas[index % 5].again(&cas[(index + 1 + index / 5) % 5], |_| {}));
    let crossed: Vec<_> = crossed.take(9).collect();
    let leaf = &Made::leaf(&cas[0], |_| {});
    let chain: Vec<_> = [leaf].into_iter().chain(&crossed).collect();
    let started = Instant::now();
    Ask::of(&chain, &[root]).is_bad(&[(UntrustedIssuer, None)]);
    assert!(Ask::of(&chain, &[&cas[4]]).ours().is_ok());
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
}
