//! The names of an authority, as callers write them.
#![expect(clippy::unwrap_used, reason = "tests")]

use vouchsafe_pki::{Authority, KeyPair};

use crate::openssl::OpenSsl;

const CONFIG: &str = "[req]
distinguished_name = empty
string_mask = utf8only
[empty]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
";

/// A CA of that name, made by OpenSSL.
fn authority(subject: &str) -> Authority {
    let openssl = OpenSsl::new();
    openssl.write("ca.cnf", CONFIG);
    openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key");
    openssl.run(&format!(
        "req -x509 -utf8 -config ca.cnf -extensions ca -key ca.key -days 30 -out ca.pem -subj {subject}"
    ));
    let key = KeyPair::from_pem(&openssl.read("ca.key")).unwrap();
    Authority::load(&openssl.read("ca.pem"), key).unwrap()
}

#[test]
fn an_authority_is_named_as_programs_do() {
    let several = authority("/C=HU/O=Operátor/CN=Devices");
    for (name, known) in [
        ("Devices", true),
        ("C=HU,O=Operátor,CN=Devices", true),
        ("CN=Devices,O=Operátor,C=HU", true),
        ("CN=Devices, O=Operátor, C=HU", true),
        ("cn=Devices,o=Operátor,c=HU", true),
        ("C = HU, O = Operátor, CN = Devices", true),
        ("CN=Devices", false),
        ("O=Operátor,CN=Devices", false),
        ("O=Operátor,C=HU,CN=Devices", false),
        ("C=HU,O=Operátor,CN=Devices,CN=Devices", false),
        ("C=HU,O=operátor,CN=Devices", false),
        ("C=HU,O=Operátor,CN=Devices,", false),
        ("Operátor", false),
        ("devices", false),
        ("", false),
        (",,", false),
    ] {
        assert_eq!(several.is_named(name), known, "{name}");
    }
    let one = authority("/CN=default");
    for (name, known) in
        [("default", true), ("CN=default", true), ("CN=", false), ("", false), ("O=default", false)]
    {
        assert_eq!(one.is_named(name), known, "{name}");
    }
}
