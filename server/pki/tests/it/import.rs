//! An operator's own CA, made by OpenSSL: taken over when everything under it will verify, refused otherwise.
#![expect(clippy::unwrap_used, reason = "tests")]

use vouchsafe_domain::{KeyType, Timestamp};
use vouchsafe_pki::{Authority, ChainError, ImportError, KeyPolicyError, VerifiedPublicKey};

use crate::openssl::OpenSsl;
use crate::world::{issue, key, now, tenant};

const CONFIG: &str = "[req]
distinguished_name = empty
string_mask = nombstr
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ca]
basicConstraints = critical,CA:TRUE,pathlen:1
keyUsage = critical,digitalSignature,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[eku]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
[pathlen]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[not-ca]
basicConstraints = critical,CA:FALSE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[no-sign]
basicConstraints = critical,CA:TRUE
keyUsage = critical,cRLSign
subjectKeyIdentifier = hash
[no-usage]
basicConstraints = critical,CA:TRUE
subjectKeyIdentifier = hash
[no-id]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = none
authorityKeyIdentifier = none
[constrained]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
nameConstraints = permitted;DNS:example.com
[client-only]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
extendedKeyUsage = clientAuth
[critical]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
1.2.3.4 = critical,DER:0500
";

/// An operator's folder: `root` issues `ca`, both with sections of `CONFIG`.
struct Operator(OpenSsl);

