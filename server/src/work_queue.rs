//! A bounded queue for work that keeps a core busy: at most one piece a core, a few waiting, the rest refused.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// As many pieces of work wait as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much is waiting")]
pub(crate) struct Full;

/// A queue in front of the cores.
#[derive(Debug, Clone)]
pub(crate) struct WorkQueue {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// How many of the places are for waiting.
    waiting: usize,
}

impl WorkQueue {
    /// A queue with that many places to wait.
    #[must_use]
    pub(crate) fn new(waiting: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (running, places) = (Semaphore::new(cores), Semaphore::new(cores + waiting));
        Self { running: Arc::new(running), places: Arc::new(places), waiting }
    }

    /// Whether more is to be done than the cores are at.
    #[must_use]
    pub(crate) fn has_waiting(&self) -> bool {
        self.places.available_permits() < self.waiting
    }

    /// Runs the work on a thread of its own.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Full> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Full)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Full)?;
        let work = move || {
            // Held by the thread, not the future: a caller that goes away must not let more work onto its core.
            let _held = (place, running);
            work()
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => Ok(done),
            // The request that asked for it fails as if it had done the work itself.
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is shutting down.
            Err(_) => Err(Full),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Full, WorkQueue};

    #[tokio::test]
    async fn a_full_queue_refuses_and_recovers() {
        let queue = WorkQueue::new(0);
        let all = u32::try_from(queue.places.available_permits()).unwrap();
        let taken = queue.places.acquire_many(all).await.unwrap();
        assert_eq!(queue.run(|| 1).await, Err(Full));
        drop(taken);
        assert_eq!(queue.run(|| 1).await, Ok(1));
    }

    #[tokio::test]
    async fn those_wait_for_whom_there_is_no_core() {
        let queue = WorkQueue::new(4);
        let cores = u32::try_from(queue.running.available_permits()).unwrap();
        let _running = queue.places.acquire_many(cores).await.unwrap();
        assert!(!queue.has_waiting());
        let _waiting = queue.places.acquire().await.unwrap();
        assert!(queue.has_waiting());
    }
}
