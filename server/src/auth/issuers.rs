//! Access tokens of other issuers: which count, and for whom.

mod cache;
mod claims;
mod discovery;
mod keys;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jsonwebtoken::{Header, Validation};
use serde::Deserialize;
use vouchsafe_domain::{TenantId, Timestamp};

use super::{
    Principal, TokenError,
    verified::{TokenHash, Verified},
};
use crate::outbound::Client;
use cache::{KeyCache, Known};
use claims::ExternalClaims;

/// An issuer that a tenant trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerConfig {
    /// The tenant whose credentials its tokens are for.
    pub tenant: TenantId,
    /// The `iss` of its tokens, to the letter; a URL.
    pub issuer: String,
    /// What must be in the `aud` of its tokens.
    pub audience: String,
    /// How far its clock and ours may be apart.
    pub clock_leeway: Duration,
}

/// The issuers that all tenants trust, as one generation of the configuration has them.
#[derive(Debug, Default)]
pub struct ConfiguredIssuers {
    generation: u64,
    by_issuer: HashMap<String, Vec<IssuerConfig>>,
}

impl ConfiguredIssuers {
    /// Issuers of a generation. What was verified under one generation is verified again under another.
    #[must_use]
    pub fn new(generation: u64, issuers: Vec<IssuerConfig>) -> Self {
        let mut by_issuer: HashMap<String, Vec<IssuerConfig>> = HashMap::new();
        for config in issuers {
            by_issuer.entry(config.issuer.clone()).or_default().push(config);
        }
        Self { generation, by_issuer }
    }
}

/// Verifies tokens of other issuers.
#[derive(Debug)]
pub struct Issuers {
    client: Arc<Client>,
    caches: Mutex<HashMap<String, Arc<KeyCache>>>,
    verified: Verified<Principal>,
}

impl Issuers {
    /// Fetches keys with that client.
    #[must_use]
    pub fn new(client: Arc<Client>) -> Self {
        Self { client, caches: Mutex::default(), verified: Verified::default() }
    }

    /// Who a token stands for. Nothing if it names none of the issuers that are configured: then it is our own, or bad.
    ///
    /// # Errors
    /// All of [`TokenError`] but `Unsigned`; `Unreachable` is for the moment and not the token's fault.
    pub async fn verify(
        &self,
        token: &str,
        configured: &ConfiguredIssuers,
        now: Timestamp,
    ) -> Result<Option<Principal>, TokenError> {
        if configured.by_issuer.is_empty() {
            return Ok(None);
        }
        let hash = TokenHash::new(token, configured.generation);
        if let Some(principal) = self.verified.get(hash, now) {
            return Ok(Some(principal));
        }
        let Some((issuer, configs)) = named_issuer(token, configured) else { return Ok(None) };
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        // RFC 7515 section 4.1.11: an extension that must be understood; we understand none.
        if header.crit.is_some() || header.alg.family() == jsonwebtoken::AlgorithmFamily::Hmac {
            return Err(TokenError::Invalid);
        }
        let suits = |keys: &keys::KeySet| keys.find(header.kid.as_deref(), header.alg).is_some();
        let known = self.cache(issuer, configured).keys(&self.client, issuer, suits, now).await;
        let known = known.ok_or(TokenError::Unreachable)?;
        let claims = check_signature(token, &header, &known)?;
        let (principal, expiry) = check_claims(&claims, &header, issuer, configs, now)?;
        // Not longer than the keys are fresh: a withdrawn key is noticed although tokens are remembered.
        self.verified.insert(hash, principal.clone(), expiry.min(known.fresh_until), now);
        Ok(Some(principal))
    }

    fn cache(&self, issuer: &str, configured: &ConfiguredIssuers) -> Arc<KeyCache> {
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cache) = caches.get(issuer) {
            return Arc::clone(cache);
        }
        // Issuers that are no longer configured.
        if caches.len() >= configured.by_issuer.len() {
            caches.retain(|issuer, _| configured.by_issuer.contains_key(issuer));
        }
        Arc::clone(caches.entry(issuer.to_owned()).or_default())
    }
}

/// The issuer that a token says it is from, if it is configured. Nothing of it is verified yet.
fn named_issuer<'a>(token: &str, configured: &'a ConfiguredIssuers) -> Option<(&'a str, &'a [IssuerConfig])> {
    #[derive(Deserialize)]
    struct Named {
        iss: String,
    }
    let named: Named = jsonwebtoken::dangerous::insecure_decode_claims(token).ok()?;
    let (issuer, configs) = configured.by_issuer.get_key_value(&named.iss)?;
    Some((issuer, configs))
}

fn check_signature(token: &str, header: &Header, known: &Known) -> Result<ExternalClaims, TokenError> {
    let key = known.keys.find(header.kid.as_deref(), header.alg).ok_or(TokenError::Invalid)?;
    let mut validation = Validation::new(header.alg);
    // The claims are checked by us: the clock is ours to read, once for a request.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let token = jsonwebtoken::decode(token, key, &validation).map_err(|_| TokenError::Invalid)?;
    Ok(token.claims)
}

/// Who signed claims stand for, and until when.
fn check_claims(
    claims: &ExternalClaims,
    header: &Header,
    issuer: &str,
    configs: &[IssuerConfig],
    now: Timestamp,
) -> Result<(Principal, Timestamp), TokenError> {
    if claims.iss != issuer || !claims.is_access_token(header.typ.as_deref()) {
        return Err(TokenError::Invalid);
    }
    let mut meant = configs.iter().filter(|config| claims.aud.contains(&config.audience));
    let config = meant.next().ok_or(TokenError::Audience)?;
    // For two tenants: which one is meant nobody can tell.
    if meant.any(|other| other.tenant != config.tenant) {
        return Err(TokenError::Audience);
    }
    let expiry = claims.exp.0.saturating_add(config.clock_leeway);
    if expiry <= now {
        return Err(TokenError::Expired);
    }
    if claims.nbf.is_some_and(|nbf| nbf.0.saturating_sub(config.clock_leeway) > now) {
        return Err(TokenError::NotYet);
    }
    let actor = claims.actor().ok_or(TokenError::Invalid)?.to_owned();
    Ok((Principal { tenant: config.tenant.clone(), actor, scopes: claims.scopes() }, expiry))
}
