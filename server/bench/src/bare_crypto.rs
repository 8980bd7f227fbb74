//! The limits that the libraries set: keys, signatures and password hashes with nothing around them.

use std::hint::black_box;

use anyhow::anyhow;
use argon2::{Argon2, Params, PasswordHasher as _};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256,
        RsaKeyPair,
    },
};
use vouchsafe_domain::{CommonName, KeyType, TenantId, Ttl};
use vouchsafe_pki::{Authority, KeyPair, Lifetime, Profile, VerifiedPublicKey, random_serial_number};

use crate::{
    load::{Until, on_all_cores},
    sample::Sample,
    seed::now,
};

/// About as long as the part of a leaf that is signed.
const MESSAGE: [u8; 400] = [7; 400];

/// RSA-2048 keys.
pub(crate) fn rsa_keys(until: Until) -> anyhow::Result<Sample> {
    on_all_cores(until, || {
        black_box(KeyPair::generate(KeyType::Rsa2048)?);
        Ok(())
    })
}

/// P-256 keys, and a signature by another for each.
pub(crate) fn ec_keys_and_signatures(until: Until) -> anyhow::Result<Sample> {
    let (signer, random) =
        (unspecified(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING))?, SystemRandom::new());
    on_all_cores(until, || {
        black_box(KeyPair::generate(KeyType::EcP256)?);
        black_box(unspecified(signer.sign(&random, &MESSAGE))?);
        Ok(())
    })
}

/// P-256 keys, and a signature by RSA-2048 for each.
pub(crate) fn ec_keys_and_rsa_signatures(until: Until) -> anyhow::Result<Sample> {
    let (signer, random) =
        (unspecified(RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048))?, SystemRandom::new());
    on_all_cores(until, || {
        black_box(KeyPair::generate(KeyType::EcP256)?);
        let mut signature = [0; 256];
        unspecified(signer.sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature))?;
        black_box(signature);
        Ok(())
    })
}

/// ES256 signatures, as tokens have them.
pub(crate) fn es256(until: Until) -> anyhow::Result<Sample> {
    let (signer, random) =
        (unspecified(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING))?, SystemRandom::new());
    on_all_cores(until, || {
        black_box(unspecified(signer.sign(&random, &MESSAGE))?);
        Ok(())
    })
}

/// Argon2id with the server's default parameters.
pub(crate) fn argon2id(until: Until) -> anyhow::Result<Sample> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| anyhow!("{error}"))?;
    on_all_cores(until, || {
        let hash = Argon2::from(&params).hash_password(b"correct horse battery staple");
        black_box(hash.map_err(|error| anyhow!("{error}"))?);
        Ok(())
    })
}

/// Whole certificates for P-256 keys made here, signed by a P-256 CA: all of an issue but HTTP and database.
pub(crate) fn ec_certificates(until: Until) -> anyhow::Result<Sample> {
    let lifetime = Ttl::DEFAULT.duration() * 20;
    let key = || KeyPair::generate(KeyType::EcP256);
    let platform = Authority::create_platform(&CommonName::parse("platform")?, key()?, now(), lifetime)?;
    let authority = platform.create_tenant(&TenantId::parse("default")?, key()?, now(), lifetime)?;
    let common_name = CommonName::parse("sensor-000001")?;
    on_all_cores(until, || {
        let pair = key()?;
        let profile = Profile::new(common_name.clone(), Lifetime::AtMost(Ttl::DEFAULT), now(), &authority)?;
        let prepared =
            authority.prepare(profile, random_serial_number()?, &VerifiedPublicKey::from(&pair))?;
        black_box((authority.issue(prepared)?, pair.private_key_pem()));
        Ok(())
    })
}

fn unspecified<T, E>(result: Result<T, E>) -> anyhow::Result<T> {
    result.map_err(|_| anyhow!("the cryptographic library failed"))
}
