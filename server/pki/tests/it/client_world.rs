//! TLS clients and their CAs, made by OpenSSL, with OpenSSL's own verdict beside ours.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use vouchsafe_pki::{ClientChainError, Crl, RevocationCheck, TrustAnchor, verify_client_chain};

use crate::openssl::OpenSsl;
use crate::world::now;

pub(crate) const CONFIG: &str = "[req]
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
pub(crate) struct World(pub(crate) OpenSsl);

/// What is verified: files, the leaf first.
pub(crate) struct Case<'a> {
    pub(crate) chain: &'a [&'a str],
    pub(crate) store: &'a [&'a str],
    pub(crate) crls: &'a [&'a str],
    pub(crate) check: &'a str,
    pub(crate) days: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self(OpenSsl::new());
        world.0.write("ca.cnf", CONFIG);
        world
    }

    /// A self-signed certificate if it is its own issuer. It lives 20 days.
    pub(crate) fn issue(&self, name: &str, issuer: &str, section: &str) {
        self.issue_to(&format!("/CN={name}"), name, issuer, section, "-days 20");
    }

    pub(crate) fn issue_to(&self, subject: &str, name: &str, issuer: &str, section: &str, options: &str) {
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
    pub(crate) fn crl(&self, file: &str, ca: &str, revoked: &[&str], options: &str) {
        std::fs::write(self.0.path("index.txt"), "").unwrap();
        self.0.write("crlnumber", "01");
        let by = format!("-config ca.cnf -keyfile {ca}.key -cert {ca}.pem");
        for name in revoked {
            self.0.run(&format!("ca {by} -revoke {name}.pem"));
        }
        self.0.run(&format!("ca {by} -gencrl -out {file}.crl {options}"));
    }

    pub(crate) fn der(&self, name: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.0.read(&format!("{name}.pem")).as_bytes()).unwrap()
    }

    pub(crate) fn anchors(&self, names: &[&str]) -> Vec<TrustAnchor> {
        names
            .iter()
            .map(|name| TrustAnchor::from_pem(&self.0.read(&format!("{name}.pem"))).unwrap())
            .collect()
    }

    pub(crate) fn ours(&self, case: &Case<'_>) -> Result<String, ClientChainError> {
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
    pub(crate) fn check(&self, case: &Case<'_>, expected: Result<&str, ClientChainError>) {
        let what = format!("{:?} by {:?}, {} {:?}", case.chain, case.store, case.check, case.crls);
        assert_eq!(self.ours(case), expected.map(str::to_owned), "{what}");
        assert_eq!(self.openssl(case), expected.is_ok(), "OpenSSL: {what}");
    }

    pub(crate) fn without_crls(
        &self,
        chain: &[&str],
        store: &[&str],
        expected: Result<&str, ClientChainError>,
    ) {
        self.check(&Case { chain, store, crls: &[], check: "none", days: 0 }, expected);
    }
}
