//! TLS client certificates made by OpenSSL: verified up to a trust store, with OpenSSL's own verdict beside ours.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use vouchsafe_domain::Timestamp;
use vouchsafe_pki::{ClientChainError, Crl, CrlError, RevocationCheck, TrustAnchor, verify_client_chain};

use crate::openssl::OpenSsl;
use crate::world::now;

const CONFIG: &str = "[req]
distinguished_name = empty
utf8 = yes
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[no-crl-sign]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[pathlen]
basicConstraints = critical,CA:TRUE,pathlen:0
[servers]
basicConstraints = critical,CA:TRUE
extendedKeyUsage = serverAuth
[clients]
basicConstraints = critical,CA:TRUE
extendedKeyUsage = clientAuth
[constrained]
basicConstraints = critical,CA:TRUE
nameConstraints = critical,permitted;email:example.com
[client]
extendedKeyUsage = clientAuth
[any]
keyUsage = digitalSignature
[both]
extendedKeyUsage = serverAuth,clientAuth
[server]
extendedKeyUsage = serverAuth
[elsewhere]
extendedKeyUsage = clientAuth
subjectAltName = email:a@example.org
[critical]
1.2.3.4 = critical,DER:0500
[ca]
default_ca = ca
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
[indirect]
issuingDistributionPoint = critical,@point
[point]
indirectCRL = TRUE
[delta]
deltaCRL = critical,DER:020101
";

/// A folder of CAs and clients, each a key and a certificate of its name.
struct World(OpenSsl);

/// What is verified: files, the leaf first.
struct Case<'a> {
    chain: &'a [&'a str],
    store: &'a [&'a str],
    crls: &'a [&'a str],
    check: &'a str,
    days: u64,
}

impl World {
    fn new() -> Self {
        let world = Self(OpenSsl::new());
        world.0.write("ca.cnf", CONFIG);
        world
    }

    /// A self-signed certificate if it is its own issuer. It lives 20 days.
    fn issue(&self, name: &str, issuer: &str, section: &str) {
        self.issue_to(&format!("/CN={name}"), name, issuer, section, "-days 20");
    }

    fn issue_to(&self, subject: &str, name: &str, issuer: &str, section: &str, options: &str) {
        if self.0.try_run(&format!("pkey -in {name}.key -noout")).is_err() {
            self.0.run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}.key"));
        }
        let by = if name == issuer { String::new() } else { format!("-CA {issuer}.pem -CAkey {issuer}.key") };
        self.0.run(&format!(
            "req -x509 -config ca.cnf -extensions {section} -key {name}.key {by} -multivalue-rdn -subj {subject} -out {name}.pem \
             {options}"
        ));
    }

    /// The list `file` of a CA, on which these stand.
    fn crl(&self, file: &str, ca: &str, revoked: &[&str], options: &str) {
        self.0.write("index.txt", "");
        std::fs::write(self.0.path("index.txt"), "").unwrap();
        self.0.write("crlnumber", "01");
        let by = format!("-config ca.cnf -keyfile {ca}.key -cert {ca}.pem");
        for name in revoked {
            self.0.run(&format!("ca {by} -revoke {name}.pem"));
        }
        self.0.run(&format!("ca {by} -gencrl -out {file}.crl {options}"));
    }

    fn der(&self, name: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.0.read(&format!("{name}.pem")).as_bytes()).unwrap()
    }

    fn anchors(&self, names: &[&str]) -> Vec<TrustAnchor> {
        names
            .iter()
            .map(|name| TrustAnchor::from_pem(&self.0.read(&format!("{name}.pem"))).unwrap())
            .collect()
    }

    fn ours(&self, case: &Case<'_>) -> Result<String, ClientChainError> {
        let chain: Vec<_> = case.chain.iter().map(|name| self.der(name)).collect();
        let crls =
            case.crls.iter().map(|name| Crl::parse(self.0.read(&format!("{name}.crl")).as_bytes()).unwrap());
        let crls: Vec<_> = crls.collect();
        let check = match case.check {
            "none" => RevocationCheck::None,
            "leaf" => RevocationCheck::Leaf(&crls),
            _ => RevocationCheck::Full(&crls),
        };
        let at = now().saturating_add(Duration::from_secs(case.days * 86_400));
        let anchors = self.anchors(case.store);
        verify_client_chain(&chain, &anchors, check, at).map(|name| name.as_str().to_owned())
    }

    fn openssl(&self, case: &Case<'_>) -> bool {
        let all =
            |names: &[&str]| names.iter().map(|name| self.0.read(&format!("{name}.pem"))).collect::<String>();
        self.0.write("store.pem", &all(case.store));
        self.0.write("chain.pem", &all(case.chain));
        let check = match case.check {
            // A list for every certificate of the path but the root, so an anchor that is one may end it.
            "none" => "-partial_chain",
            "leaf" => "-partial_chain -crl_check",
            _ => "-crl_check_all",
        };
        let crls: String = case.crls.iter().map(|name| format!("-CRLfile {name}.crl ")).collect();
        let at = now().as_secs() + i64::try_from(case.days * 86_400).unwrap();
        let line = format!(
            "verify -purpose sslclient -attime {at} {check} {crls} -no-CApath -CAfile store.pem -untrusted chain.pem {}.pem",
            case.chain[0]
        );
        self.0.try_run(&line).is_ok()
    }

    /// Both verdicts; `full` wants the root's list from OpenSSL too, which is why tests give it.
    fn check(&self, case: &Case<'_>, expected: Result<&str, ClientChainError>) {
        let what = format!("{:?} by {:?}, {} {:?}", case.chain, case.store, case.check, case.crls);
        assert_eq!(self.ours(case), expected.map(str::to_owned), "{what}");
        assert_eq!(self.openssl(case), expected.is_ok(), "OpenSSL: {what}");
    }

    fn without_crls(&self, chain: &[&str], store: &[&str], expected: Result<&str, ClientChainError>) {
        self.check(&Case { chain, store, crls: &[], check: "none", days: 0 }, expected);
    }
}

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
        world_name(&world, subject, expected);
    }
    // A string of another type than those that can be ASCII.
    world.0.write("ca.cnf", &CONFIG.replace("utf8 = yes", "string_mask = MASK:0x0800"));
    world.issue_to("/CN=admin", "client", "root", "client", "");
    world_name(&world, "BMPString", Err(ClientChainError::CommonName));
}

fn world_name(world: &World, subject: &str, expected: Result<&str, ClientChainError>) {
    let case = Case { chain: &["client"], store: &["root"], crls: &[], check: "none", days: 0 };
    assert_eq!(world.ours(&case), expected.map(str::to_owned), "{subject}");
}

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
