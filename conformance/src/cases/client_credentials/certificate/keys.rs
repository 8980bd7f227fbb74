//! The key of a certificate, and the private key beside it.

use aws_lc_rs::{
    rsa,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
        KeyPair as _,
    },
};
use x509_parser::{
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION, OID_SIG_ED25519,
        Oid,
    },
    public_key::{PublicKey, RSAPublicKey},
};

use super::{
    extensions::key_usage,
    shown::{Found, Shown, Wrong, block, demand, same, text, wrong},
};

const AT: &str = "/certificate";

/// A kind of key that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum KeyType {
    Rsa(usize),
    P256,
    P384,
    Ed25519,
}

fn rsa_key<'a>(shown: &'a Shown<'_>) -> Result<RSAPublicKey<'a>, Wrong> {
    let info = shown.leaf.public_key();
    // The parameters are NULL (RFC 3279 section 2.3.1).
    let null = info.algorithm.parameters.as_ref().is_some_and(|parameters| parameters.as_null().is_ok());
    match info.parsed() {
        Ok(PublicKey::RSA(key)) if info.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION && null => Ok(key),
        _ => wrong(AT, "an RSA key (rsaEncryption)", info.algorithm.algorithm.to_id_string()),
    }
}

pub(super) fn is_rsa(shown: &Shown<'_>) -> Found {
    let told = text(shown.body, "/privateKeyType")?;
    demand(told == "rsa", "/privateKeyType", "rsa", told)?;
    rsa_key(shown).map(|_| ())
}

pub(super) fn is_rsa_2048(shown: &Shown<'_>) -> Found {
    is_rsa_of(shown, 2048)
}

fn is_rsa_of(shown: &Shown<'_>, bits: usize) -> Found {
    let key = rsa_key(shown)?;
    // A leading zero keeps the number positive.
    let modulus = key.modulus.strip_prefix(&[0]).unwrap_or(key.modulus);
    let zeros = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    let exponent = key.try_exponent().unwrap_or_default();
    let actual = format!("{} bits and {exponent}", modulus.len() * 8 - zeros);
    let expected = format!("{bits} bits and 65537");
    demand(actual == expected, AT, &format!("a modulus of {expected} as the exponent"), actual)
}

pub(super) fn rsa_private_key_fits(shown: &Shown<'_>) -> Found {
    let der = block(shown.body, "/privateKey", "RSA PRIVATE KEY")?;
    match rsa::KeyPair::from_der(&der) {
        Ok(pair) => fits(shown, pair.public_key().as_ref()),
        Err(_) => {
            wrong("/privateKey", "an RSAPrivateKey (PKCS#1)", "something else, or numbers that do not fit")
        }
    }
}

/// The public half of the private key is what the certificate has.
fn fits(shown: &Shown<'_>, public: &[u8]) -> Found {
    let mine = &shown.leaf.public_key().subject_public_key.data;
    demand(public == mine.as_ref(), "/privateKey", "the certificate's private key", "another key")
}

/// The key is of this kind, in the certificate, the answer and the private key.
pub(in super::super) fn is_of_type(shown: &Shown<'_>, key_type: KeyType) -> Found {
    let word = match key_type {
        KeyType::Rsa(_) => "rsa",
        KeyType::P256 | KeyType::P384 => "ec",
        KeyType::Ed25519 => "ed25519",
    };
    let told = text(shown.body, "/privateKeyType")?;
    demand(told == word, "/privateKeyType", word, told)?;
    match key_type {
        KeyType::Rsa(bits) => {
            is_rsa_of(shown, bits)?;
            return rsa_private_key_fits(shown);
        }
        KeyType::P256 => is_on(shown, &OID_EC_P256)?,
        KeyType::P384 => is_on(shown, &OID_NIST_EC_P384)?,
        KeyType::Ed25519 => is_algorithm(shown, &OID_SIG_ED25519)?,
    }
    let der = block(shown.body, "/privateKey", "PRIVATE KEY")?;
    let public = match key_type {
        KeyType::P256 => ecdsa(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der)),
        KeyType::P384 => ecdsa(EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, &der)),
        _ => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            .ok()
            .map(|pair| pair.public_key().as_ref().to_vec()),
    };
    match public {
        Some(public) => fits(shown, &public),
        None => wrong("/privateKey", "a private key of this kind (PKCS#8)", "something else"),
    }
}

fn ecdsa(pair: Result<EcdsaKeyPair, aws_lc_rs::error::KeyRejected>) -> Option<Vec<u8>> {
    pair.ok().map(|pair| pair.public_key().as_ref().to_vec())
}

fn is_algorithm(shown: &Shown<'_>, oid: &Oid<'_>) -> Found {
    let algorithm = &shown.leaf.public_key().algorithm.algorithm;
    demand(algorithm == oid, AT, &oid.to_id_string(), algorithm.to_id_string())
}

fn is_on(shown: &Shown<'_>, curve: &Oid<'_>) -> Found {
    is_algorithm(shown, &OID_KEY_TYPE_EC_PUBLIC_KEY)?;
    let parameters = shown.leaf.public_key().algorithm.parameters.as_ref();
    let actual = parameters.and_then(|parameters| parameters.as_oid().ok()).map(|oid| oid.to_id_string());
    let expected = curve.to_id_string();
    demand(actual.as_ref() == Some(&expected), AT, &expected, actual.unwrap_or("no curve".to_owned()))
}

/// Keys that do not encipher have no keyEncipherment (RFC 8813 section 3, RFC 8410 section 5).
pub(in super::super) fn enciphers_no_keys(shown: &Shown<'_>) -> Found {
    let (usage, _) = key_usage(&shown.leaf, AT)?;
    let good = usage.digital_signature() && !usage.key_encipherment() && !usage.data_encipherment();
    demand(good, AT, "digitalSignature without keyEncipherment", usage.to_string())
}

/// The certificate has this key, and the answer has no private one.
pub(in super::super) fn is_of_request(shown: &Shown<'_>, info: &[u8]) -> Found {
    same(AT, info, shown.leaf.public_key().raw)?;
    for name in ["privateKey", "privateKeyType"] {
        let there = shown.body.get(name).is_some();
        demand(!there, &format!("/{name}"), "nothing: the key never left the client", "a value")?;
    }
    Ok(())
}
