//! Private keys: what OpenSSL reads of ours, and what we read of OpenSSL's.
#![expect(clippy::unwrap_used, reason = "tests")]

use vouchsafe_domain::KeyType;
use vouchsafe_pki::{KeyAlgorithm, KeyPair, KeyPairError, KeyPolicyError, VerifiedPublicKey};

use crate::openssl::OpenSsl;
use crate::world::key;

#[test]
fn openssl_reads_our_keys_in_the_documented_form() {
    let openssl = OpenSsl::new();
    for (key_type, algorithm, private_key_type, label, size) in [
        (KeyType::Rsa2048, KeyAlgorithm::Rsa, "rsa", "RSA PRIVATE KEY", "2048 bit, 2 primes"),
        (KeyType::Rsa3072, KeyAlgorithm::Rsa, "rsa", "RSA PRIVATE KEY", "3072 bit, 2 primes"),
        (KeyType::Rsa4096, KeyAlgorithm::Rsa, "rsa", "RSA PRIVATE KEY", "4096 bit, 2 primes"),
        (KeyType::EcP256, KeyAlgorithm::EcP256, "ec", "PRIVATE KEY", "256 bit"),
        (KeyType::EcP384, KeyAlgorithm::EcP384, "ec", "PRIVATE KEY", "384 bit"),
        (KeyType::Ed25519, KeyAlgorithm::Ed25519, "ed25519", "PRIVATE KEY", "ED25519 Private-Key:"),
    ] {
        let ours = key(key_type);
        assert_eq!((ours.algorithm(), ours.algorithm().private_key_type()), (algorithm, private_key_type));
        assert_eq!(format!("{ours:?}"), format!("KeyPair({algorithm:?}, redacted)"));
        let pem = ours.private_key_pem();
        assert!(pem.expose().starts_with(&format!("-----BEGIN {label}-----\n")));
        assert!(pem.expose().ends_with(&format!("\n-----END {label}-----")));
        openssl.write("key.pem", pem.expose());
        let text = openssl.run("pkey -in key.pem -check -noout -text");
        assert!(text.contains("Key is valid") && text.contains(size), "{text}");
        // Back through both forms: the same key.
        let spki = VerifiedPublicKey::from(&ours).to_spki_der();
        for again in [KeyPair::from_pem(pem.expose()), KeyPair::from_pkcs8_der(&ours.to_pkcs8_der())] {
            let again = again.unwrap();
            assert_eq!(again.to_pkcs8_der(), ours.to_pkcs8_der());
            assert_eq!(VerifiedPublicKey::from(&again).to_spki_der(), spki);
        }
    }
}

#[test]
fn rsa_keys_are_pkcs1() {
    let openssl = OpenSsl::new();
    openssl.write("key.pem", key(KeyType::Rsa2048).private_key_pem().expose());
    assert_eq!(openssl.run("rsa -in key.pem -check -noout"), "RSA key ok\n");
    openssl.run("rsa -in key.pem -traditional -out again.pem");
    assert_eq!(openssl.read("again.pem"), openssl.read("key.pem"));
}

#[test]
fn we_read_what_openssl_makes() {
    let openssl = OpenSsl::new();
    for (line, algorithm) in [
        ("genrsa -traditional -out key.pem 2048", KeyAlgorithm::Rsa),
        ("genrsa -out key.pem 2560", KeyAlgorithm::Rsa),
        ("ecparam -name prime256v1 -genkey -out key.pem", KeyAlgorithm::EcP256),
        ("ecparam -name secp384r1 -genkey -noout -out key.pem", KeyAlgorithm::EcP384),
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem", KeyAlgorithm::EcP256),
        ("genpkey -algorithm ED25519 -out key.pem", KeyAlgorithm::Ed25519),
    ] {
        openssl.run(line);
        let ours = KeyPair::from_pem(&openssl.read("key.pem")).unwrap();
        assert_eq!(ours.algorithm(), algorithm, "{line}");
        openssl.write("ours.pem", ours.private_key_pem().expose());
        let public = (openssl.run("pkey -in key.pem -pubout"), openssl.run("pkey -in ours.pem -pubout"));
        assert_eq!(public.0, public.1, "{line}");
    }
}

#[test]
fn keys_we_refuse() {
    let openssl = OpenSsl::new();
    for (line, error) in [
        ("genrsa -traditional -out key.pem 1024", KeyPairError::Malformed),
        ("genpkey -algorithm RSA -pkeyopt rsa_keygen_pubexp:3 -out key.pem", {
            KeyPairError::Policy(KeyPolicyError::RsaExponent)
        }),
        ("ecparam -name secp521r1 -genkey -out key.pem", KeyPairError::Malformed),
        ("ecparam -name secp256k1 -genkey -out key.pem", KeyPairError::Malformed),
        ("genpkey -algorithm ED448 -out key.pem", KeyPairError::Malformed),
        ("genpkey -algorithm ED25519 -aes256 -pass pass:x -out key.pem", KeyPairError::Encrypted),
        ("genrsa -traditional -aes256 -passout pass:x -out key.pem 2048", KeyPairError::Encrypted),
        ("ecparam -name prime256v1 -out key.pem", KeyPairError::NotPem),
    ] {
        openssl.run(line);
        assert_eq!(KeyPair::from_pem(&openssl.read("key.pem")).err(), Some(error), "{line}");
    }
    for (text, error) in [
        ("", KeyPairError::NotPem),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", KeyPairError::Malformed),
        ("-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----", KeyPairError::NotPem),
        ("-----BEGIN PRIVATE KEY-----\nAAAA", KeyPairError::NotPem),
    ] {
        assert_eq!(KeyPair::from_pem(text).err(), Some(error), "{text}");
    }
    assert_eq!(KeyPair::from_pkcs8_der(&[]).err(), Some(KeyPairError::Malformed));
}
