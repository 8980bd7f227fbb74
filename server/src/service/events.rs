//! What happens to credentials, told to those who listen: the outbox, read as it grows.
//!
//! A listener remembers the number of the last change and reads on from there, so nothing is kept for it in memory and
//! it may come back to any replica. One task a process watches how far the outbox has grown: a commit of this process
//! wakes it at once; those of others it finds by asking, which works on every database that replicates.

use std::{
    pin::pin,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use futures_util::{Stream, stream};
use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};
use vouchsafe_domain::{Scope, TenantId};
use vouchsafe_store::{OutboxRow, Store};

use super::{Ctx, Error, Service};
use crate::telemetry::Metrics;

/// How long a change that another replica made may go unnoticed.
const POLL: Duration = Duration::from_millis(250);
/// After how much silence a listener is told that the stream lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After how long a stream ends: whoever listens has to show again that they may.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Changes read at once.
const PAGE: u64 = 256;

/// Where the outbox is.
#[derive(Debug)]
pub(super) struct Events {
    /// The number of its latest change; nothing once the server stops.
    head: RwLock<Option<watch::Sender<i64>>>,
}

/// What a listener gets.
#[derive(Debug, Clone)]
pub enum Told {
    /// A change, with its number.
    Change(i64, OutboxRow),
    /// Where the listener is: whoever comes back goes on from there, however quiet it was.
    Position(i64),
}

impl Default for Events {
    fn default() -> Self {
        Self { head: RwLock::new(Some(watch::Sender::new(0))) }
    }
}

impl Events {
    fn sender(&self) -> Option<watch::Sender<i64>> {
        self.head.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notices changes until the end of time.
    pub(super) async fn watch(&self, store: &Store) {
        loop {
            // Either way the outbox is looked at.
            let _ = tokio::time::timeout(POLL, store.outbox_grown()).await;
            let Some(head) = self.sender().filter(|head| head.receiver_count() > 0) else { continue };
            match store.outbox_head().await {
                Ok(latest) => _ = head.send_if_modified(|known| std::mem::replace(known, latest) != latest),
                Err(error) => {
                    tracing::warn!(error = format!("{:#}", anyhow::Error::new(error)), "events are late");
                }
            }
        }
    }

    /// Ends all streams: listeners come back, to another replica or to this one when it is up again.
    pub(super) fn close(&self) {
        self.head.write().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// One listener.
struct Listener {
    store: Store,
    tenant: TenantId,
    head: watch::Receiver<i64>,
    /// The number of the last change that it was told, or knows not to be its own.
    after: i64,
    /// What is read and not told yet, the next one last.
    waiting: Vec<(i64, OutboxRow)>,
    /// Whether it was told where it is.
    greeted: bool,
    ends_at: Instant,
    _open: Open,
}

impl Service {
    /// The changes of the tenant's credentials from now on, or from the one numbered `after` on.
    ///
    /// # Errors
    /// [`Error::Gone`] if changes after that one are not kept; [`Error::Busy`], [`Error::Forbidden`].
    pub async fn events_list(
        &self,
        ctx: &Ctx,
        after: Option<i64>,
    ) -> Result<impl Stream<Item = Told> + Send + use<>, Error> {
        ctx.require(Scope::EventsRead)?;
        let head = self.events.sender().ok_or(Error::Busy)?;
        let (head_number, trimmed) = (self.store.outbox_head().await?, self.store.outbox_trimmed().await?);
        let latest = head_number.max(trimmed);
        // A number that is not there yet is from before the database was set back.
        if after.is_some_and(|after| after > latest || after < trimmed) {
            return Err(Error::Gone(
                "the events after that one are not kept: listen without Last-Event-ID, then read the lists anew",
            ));
        }
        let receiver = head.subscribe();
        head.send_if_modified(|known| std::mem::replace(known, latest.max(*known)) < latest);
        let listener = Listener {
            store: self.store.clone(),
            tenant: ctx.tenant.clone(),
            head: receiver,
            after: after.unwrap_or(latest),
            waiting: Vec::new(),
            greeted: false,
            ends_at: Instant::now() + LONGEST,
            _open: Open::new(&self.metrics),
        };
        Ok(stream::unfold(listener, async |mut listener| {
            let told = listener.next().await?;
            Some((told, listener))
        }))
    }
}

impl Listener {
    /// The next thing to tell; none at the end.
    async fn next(&mut self) -> Option<Told> {
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(Told::Position(self.after));
        }
        let heartbeat = (Instant::now() + HEARTBEAT).min(self.ends_at);
        loop {
            if let Some((number, row)) = self.waiting.pop() {
                self.after = number;
                return Some(Told::Change(number, row));
            }
            let latest = *self.head.borrow_and_update();
            if self.after < latest {
                self.read(latest).await.ok()?;
                continue;
            }
            let changed = pin!(self.head.changed());
            match timeout_at(heartbeat, changed).await {
                Ok(Ok(())) => {}
                // The server stops.
                Ok(Err(_)) => return None,
                Err(_) if Instant::now() >= self.ends_at => return None,
                Err(_) => return Some(Told::Position(self.after)),
            }
        }
    }

    async fn read(&mut self, latest: i64) -> Result<(), vouchsafe_store::Error> {
        let page = self.store.outbox_page_of(&self.tenant, self.after, latest, PAGE).await;
        self.waiting = page.inspect_err(|error| tracing::warn!(%error, "a stream of events breaks off"))?;
        self.waiting.reverse();
        if self.waiting.is_empty() {
            self.after = latest;
        }
        Ok(())
    }
}

/// Counts an open stream.
struct Open(Arc<Metrics>);

impl Open {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.event_streams.inc();
        Self(Arc::clone(metrics))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.event_streams.dec();
    }
}
