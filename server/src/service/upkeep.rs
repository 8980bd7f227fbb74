//! Work that no request asks for: writing what waits, making revocation lists, fetching others', removing what is old.

use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use vouchsafe_domain::Timestamp;
use vouchsafe_store::Job;

use super::{FLUSH, Service, guard, revocation_lists};
use crate::clock;

/// How often lists of others are looked after.
const CRLS: Duration = Duration::from_secs(30);
/// How often what is old is removed.
const SWEEP: Duration = Duration::from_secs(60);
/// For how long changes of credentials are kept for those who listen.
const OUTBOX: i64 = 7 * 86_400_000_000;
/// How many of them are removed at once: others write in between.
const TRIMMED: u64 = 1_000;
/// For how long a list of others that nobody fetches is kept.
const FETCHED: i64 = 30 * 86_400_000_000;

impl Service {
    /// Does all of it, until it is dropped.
    pub async fn keep_up(&self) {
        let events = self.events.watch(&self.store);
        tokio::join!(events, self.flushing(), self.listing(), self.fetching(), self.sweeping());
    }

    async fn flushing(&self) {
        let mut every = every(FLUSH);
        loop {
            every.tick().await;
            self.flush().await;
        }
    }

    async fn listing(&self) {
        let mut every = every(revocation_lists::EVERY);
        loop {
            every.tick().await;
            self.make_revocation_lists(clock::now()).await;
        }
    }

    async fn fetching(&self) {
        let mut every = every(CRLS);
        loop {
            every.tick().await;
            self.crls.refresh(&self.store, clock::now()).await;
        }
    }

    async fn sweeping(&self) {
        let mut every = every(SWEEP);
        loop {
            every.tick().await;
            self.sweep(clock::now()).await;
        }
    }

    async fn sweep(&self, now: Timestamp) {
        if let Err(error) = self.swept(now).await {
            tracing::warn!(
                error = format!("{:#}", anyhow::Error::new(error)),
                "what is old is not removed yet"
            );
        }
    }

    async fn swept(&self, now: Timestamp) -> Result<(), vouchsafe_store::Error> {
        let Some(_job) = self.store.exclusive(Job::Sweep).await? else { return Ok(()) };
        let ago = |micros: i64| Timestamp::from_micros(now.as_micros() - micros);
        self.store.verification_failures_sweep(now, guard::PAIRS).await?;
        self.store.fetched_crls_sweep(ago(FETCHED)).await?;
        while let Some(told) = self.store.outbox_before(ago(OUTBOX), TRIMMED).await? {
            self.store.outbox_trim(told).await?;
        }
        Ok(())
    }
}

/// Ticks from one such time from now on. Work that takes longer is not made up for.
fn every(time: Duration) -> Interval {
    let mut every = interval_at(Instant::now() + time, time);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    every
}
