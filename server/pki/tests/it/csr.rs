//! Requests made by OpenSSL: which are taken, which are refused, and that nothing but the key is taken.
#![expect(clippy::unwrap_used, reason = "tests")]

use vouchsafe_domain::KeyType;
use vouchsafe_pki::{CsrError, KeyAlgorithm, KeyPolicyError, VerifiedPublicKey};

use crate::openssl::OpenSsl;
use crate::world::{issue, platform, tenant};

/// A request for everything a client must not get.
const GREEDY: &str = "[req]
distinguished_name = name
req_extensions = wishes
prompt = no
[name]
CN = root
O = Somebody Else
[wishes]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectAltName = DNS:bank.example,IP:127.0.0.1
";

fn request(openssl: &OpenSsl, key: &str, options: &str) -> String {
    openssl.write("req.cnf", GREEDY);
    openssl.run(&format!("{key} -out key.pem"));
    openssl.run(&format!("req -new -key key.pem -config req.cnf -out csr.pem {options}"));
    openssl.read("csr.pem")
}

#[test]
fn good_requests() {
    let openssl = OpenSsl::new();
    for (key, options, algorithm) in [
        ("genrsa", "-sha256", KeyAlgorithm::Rsa),
        ("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072", "-sha512", KeyAlgorithm::Rsa),
        ("genrsa", "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest", KeyAlgorithm::Rsa),
        ("ecparam -name prime256v1 -genkey -noout", "-sha256", KeyAlgorithm::EcP256),
        ("ecparam -name secp384r1 -genkey -noout", "-sha384", KeyAlgorithm::EcP384),
        ("genpkey -algorithm ED25519", "", KeyAlgorithm::Ed25519),
        ("genrsa", "-text", KeyAlgorithm::Rsa),
        ("genrsa", "-newhdr", KeyAlgorithm::Rsa),
    ] {
        let csr = request(&openssl, key, options);
        let public_key = VerifiedPublicKey::from_csr_pem(&csr).unwrap();
        assert_eq!(public_key.key_algorithm(), algorithm, "{key} {options}");
        openssl.run("req -in csr.pem -noout -pubkey -out pub.pem");
        openssl.run("pkey -pubin -in pub.pem -outform DER -out pub.der");
        let crlf = csr.replace('\n', "\r\n");
        assert_eq!(VerifiedPublicKey::from_csr_pem(&crlf), Ok(public_key));
    }
}

#[test]
fn nothing_but_the_key_is_taken() {
    let openssl = OpenSsl::new();
    let csr = request(&openssl, "ecparam -name prime256v1 -genkey -noout", "");
    let platform = platform(KeyType::EcP256);
    let tenant = tenant(&platform, KeyType::EcP256);
    let leaf = issue(&tenant, "mydevice", &VerifiedPublicKey::from_csr_pem(&csr).unwrap());
    openssl.write("leaf.pem", &leaf.certificate_pem);
    openssl.write("platform.pem", platform.certificate_pem());
    openssl.write("tenant.pem", tenant.certificate_pem());
    assert_eq!(
        openssl.run("x509 -in leaf.pem -pubkey -noout"),
        openssl.run("pkey -in key.pem -pubout"),
        "the requested key is certified"
    );
    let text = openssl.run("x509 -in leaf.pem -noout -text -certopt no_pubkey,no_sigdump");
    for wish in ["CA:TRUE", "Certificate Sign", "bank.example", "127.0.0.1", "Somebody Else", "root"] {
        assert!(!text.contains(wish), "{text}");
    }
    openssl.run("verify -x509_strict -CAfile platform.pem -untrusted tenant.pem leaf.pem");
    // And what is signed with that key is no certificate of ours.
    openssl.run("req -x509 -key key.pem -config req.cnf -subj /CN=mallory -CA leaf.pem -CAkey key.pem -out mallory.pem");
    openssl.run("x509 -in leaf.pem -out untrusted.pem");
    openssl.write("untrusted.pem", &[tenant.certificate_pem(), &leaf.certificate_pem].join("\n"));
    let forged = openssl.try_run("verify -CAfile platform.pem -untrusted untrusted.pem mallory.pem");
    assert!(forged.unwrap_err().contains("invalid CA certificate"));
}

