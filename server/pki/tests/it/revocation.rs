//! Revocation lists: which are read, and what they say about TLS clients.
#![expect(clippy::unwrap_used, reason = "tests")]

use vouchsafe_pki::{ClientChainError, Crl, CrlError};

use crate::client_world::{Case, World};

#[test]
fn revocation() {
    let world = World::new();
    world.issue("root", "root", "root");
    world.issue("issuing", "root", "root");
    world.issue("bad", "root", "root");
    world.issue("client", "issuing", "client");
    world.issue("gone", "issuing", "client");
    world.issue("below-bad", "bad", "client");
    world.crl("root", "root", &["bad"], "");
    world.crl("issuing", "issuing", &["gone"], "");
    world.crl("bad", "bad", &[], "");
    world.crl("short", "issuing", &["gone"], "-crldays 1");
    world.crl("old", "issuing", &[], "-crl_lastupdate 20200101000000Z -crl_nextupdate 20990101000000Z");
    // By the root's name with another key.
    world.issue_to("/CN=issuing", "impostor", "impostor", "root", "-days 20");
    world.crl("forged", "impostor", &[], "");
    let check = |chain: &[&str], store: &[&str], check, crls: &[&str], expected| {
        world.check(&Case { chain, store, crls, check, days: 0 }, expected);
    };
    let (client, gone, below_bad) =
        (&["client", "issuing"][..], &["gone", "issuing"][..], &["below-bad", "bad"][..]);
    let root = &["root"][..];
    check(client, root, "leaf", &["issuing"], Ok("client"));
    check(client, root, "leaf", &["root", "bad", "issuing"], Ok("client"));
    check(client, root, "full", &["root", "issuing"], Ok("client"));
    check(gone, root, "none", &[], Ok("gone"));
    check(gone, root, "leaf", &["issuing"], Err(ClientChainError::Revoked));
    check(gone, root, "full", &["root", "issuing"], Err(ClientChainError::Revoked));
    check(below_bad, root, "leaf", &["root", "bad"], Ok("below-bad"));
    check(below_bad, root, "full", &["root", "bad"], Err(ClientChainError::Revoked));
    // What is not known is not trusted.
    check(client, root, "leaf", &[], Err(ClientChainError::RevocationUnknown));
    check(client, root, "full", &[], Err(ClientChainError::RevocationUnknown));
    check(client, root, "leaf", &["root"], Err(ClientChainError::RevocationUnknown));
    check(client, root, "full", &["issuing"], Err(ClientChainError::RevocationUnknown));
    check(client, root, "leaf", &["forged"], Err(ClientChainError::RevocationUnknown));
    // The newest list counts, in whatever order they come.
    check(gone, root, "leaf", &["old", "issuing"], Err(ClientChainError::Revoked));
    check(gone, root, "leaf", &["issuing", "old"], Err(ClientChainError::Revoked));
    // An expired list proves nothing, in neither direction.
    for leaf in [client, gone] {
        let late = Case { chain: leaf, store: root, crls: &["short"], check: "leaf", days: 2 };
        world.check(&late, Err(ClientChainError::RevocationUnknown));
    }
    // With a store that has the chain, the whole of it is looked up, not only what is below its nearest authority.
    let store = &["root", "issuing", "bad"][..];
    check(&["client"], store, "full", &["root", "issuing"], Ok("client"));
    check(&["below-bad"], store, "full", &["root", "bad"], Err(ClientChainError::Revoked));
    check(&["below-bad"], store, "leaf", &["bad"], Ok("below-bad"));
}

/// A CA whose key usage says that it signs no lists.
#[test]
fn lists_by_those_who_may_not() {
    let world = World::new();
    world.issue("root", "root", "root");
    world.issue("issuing", "root", "no-crl-sign");
    world.issue("client", "issuing", "client");
    world.crl("issuing", "issuing", &[], "");
    let case =
        Case { chain: &["client", "issuing"], store: &["root"], crls: &["issuing"], check: "leaf", days: 0 };
    world.check(&case, Err(ClientChainError::RevocationUnknown));
}

#[test]
fn lists() {
    let world = World::new();
    world.issue("root", "root", "root");
    world.crl("root", "root", &["root"], "-crl_lastupdate 20200101000000Z -crl_nextupdate 20990101000000Z");
    let pem = world.0.read("root.crl");
    let crl = Crl::parse(pem.as_bytes()).unwrap();
    assert_eq!(crl.this_update().as_secs(), 1_577_836_800);
    assert_eq!(crl.next_update().as_secs(), 4_070_908_800);
    assert_eq!(Crl::parse(crl.der()).as_ref(), Ok(&crl));
    world.crl("indirect", "root", &[], "-crlexts indirect");
    world.crl("delta", "root", &[], "-crlexts delta");
    let mut broken = crl.der().to_vec();
    broken.truncate(broken.len() - 1);
    let mut longer = crl.der().to_vec();
    longer.push(0);
    for (bytes, expected) in [
        (&b""[..], CrlError::NotCrl),
        (b"<!DOCTYPE html>", CrlError::NotCrl),
        (b"0", CrlError::NotCrl),
        (&broken, CrlError::NotCrl),
        (&longer, CrlError::NotCrl),
        (pem.repeat(2).as_bytes(), CrlError::NotCrl),
        (world.0.read("root.pem").as_bytes(), CrlError::NotCrl),
        (&world.der("root"), CrlError::NotCrl),
        (world.0.read("indirect.crl").as_bytes(), CrlError::Unsupported),
        (world.0.read("delta.crl").as_bytes(), CrlError::Unsupported),
    ] {
        assert_eq!(Crl::parse(bytes).map(|_| ()), Err(expected), "{}", String::from_utf8_lossy(bytes));
    }
}
