//! Certificate revocation lists of trust stores, fetched from their CRL URLs and kept until they are due again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use vouchsafe_domain::{Timestamp, configuration::TrustStore};
use vouchsafe_pki::Crl;

use crate::outbound::{Client, Limits};

/// How long a list is used before it is fetched anew, whatever its own `nextUpdate` says.
const FRESH: i64 = 300_000_000;
/// What a list may take.
const LIMITS: Limits = Limits { bytes: 16 * 1024 * 1024, time: Duration::from_secs(10) };

/// The lists that are at hand.
pub(super) struct Crls {
    outbound: Arc<Client>,
    /// By URL, with the time of fetching.
    known: Mutex<HashMap<String, (Timestamp, Crl)>>,
}

impl Crls {
    pub(super) fn new(outbound: Arc<Client>) -> Self {
        Self { outbound, known: Mutex::default() }
    }

    /// The lists of a trust store. One that can't be had is missing, and verification then refuses whom it would have
    /// covered.
    pub(super) async fn lists(&self, store: &TrustStore, now: Timestamp) -> Vec<Crl> {
        let mut lists = Vec::new();
        for url in &store.crl_urls {
            match self.list(url.as_str(), now).await {
                Ok(list) => lists.push(list),
                Err(error) => tracing::warn!(url = url.as_str(), %error, "a CRL can't be fetched"),
            }
        }
        lists
    }

    async fn list(&self, url: &str, now: Timestamp) -> anyhow::Result<Crl> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(url).cloned();
        if let Some((fetched, list)) = known
            && fetched.as_micros() + FRESH > now.as_micros()
            && list.next_update() > now
        {
            return Ok(list);
        }
        let list = Crl::parse(&self.outbound.get(url, LIMITS).await?.into_body())?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (fetched, _)| fetched.as_micros() + FRESH > now.as_micros());
        known.insert(url.to_owned(), (now, list.clone()));
        Ok(list)
    }
}
