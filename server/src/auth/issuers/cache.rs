//! The keys of one issuer, kept: fetched once for all who wait, and never all the time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use vouchsafe_domain::Timestamp;

use super::{discovery::discover, keys::KeySet};
use crate::outbound::Client;

/// The least time from one fetch to the next. Anybody can send tokens with key ids that nobody knows.
const BETWEEN_FETCHES: Duration = Duration::from_secs(10);

/// How long keys count past their freshness while their issuer can't be reached.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Keys, and until when they are.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) keys: Arc<KeySet>,
    /// Before this nobody asks whether they still are the issuer's.
    pub(super) fresh_until: Timestamp,
}

/// The keys of one issuer.
#[derive(Debug, Default)]
pub(super) struct KeyCache {
    known: Mutex<Option<Known>>,
    /// When the last fetch began; whoever holds it fetches.
    fetched: Arc<AsyncMutex<Option<Timestamp>>>,
}

impl KeyCache {
    /// The issuer's keys. They are fetched if none of those known suits, or if they are not fresh; stale ones count on
    /// while that fails. Nothing if there are none.
    pub(super) async fn keys(
        self: &Arc<Self>,
        client: &Arc<Client>,
        issuer: &str,
        suits: impl Fn(&KeySet) -> bool,
        now: Timestamp,
    ) -> Option<Known> {
        let known = self.known(now);
        let suitable = |known: &Option<Known>| known.as_ref().is_some_and(|known| suits(&known.keys));
        let good = |known: &Option<Known>| {
            suitable(known) && known.as_ref().is_some_and(|known| known.fresh_until > now)
        };
        if good(&known) {
            return known;
        }
        let turn = Arc::clone(&self.fetched);
        let mut turn = match suitable(&known) {
            // Somebody fetches already; meanwhile these do.
            true => match turn.try_lock_owned() {
                Ok(turn) => turn,
                Err(_) => return known,
            },
            false => turn.lock_owned().await,
        };
        // Who waited finds what was fetched meanwhile.
        let known = self.known(now);
        let too_soon = |at: Timestamp| {
            u128::from(at.as_micros().abs_diff(now.as_micros())) < BETWEEN_FETCHES.as_micros()
        };
        if good(&known) || turn.is_some_and(too_soon) {
            return known;
        }
        *turn = Some(now);
        self.fetch(client, issuer, turn, now).await;
        self.known(now)
    }

    /// In a task of its own: a caller who hangs up doesn't end it, or a flood of these would keep all from the keys.
    async fn fetch(
        self: &Arc<Self>,
        client: &Arc<Client>,
        issuer: &str,
        turn: OwnedMutexGuard<Option<Timestamp>>,
        now: Timestamp,
    ) {
        let (cache, client, issuer) = (Arc::clone(self), Arc::clone(client), issuer.to_owned());
        let task = tokio::spawn(async move {
            match discover(&client, &issuer).await {
                Ok((keys, fresh)) => {
                    let known = Known { keys: Arc::new(keys), fresh_until: now.saturating_add(fresh) };
                    *cache.lock() = Some(known);
                }
                Err(error) => tracing::warn!(%issuer, %error, "the keys of a token issuer can't be fetched"),
            }
            drop(turn);
        });
        // It neither panics nor is it aborted, but with the runtime.
        let _ = task.await;
    }

    /// What is known and not too old.
    fn known(&self, now: Timestamp) -> Option<Known> {
        self.lock().clone().filter(|known| known.fresh_until.saturating_add(STALE) > now)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
