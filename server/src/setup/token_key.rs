//! The key that signs access tokens: made once, shared by all replicas.

use anyhow::Context;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use vouchsafe_domain::{KeyType, Timestamp};
use vouchsafe_pki::{KeyPair, MasterKey};
use vouchsafe_store::{SealedKey, TokenKeyRow, Tx};

use super::Ready;
use crate::{auth::TokenIssuer, config::Config};

/// Makes and stores a key.
pub(super) async fn insert(tx: &Tx, master_key: &MasterKey, now: Timestamp) -> anyhow::Result<()> {
    let pkcs8 = KeyPair::generate(KeyType::EcP256)?.to_pkcs8_der();
    let issuer = TokenIssuer::new(String::new(), 0, &pkcs8, &point(&pkcs8)?)?;
    let public_jwk = issuer.jwks()["keys"][0].clone();
    let id = public_jwk["kid"].as_str().context("a key without an id")?.to_owned();
    let sealed_key = SealedKey::new(master_key.seal(&pkcs8, id.as_bytes())?);
    Ok(tx
        .token_key_insert(TokenKeyRow { id, sealed_key, public_jwk: public_jwk.to_string(), created_at: now })
        .await?)
}

/// The issuer with the newest key.
///
/// # Errors
/// When there is none, or the master key doesn't open it.
pub async fn token_issuer(config: &Config, ready: &Ready, base_url: &str) -> anyhow::Result<TokenIssuer> {
    let keys = ready.store.token_keys_list().await?;
    let row = keys.last().context("the database has no key that signs access tokens")?;
    let pkcs8 = ready
        .master_key
        .open(row.sealed_key.as_bytes(), row.id.as_bytes())
        .context("opening the token key")?;
    Ok(TokenIssuer::new(base_url.to_owned(), config.auth.token_ttl_seconds, &pkcs8, &point(&pkcs8)?)?)
}

/// The public point, uncompressed.
fn point(pkcs8: &[u8]) -> anyhow::Result<Vec<u8>> {
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8);
    let key = key.map_err(|_| anyhow::anyhow!("the token key is no P-256 key"))?;
    Ok(key.public_key().as_ref().to_vec())
}
