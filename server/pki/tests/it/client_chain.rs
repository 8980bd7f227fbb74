//! TLS client certificates verified up to a trust store.
#![expect(clippy::unwrap_used, reason = "tests")]

use rustls_pki_types::CertificateDer;
use vouchsafe_domain::Timestamp;
use vouchsafe_pki::{ClientChainError, RevocationCheck, TrustAnchor, verify_client_chain};

use crate::client_world::{CONFIG, Case, World};
use crate::world::now;

#[test]
fn paths() {
    let world = World::new();
    world.issue("root", "root", "root");
    world.issue("other", "other", "root");
    world.issue("issuing", "root", "root");
    world.issue("client", "issuing", "client");
    world.issue("direct", "root", "any");
    let check = |chain: &[&str], store: &[&str], expected| world.without_crls(chain, store, expected);
    check(&["client", "issuing"], &["root"], Ok("client"));
    check(&["client", "issuing", "root"], &["other", "root"], Ok("client"));
    check(&["client", "other", "root", "issuing"], &["root"], Ok("client"));
    check(&["client"], &["issuing"], Ok("client"));
    check(&["client"], &["root", "issuing"], Ok("client"));
    check(&["client", "issuing", "root"], &["issuing"], Ok("client"));
    check(&["direct"], &["root"], Ok("direct"));
    check(&["client"], &["root"], Err(ClientChainError::Untrusted));
    check(&["client", "issuing", "root"], &["other"], Err(ClientChainError::Untrusted));
    check(&["client", "issuing", "root"], &[], Err(ClientChainError::Untrusted));
    // The leaf comes first, whatever follows.
    let wrong_order =
        Case { chain: &["issuing", "client"], store: &["root"], crls: &[], check: "none", days: 0 };
    assert_eq!(world.ours(&wrong_order), Err(ClientChainError::CaAsClient));
    let anchors = world.anchors(&["root"]);
    let verify = |chain: &[CertificateDer<'_>]| {
        verify_client_chain(chain, &anchors, RevocationCheck::None, now())
            .map(|name| name.as_str().to_owned())
    };
    assert_eq!(verify(&[]), Err(ClientChainError::NoCertificate));
    assert_eq!(verify(&[CertificateDer::from(&b"no DER"[..])]), Err(ClientChainError::Unsupported));
    // A bit of the signature, a bit of the name.
    let good = world.der("direct");
    for at in [good.len() - 1, good.windows(6).rposition(|text| text == b"direct").unwrap()] {
        let mut bad = good.to_vec();
        bad[at] ^= 1;
        assert_eq!(verify(&[CertificateDer::from(bad)]), Err(ClientChainError::Untrusted));
    }
    // Another CA by the same name.
    world.issue_to("/CN=root", "impostor", "impostor", "root", "-days 20");
    world.issue("liar", "impostor", "client");
    check(&["liar"], &["root"], Err(ClientChainError::Untrusted));
    check(&["liar", "impostor"], &["root"], Err(ClientChainError::Untrusted));
    check(&["liar"], &["root", "impostor"], Ok("liar"));
}

/// A certificate that stands for itself is no client's, whether or not it is in the store.
#[test]
fn self_signed_clients() {
    let world = World::new();
    world.issue("root", "root", "root");
    world.issue("self", "self", "client");
    let ours = |chain: &[&str], store: &[&str]| {
        world.ours(&Case { chain, store, crls: &[], check: "none", days: 0 })
    };
    assert_eq!(ours(&["root"], &["root"]), Err(ClientChainError::CaAsClient));
    assert_eq!(ours(&["root", "root"], &["root"]), Err(ClientChainError::CaAsClient));
    assert_eq!(ours(&["self"], &["root"]), Err(ClientChainError::Untrusted));
    assert!(TrustAnchor::from_pem(&world.0.read("self.pem")).is_err());
}