impl Operator {
    fn new() -> Self {
        let operator = Self(OpenSsl::new());
        operator.0.write("ca.cnf", CONFIG);
        operator.key("root.key", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384");
        operator.key("ca.key", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
        operator.root("root", "");
        operator
    }

    fn key(&self, file: &str, line: &str) {
        self.0.run(&format!("{line} -out {file}"));
    }

    fn root(&self, section: &str, options: &str) {
        self.0.run(&format!(
            "req -x509 -config ca.cnf -extensions {section} -key root.key -subj /CN=Root -out root.pem {options}"
        ));
    }

    /// The CA with its whole chain, as the operator gives it.
    fn ca(&self, section: &str, options: &str) -> String {
        self.0.run(&format!(
            "req -x509 -config ca.cnf -extensions {section} -key ca.key -CA root.pem -CAkey root.key -out ca.pem \
             -subj /DC=com/DC=example/O=What?+OU=Two/OU=One/CN=Issuing {options}"
        ));
        self.0.read("ca.pem") + &self.0.read("root.pem")
    }

    fn import(&self, chain: &str) -> Result<Authority, ImportError> {
        Authority::import(chain, &self.0.read("ca.key"), now())
    }
}

/// Nothing is issued for longer than the whole path is valid.
#[test]
fn a_root_that_ends_first() {
    let operator = Operator::new();
    operator.root("root", "-days 5");
    let platform = operator.import(&operator.ca("ca", "-days 20")).unwrap();
    let days = |authority: &Authority| (authority.not_after().as_secs() - now().as_secs() + 60) / 86_400;
    assert_eq!((days(&platform), days(&tenant(&platform, KeyType::EcP256))), (5, 5));
    let leaf = issue(&platform, "a", &VerifiedPublicKey::from(&key(KeyType::EcP256)));
    assert_eq!(leaf.not_after, platform.not_after());
}

/// A subject with every difficulty: two attributes of one type, two in one RDN, `?` in a `PrintableString`.
#[test]
fn an_intermediate_under_an_offline_root() {
    let operator = Operator::new();
    let openssl = &operator.0;
    let chain = operator.ca("ca", "");
    let public_key = VerifiedPublicKey::from(&key(KeyType::EcP256));
    for (given, chain_length) in [(chain.as_str(), 3), (&openssl.read("ca.pem"), 2)] {
        let platform = operator.import(given).unwrap();
        assert_eq!(platform.ca_chain().len(), 1);
        let (_, parsed) = x509_parser::parse_x509_certificate(platform.certificate_der()).unwrap();
        let types: Vec<_> = parsed.subject().iter_attributes().map(|a| a.attr_value().tag().0).collect();
        assert_eq!(types, [22, 22, 19, 19, 19, 19], "IA5String and PrintableString");
        let tenant = tenant(&platform, KeyType::EcP256);
        let leaf = issue(&tenant, "mydevice", &public_key);
        assert_eq!(tenant.chain_pem().matches("BEGIN").count(), chain_length);
        assert_eq!(tenant.ca_chain(), [tenant.certificate_pem(), platform.certificate_pem()]);
        openssl.write("chain.pem", &tenant.ca_chain().join("\n"));
        openssl.write("leaf.pem", &leaf.certificate_pem);
        // Trusting the root, as the operator's other verifiers do, and trusting the platform alone.
        openssl.run("verify -x509_strict -purpose sslclient -CAfile root.pem -untrusted chain.pem leaf.pem");
        openssl.run("verify -partial_chain -CAfile ca.pem -untrusted chain.pem leaf.pem");
    }
}

#[test]
fn chains_that_are_taken() {
    let operator = Operator::new();
    for section in ["ca", "root", "eku"] {
        assert!(operator.import(&operator.ca(section, "")).is_ok(), "{section}");
    }
    // A root as `openssl req -x509` makes it by default has no key usage; above the CA that is good enough.
    operator.root("no-usage", "");
    assert!(operator.import(&operator.ca("ca", "")).is_ok());
    // A root of one's own, every kind of key in every form.
    for line in [
        "genrsa -traditional",
        "genrsa",
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072",
        "ecparam -name secp384r1 -genkey",
        "genpkey -algorithm ED25519",
    ] {
        operator.key("ca.key", line);
        operator.0.run("req -x509 -config ca.cnf -extensions root -key ca.key -subj /CN=Own -out ca.pem");
        let platform = operator.import(&operator.0.read("ca.pem")).unwrap();
        let tenant = tenant(&platform, KeyType::EcP256);
        let leaf = issue(&tenant, "a", &VerifiedPublicKey::from(&key(KeyType::EcP256)));
        operator.0.write("leaf.pem", &leaf.certificate_pem);
        operator.0.write("tenant.pem", tenant.certificate_pem());
        operator.0.run("verify -x509_strict -CAfile ca.pem -untrusted tenant.pem leaf.pem");
    }
}

fn chain_error(result: Result<Authority, ImportError>) -> (usize, ChainError) {
    match result {
        Err(ImportError::Chain { position, error, .. }) => (position, error),
        other => (0, other.map(|_| ChainError::NotCa).unwrap()),
    }
}

#[test]
fn cas_that_are_refused() {
    let operator = Operator::new();
    for (section, message) in [
        ("not-ca", "the CA certificate: the certificate is not a CA certificate (basicConstraints CA:TRUE)"),
        ("no-sign", "the CA certificate: the certificate must have the key usage keyCertSign"),
        ("no-usage", "the CA certificate: the certificate must have the key usage keyCertSign"),
        ("no-id", "the CA certificate: the certificate must have a subject key identifier"),
    ] {
        assert_eq!(operator.import(&operator.ca(section, "")).unwrap_err().to_string(), message);
    }
    operator.0.run("req -x509 -config ca.cnf -extensions root -key ca.key -subj / -out ca.pem");
    let nameless = operator.import(&operator.0.read("ca.pem")).unwrap_err().to_string();
    assert_eq!(nameless, "the CA certificate: the certificate has an empty subject");
    for (section, options, error) in [
        ("pathlen", "", ChainError::PathLength),
        ("constrained", "", ChainError::NameConstraints),
        ("client-only", "", ChainError::ExtendedKeyUsage),
        ("critical", "", ChainError::CriticalExtension),
        ("ca", "-sha1", ChainError::SignatureAlgorithm),
        ("ca", "-sha512", ChainError::SignatureAlgorithm),
    ] {
        assert_eq!(
            chain_error(operator.import(&operator.ca(section, options))),
            (1, error),
            "{section} {options}"
        );
    }
    let chain = operator.ca("ca", "-days 1");
    let in_days = |days: i64| Timestamp::from_micros(now().as_micros() + days * 86_400_000_000);
    for (moment, answer) in [(in_days(2), 1), (in_days(-1), 1)] {
        let result = Authority::import(&chain, &operator.0.read("ca.key"), moment);
        assert_eq!(chain_error(result), (answer, ChainError::NotValidNow));
    }
}

#[test]
fn chains_that_are_refused() {
    let operator = Operator::new();
    let good = operator.ca("ca", "");
    let (ca, root) = (operator.0.read("ca.pem"), operator.0.read("root.pem"));
    let ca_key = operator.0.read("ca.key");
    let import = |chain: &str| Authority::import(chain, &ca_key, now());
    // In the wrong order the first certificate is not the key's.
    let message = import(&format!("{root}{ca}")).unwrap_err().to_string();
    assert_eq!(message, "the CA certificate: the private key does not belong to the certificate");
    let other = operator.ca("root", "-subj /CN=Other");
    assert_eq!(chain_error(import(&format!("{ca}{other}"))), (1, ChainError::NotIssuedByNext));
    assert_eq!(chain_error(import(&format!("{good}{root}"))), (2, ChainError::AfterRoot));
    assert!(matches!(import(&good.repeat(5)), Err(ImportError::ChainTooLong)));
    let key_error = Authority::import(&good, "", now()).unwrap_err().to_string();
    assert!(key_error.starts_with("the key: there is no PEM block PRIVATE KEY"), "{key_error}");
    // Another root of the same name.
    operator.key("root.key", "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384");
    operator.root("root", "");
    let stranger = operator.0.read("root.pem");
    let error = import(&format!("{ca}{stranger}")).unwrap_err();
    assert!(error.to_string().starts_with("certificate 1 of the chain (DC=com, DC=example,"), "{error}");
    assert_eq!(chain_error(Err(error)), (1, ChainError::BadSignature));
    // Roots that break what stands below them.
    for (section, error) in [
        ("pathlen", ChainError::PathLength),
        ("not-ca", ChainError::NotCa),
        ("no-sign", ChainError::NotCa),
        ("constrained", ChainError::NameConstraints),
        ("client-only", ChainError::ExtendedKeyUsage),
    ] {
        operator.root(section, "");
        assert_eq!(chain_error(operator.import(&operator.ca("ca", ""))), (2, error), "{section}");
    }
    operator.key("root.key", "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024");
    operator.root("root", "");
    let weak = ChainError::Key(KeyPolicyError::RsaSize { bits: 1024 });
    assert_eq!(chain_error(operator.import(&operator.ca("ca", ""))), (2, weak));
}