#[test]
fn refused_requests() {
    let openssl = OpenSsl::new();
    openssl.run("dsaparam -out dsa.pem 1024");
    for (key, options, error) in [
        ("genrsa -traditional", "-sha1", CsrError::UnsupportedSignature),
        ("ecparam -name prime256v1 -genkey -noout", "-sha1", CsrError::UnsupportedSignature),
        ("ecparam -name prime256v1 -genkey -noout", "-sha512", CsrError::UnsupportedSignature),
        ("ecparam -name secp521r1 -genkey -noout", "", CsrError::Key(KeyPolicyError::Unsupported)),
        ("ecparam -name secp256k1 -genkey -noout", "", CsrError::Key(KeyPolicyError::Unsupported)),
        ("ecparam -name prime256v1 -genkey -noout -param_enc explicit", "", {
            CsrError::Key(KeyPolicyError::Unsupported)
        }),
        ("genpkey -algorithm ED448", "", CsrError::Key(KeyPolicyError::Unsupported)),
        ("genpkey -paramfile dsa.pem", "", CsrError::Key(KeyPolicyError::Unsupported)),
        ("genpkey -algorithm RSA-PSS", "", CsrError::Key(KeyPolicyError::Unsupported)),
        ("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024", "", {
            CsrError::Key(KeyPolicyError::RsaSize { bits: 1024 })
        }),
        (
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_pubexp:3",
            "",
            CsrError::Key(KeyPolicyError::RsaExponent),
        ),
    ] {
        let csr = request(&openssl, key, options);
        assert_eq!(VerifiedPublicKey::from_csr_pem(&csr), Err(error), "{key} {options}");
    }
}

/// A compressed point is not what the certificate would carry, so it is refused rather than rewritten.
#[test]
fn compressed_points() {
    let openssl = OpenSsl::new();
    request(&openssl, "ecparam -name prime256v1 -genkey -noout", "");
    openssl.run("ec -in key.pem -conv_form compressed -out compressed.pem");
    openssl.run("req -new -key compressed.pem -config req.cnf -out csr.pem");
    let refused = Err(CsrError::Key(KeyPolicyError::Malformed));
    assert_eq!(VerifiedPublicKey::from_csr_pem(&openssl.read("csr.pem")), refused);
}

/// Every byte of what is signed counts, and of the signature. Of the little between them at most the key is taken.
#[test]
fn tampered_requests() {
    let openssl = OpenSsl::new();
    let csr = request(&openssl, "ecparam -name prime256v1 -genkey -noout", "");
    let good = VerifiedPublicKey::from_csr_pem(&csr).unwrap();
    let body: String = csr.lines().filter(|line| !line.starts_with('-')).collect();
    let der = data_encoding::BASE64.decode(body.as_bytes()).unwrap();
    let pem = |der: &[u8]| {
        let body = data_encoding::BASE64.encode(der);
        format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n")
    };
    assert_eq!(VerifiedPublicKey::from_csr_pem(&pem(&der)), Ok(good.clone()));
    let ecdsa_with_sha256 = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    let algorithm = der.windows(12).position(|bytes| bytes == ecdsa_with_sha256).unwrap();
    let mut bad_signatures = 0;
    for byte in 0..der.len() {
        let mut changed = der.clone();
        changed[byte] ^= 1;
        let result = VerifiedPublicKey::from_csr_pem(&pem(&changed));
        if (algorithm..algorithm + 12).contains(&byte) {
            assert!(result.is_err() || result == Ok(good.clone()), "byte {byte}");
        } else {
            assert!(result.is_err(), "byte {byte}");
        }
        bad_signatures += usize::from(result == Err(CsrError::BadSignature));
    }
    assert!(bad_signatures > 200, "{bad_signatures}");
    for length in 0..der.len() {
        assert!(VerifiedPublicKey::from_csr_pem(&pem(&der[..length])).is_err());
    }
    assert_eq!(VerifiedPublicKey::from_csr_pem(&pem(&[&der[..], &[0]].concat())), Err(CsrError::Malformed));
}

#[test]
fn not_one_request() {
    let openssl = OpenSsl::new();
    let csr = request(&openssl, "ecparam -name prime256v1 -genkey -noout", "");
    let key = openssl.read("key.pem");
    let certificate = include_str!("../fixtures/documented-leaf.pem");
    let block = |body: &str| {
        format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----")
    };
    for (text, error) in [
        (String::new(), CsrError::NotPem),
        ("hello".to_owned(), CsrError::NotPem),
        (format!("{csr}{csr}"), CsrError::NotPem),
        (format!("{key}{csr}"), CsrError::NotPem),
        (certificate.to_owned(), CsrError::NotPem),
        (csr.replace("-----END CERTIFICATE REQUEST-----", ""), CsrError::NotPem),
        (block("*"), CsrError::NotPem),
        (block(""), CsrError::Malformed),
        (block("AAAA"), CsrError::Malformed),
        (format!("{}{csr}", " ".repeat(16 * 1024)), CsrError::TooLong),
        (format!("{}\u{e4}\0{csr}", "x".repeat(10)), CsrError::NotPem),
    ] {
        assert_eq!(VerifiedPublicKey::from_csr_pem(&text), Err(error), "{text}");
    }
}