#[test]
fn purposes_and_constraints() {
    let world = World::new();
    for (ca, section) in [
        ("root", "root"),
        ("pathlen", "pathlen"),
        ("servers", "servers"),
        ("clients", "clients"),
        ("constrained", "constrained"),
    ] {
        world.issue(ca, ca, section);
    }
    for (name, issuer, section) in [
        ("below-pathlen", "pathlen", "root"),
        ("below-below", "below-pathlen", "client"),
        ("under-pathlen", "pathlen", "client"),
        ("under-servers", "servers", "client"),
        ("under-clients", "clients", "any"),
        ("servers-2", "root", "servers"),
        ("under-servers-2", "servers-2", "client"),
        ("elsewhere", "constrained", "elsewhere"),
        ("both", "root", "both"),
        ("any", "root", "any"),
        ("server", "root", "server"),
        ("critical", "root", "critical"),
        ("below-client", "both", "client"),
    ] {
        world.issue(name, issuer, section);
    }
    let check = |chain: &[&str], store: &[&str], expected| world.without_crls(chain, store, expected);
    check(&["both"], &["root"], Ok("both"));
    check(&["any"], &["root"], Ok("any"));
    check(&["under-pathlen"], &["pathlen"], Ok("under-pathlen"));
    check(&["under-clients"], &["clients"], Ok("under-clients"));
    check(&["server"], &["root"], Err(ClientChainError::NotForClients));
    check(&["critical"], &["root"], Err(ClientChainError::Unsupported));
    check(&["below-below", "below-pathlen"], &["pathlen"], Err(ClientChainError::Untrusted));
    check(&["below-client", "both"], &["root"], Err(ClientChainError::Untrusted));
    check(&["under-servers-2", "servers-2"], &["root"], Err(ClientChainError::NotForClients));
    check(&["under-servers"], &["servers"], Err(ClientChainError::Untrusted));
    check(&["elsewhere"], &["constrained"], Err(ClientChainError::Untrusted));
}

/// The clock decides over the leaf, over what is between, and over the store's own certificates.
#[test]
fn moments() {
    let world = World::new();
    world.issue_to("/CN=root", "root", "root", "root", "-days 10");
    world.issue_to("/CN=issuing", "issuing", "root", "root", "-days 5");
    world.issue_to("/CN=client", "client", "issuing", "client", "-days 20");
    world.issue_to("/CN=direct", "direct", "root", "client", "-days 20");
    world.issue_to("/CN=short", "short", "root", "client", "-days 3");
    for (chain, days, expected) in [
        (&["client", "issuing"][..], 4, Ok("client")),
        (&["client", "issuing"], 6, Err(ClientChainError::NotValidNow)),
        (&["direct"], 9, Ok("direct")),
        (&["direct"], 11, Err(ClientChainError::Untrusted)),
        (&["direct"], 21, Err(ClientChainError::NotValidNow)),
        (&["short"], 4, Err(ClientChainError::NotValidNow)),
    ] {
        world.check(&Case { chain, store: &["root"], crls: &[], check: "none", days }, expected);
    }
    let anchors = world.anchors(&["root"]);
    let verify = |at| verify_client_chain(&[world.der("direct")], &anchors, RevocationCheck::None, at);
    let an_hour_ago = Timestamp::from_micros(now().as_micros() - 3_600_000_000);
    for at in [an_hour_ago, Timestamp::from_micros(i64::MIN)] {
        assert_eq!(verify(at).map(|_| ()), Err(ClientChainError::NotValidNow));
    }
}

#[test]
fn common_names() {
    let world = World::new();
    world.issue("root", "root", "root");
    for (subject, expected) in [
        ("/CN=admin", Ok("admin")),
        ("/O=Example/CN=admin@example.com/OU=a", Ok("admin@example.com")),
        ("/", Err(ClientChainError::CommonName)),
        ("/O=admin", Err(ClientChainError::CommonName)),
        ("/CN=admin/CN=other", Err(ClientChainError::CommonName)),
        ("/CN=admin+CN=admin", Err(ClientChainError::CommonName)),
        ("/CN=ádmin", Err(ClientChainError::CommonName)),
        ("/CN=admin\u{7f}", Err(ClientChainError::CommonName)),
    ] {
        world.issue_to(subject, "client", "root", "client", "");
        common_name_is(&world, subject, expected);
    }
    // A string of another type than those that can be ASCII.
    world.0.write("ca.cnf", &CONFIG.replace("utf8 = yes", "string_mask = MASK:0x0800"));
    world.issue_to("/CN=admin", "client", "root", "client", "");
    common_name_is(&world, "BMPString", Err(ClientChainError::CommonName));
}

fn common_name_is(world: &World, subject: &str, expected: Result<&str, ClientChainError>) {
    let case = Case { chain: &["client"], store: &["root"], crls: &[], check: "none", days: 0 };
    assert_eq!(world.ours(&case), expected.map(str::to_owned), "{subject}");
}
