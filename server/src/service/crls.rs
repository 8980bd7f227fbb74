//! Certificate revocation lists of trust stores: fetched from their CRL URLs by one replica, kept in the database for all,
//! and at hand in memory.
//!
//! A list is used until its `nextUpdate`. It is fetched anew long before, by [`Crls::refresh`], so that a verification waits
//! for a host only where there is no list at all.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::join_all;
use vouchsafe_domain::Timestamp;
use vouchsafe_pki::Crl;
use vouchsafe_store::{FetchedCrlRow, Store};

use crate::outbound::{Client, Limits};

/// After how long a list is fetched anew, whatever its own `nextUpdate` says.
const FRESH: i64 = 300_000_000;
/// For how long a list that can't be had is not asked for again.
const FAILED: i64 = 30_000_000;
/// After how long a list that nobody asks for is forgotten.
const UNUSED: i64 = 86_400_000_000;
/// What a list may take.
const LIMITS: Limits = Limits { bytes: 16 * 1024 * 1024, time: Duration::from_secs(10) };

/// The lists that are at hand.
#[derive(Debug)]
pub(super) struct Crls {
    outbound: Arc<Client>,
    by_url: Mutex<HashMap<String, Arc<Slot>>>,
}

/// One URL's list.
#[derive(Debug, Default)]
struct Slot {
    held: Mutex<Held>,
    /// One at a time fetches: who comes meanwhile finds the list at hand.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, Default)]
struct Held {
    list: Option<Crl>,
    fetched_at: Option<Timestamp>,
    /// Why the last try failed, and when.
    failed: Option<(Timestamp, String)>,
    used_at: Option<Timestamp>,
}

/// The lists of a trust store, as far as they can be had.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) known: Vec<Crl>,
    /// URLs without a list that is good now, and why.
    failed: Vec<(String, String)>,
}

impl Lists {
    /// Which URLs gave no list, for the end of a sentence; empty if all did.
    pub(super) fn missing(&self) -> String {
        let mut text = String::new();
        for (url, why) in &self.failed {
            // Writing to a text doesn't fail.
            let _ = write!(text, "; no list from {url}: {why}");
        }
        text
    }
}

impl Held {
    fn is_current(&self, now: Timestamp) -> bool {
        self.list.as_ref().is_some_and(|list| list.next_update() > now)
    }

    fn is_older(&self, age: i64, now: Timestamp) -> bool {
        self.fetched_at.is_none_or(|fetched| fetched.as_micros() + age <= now.as_micros())
    }

    fn failed_lately(&self, now: Timestamp) -> bool {
        self.failed.as_ref().is_some_and(|(at, _)| at.as_micros() + FAILED > now.as_micros())
    }
}

