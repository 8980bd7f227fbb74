//! The end of a run before its end: no case begins or goes on, and what was made is taken back within some seconds.

use std::time::Duration;

use tokio::{sync::watch, time::Instant};

/// Why cases are skipped then.
pub(crate) const STOPPED: &str = "the run was stopped";

/// Whether the run is to end, and since when.
#[derive(Debug, Clone)]
pub(crate) struct Halt(watch::Sender<Option<Instant>>);

impl Halt {
    /// The run may go on.
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Ends the run. Requests that are on their way are waited for; others are sent only to take something back.
    pub(crate) fn call(&self) {
        self.0.send_if_modified(|since| {
            let first = since.is_none();
            since.get_or_insert_with(Instant::now);
            first
        });
    }

    pub(crate) fn is_called(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Does what takes no longer than `time` after the run was told to end. Otherwise it is dropped.
    pub(crate) async fn within<T>(&self, time: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut since = self.0.subscribe();
        let over = async {
            let since = since.wait_for(Option::is_some).await.ok().and_then(|since| *since);
            match since {
                Some(since) => tokio::time::sleep_until(since + time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            done = work => Some(done),
            () = over => None,
        }
    }
}
