//! Work that no request asks for: writing what waits, making revocation lists, fetching others', removing what is old.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};
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
        tokio::join!(
            self.events.watch(&self.store),
            every(FLUSH, async || self.flush().await),
            every(revocation_lists::EVERY, async || self.make_revocation_lists(clock::now()).await),
            every(CRLS, async || self.crls.refresh(&self.store, clock::now()).await),
            every(SWEEP, async || self.sweep(clock::now()).await),
        );
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

async fn every(time: Duration, work: impl AsyncFn()) {
    let mut every = interval_at(Instant::now() + time, time);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        work().await;
    }
}