impl Slot {
    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Crls {
    pub(super) fn new(outbound: Arc<Client>) -> Self {
        Self { outbound, by_url: Mutex::default() }
    }

    /// The lists at some URLs. Where one can't be had it is missing, and verification then refuses whom it would have
    /// covered.
    pub(super) async fn lists(&self, store: &Store, urls: &[String], now: Timestamp) -> Lists {
        let all = join_all(urls.iter().map(|url| self.list(store, url, now))).await;
        let mut lists = Lists::default();
        for (url, held) in urls.iter().zip(all) {
            if !held.is_current(now) {
                let why = held.failed.map_or_else(|| "it is out of date".to_owned(), |(_, why)| why);
                lists.failed.push((url.clone(), why));
            }
            lists.known.extend(held.list);
        }
        lists
    }

    /// What there is at a URL: fetched now if there is nothing that is good now.
    async fn list(&self, store: &Store, url: &str, now: Timestamp) -> Held {
        let slot = self.slot(url);
        slot.held().used_at = Some(now);
        let is_enough = |held: &Held| held.is_current(now) || held.failed_lately(now);
        let held = slot.held().clone();
        if is_enough(&held) {
            return held;
        }
        let _turn = slot.turn.lock().await;
        if !is_enough(&slot.held()) {
            self.update(store, url, &slot, now).await;
        }
        slot.held().clone()
    }

    /// Fetches anew what is due among the lists that are in use, and forgets the others.
    pub(super) async fn refresh(&self, store: &Store, now: Timestamp) {
        let slots: Vec<(String, Arc<Slot>)> = {
            let mut by_url = self.by_url.lock().unwrap_or_else(PoisonError::into_inner);
            by_url.retain(|_, slot| {
                slot.held().used_at.is_none_or(|used| used.as_micros() + UNUSED > now.as_micros())
            });
            by_url.iter().map(|(url, slot)| (url.clone(), Arc::clone(slot))).collect()
        };
        let due = slots.into_iter().filter(|(_, slot)| {
            let held = slot.held();
            held.is_older(FRESH, now) && !held.failed_lately(now)
        });
        join_all(due.map(|(url, slot)| async move {
            let _turn = slot.turn.lock().await;
            self.update(store, &url, &slot, now).await;
        }))
        .await;
    }

    fn slot(&self, url: &str) -> Arc<Slot> {
        let mut by_url = self.by_url.lock().unwrap_or_else(PoisonError::into_inner);
        match by_url.get(url) {
            Some(slot) => Arc::clone(slot),
            None => Arc::clone(by_url.entry(url.to_owned()).or_default()),
        }
    }

    /// Takes what another replica has fetched lately, or fetches, for all.
    async fn update(&self, store: &Store, url: &str, slot: &Slot, now: Timestamp) {
        let shared = shared(store, url, now).await;
        let at_hand = slot.held().list.clone().filter(|list| list.next_update() > now);
        let newest = shared.as_ref().and_then(|shared| shared.list.clone());
        let known = match (at_hand, newest) {
            (Some(at_hand), Some(newest)) if newest.succeeds(&at_hand) => Some(newest),
            (at_hand, newest) => at_hand.or(newest),
        };
        let got = match &shared {
            Some(shared) if !shared.is_older(FRESH, now) && shared.list == known => Ok(shared.clone()),
            _ => self.fetch(store, url, known.as_ref(), now).await,
        };
        let mut held = slot.held();
        match got {
            Ok(got) => *held = Held { used_at: held.used_at, ..got },
            Err(why) => {
                tracing::warn!(url, why, "a CRL can't be fetched");
                // After a restart there is nothing at hand, though what was fetched before is good to its end.
                if let Some(shared) = shared.filter(|_| !held.is_current(now)) {
                    *held = Held { used_at: held.used_at, ..shared };
                }
                held.failed = Some((now, why));
            }
        }
    }

    /// A list that is good still gives way to a newer one of the same CA only: who can answer for the host must not bring
    /// back whom a newer list has revoked.
    async fn fetch(
        &self,
        store: &Store,
        url: &str,
        known: Option<&Crl>,
        now: Timestamp,
    ) -> Result<Held, String> {
        let fetched = self.outbound.get(url, LIMITS).await.map_err(|error| error.to_string())?;
        let list = read(fetched.into_body()).await?.from_source(url);
        if known.is_some_and(|known| !list.succeeds(known)) {
            return Err("it gives an older list than before, or another CA's".to_owned());
        }
        let row = FetchedCrlRow { url: url.to_owned(), der: list.der().to_vec(), fetched_at: now };
        if let Err(error) = store.fetched_crl_put(row).await {
            // Other replicas fetch it themselves.
            tracing::warn!(error = format!("{:#}", anyhow::Error::new(error)), "a CRL is not shared");
        }
        Ok(Held { list: Some(list), fetched_at: Some(now), ..Held::default() })
    }
}

/// Reads a list. One of many megabytes takes its time.
async fn read(bytes: Bytes) -> Result<Crl, String> {
    let parsed = tokio::task::spawn_blocking(move || Crl::parse(&bytes)).await;
    parsed.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

/// What another replica, or this process before a restart, has fetched, if that is good still.
async fn shared(store: &Store, url: &str, now: Timestamp) -> Option<Held> {
    let row = store.fetched_crl_get(url).await.ok()??;
    let list = read(row.der.into()).await.ok()?.from_source(url);
    let held = Held { fetched_at: Some(row.fetched_at), list: Some(list), ..Held::default() };
    held.is_current(now).then_some(held)
}

#[cfg(test)]
mod tests;
