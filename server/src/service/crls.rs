//! Certificate revocation lists of trust stores, fetched from their CRL URLs and kept until they are due again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use vouchsafe_domain::{Timestamp, configuration::TrustStore};
use vouchsafe_pki::Crl;

use crate::outbound::{Client, Limits};

/// How long a list is used before it is fetched anew, whatever its own `nextUpdate` says.
const FRESH: i64 = 300_000_000;
/// What a list may take.
const LIMITS: Limits = Limits { bytes: 16 * 1024 * 1024, time: Duration::from_secs(10) };

/// For how long a list that can't be had is not asked for again.
const FAILED: i64 = 30_000_000;

/// The lists that are at hand.
pub(super) struct Crls {
    outbound: Arc<Client>,
    /// By URL, with the time of fetching; nothing where that failed.
    known: Mutex<HashMap<String, (Timestamp, Option<Crl>)>>,
    /// One at a time fetches: who comes meanwhile finds the lists at hand.
    fetching: tokio::sync::Mutex<()>,
}

impl Crls {
    pub(super) fn new(outbound: Arc<Client>) -> Self {
        Self { outbound, known: Mutex::default(), fetching: tokio::sync::Mutex::default() }
    }

    /// The lists of a trust store. One that can't be had is missing, and verification then refuses whom it would have
    /// covered.
    pub(super) async fn lists(&self, store: &TrustStore, now: Timestamp) -> Vec<Crl> {
        let _turn = self.fetching.lock().await;
        let lists = store.crl_urls.iter().map(|url| self.list(url.as_str(), now));
        join_all(lists).await.into_iter().flatten().collect()
    }

    async fn list(&self, url: &str, now: Timestamp) -> Option<Crl> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(url).cloned();
        if let Some((fetched, list)) = known
            && !due(fetched, list.as_ref(), now)
        {
            return list;
        }
        let list = match self.fetch(url).await {
            Ok(list) => Some(list),
            Err(error) => {
                tracing::warn!(url, error = format!("{error:#}"), "a CRL can't be fetched");
                None
            }
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (fetched, list)| !due(*fetched, list.as_ref(), now));
        known.insert(url.to_owned(), (now, list.clone()));
        list
    }

    async fn fetch(&self, url: &str) -> anyhow::Result<Crl> {
        Ok(Crl::parse(&self.outbound.get(url, LIMITS).await?.into_body())?)
    }
}

/// Whether a list is to be fetched anew. One past its end is, but no more often than one that failed.
fn due(fetched: Timestamp, list: Option<&Crl>, now: Timestamp) -> bool {
    let fresh = match list {
        Some(list) if list.next_update() > now => FRESH,
        _ => FAILED,
    };
    fetched.as_micros() + fresh <= now.as_micros()
}
