//! What happens on a connection, and until when the next thing must have happened.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, ready},
};

use http::Version;
use tokio::time::{Instant, Sleep};

use super::Limits;

/// A connection's record of itself.
#[derive(Debug)]
pub(super) struct Activity {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests whose answer has not been handed over whole.
    open: usize,
    /// HTTP/2 has frames between requests; in HTTP/1 what arrives then is the next request's head.
    http2: bool,
    /// When the head began that has not arrived whole.
    head: Option<Instant>,
    /// The last time that something arrived.
    read: Instant,
    /// The last time that something left, or that an answer was complete.
    wrote: Instant,
    /// Since when the connection is to end.
    ending: Option<Instant>,
}

/// A request that is open as long as this lives.
#[derive(Debug)]
pub(super) struct OpenRequest(Arc<Activity>);

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        state.wrote = Instant::now();
    }
}

impl Activity {
    pub(super) fn new(limits: Limits) -> Self {
        let now = Instant::now();
        let state = State { open: 0, http2: false, head: None, read: now, wrote: now, ending: None };
        Self { limits, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something has arrived.
    pub(super) fn read(&self) {
        let now = Instant::now();
        let mut state = self.state();
        state.read = now;
        if state.open == 0 && !state.http2 {
            state.head.get_or_insert(now);
        }
    }

    /// Something has left.
    pub(super) fn wrote(&self) {
        self.state().wrote = Instant::now();
    }

    /// A request's head has arrived.
    pub(super) fn open(self: &Arc<Self>, version: Version) -> OpenRequest {
        let mut state = self.state();
        state.open += 1;
        state.http2 = version == Version::HTTP_2;
        state.head = None;
        drop(state);
        OpenRequest(Arc::clone(self))
    }

    /// The connection is to end as soon as its requests have.
    pub(super) fn end(&self) {
        self.state().ending.get_or_insert_with(Instant::now);
    }

    pub(super) fn is_ending(&self) -> bool {
        self.state().ending.is_some()
    }

    /// Until when something must have happened.
    pub(super) fn deadline(&self) -> Instant {
        let state = self.state();
        let limits = &self.limits;
        let silence = if state.open > 0 { limits.stalled } else { limits.idle };
        let mut deadline = state.read.max(state.wrote) + silence;
        if let Some(begun) = state.head {
            deadline = deadline.min(begun + limits.head);
        }
        if let Some(ending) = state.ending {
            deadline = deadline.min(ending + limits.grace);
            if state.open == 0 {
                // The last answer may still be on its way out.
                deadline = deadline.min(ending.max(state.wrote) + limits.parting);
            }
        }
        deadline
    }

    /// Resolves when the deadline has passed. To be polled after all that may have moved it; `timer` is the
    /// connection's, and need not be set anew when the deadline moves on, which it does with every byte.
    pub(super) fn expired(&self, mut timer: Pin<&mut Sleep>) -> impl Future<Output = ()> {
        poll_fn(move |context| {
            let deadline = self.deadline();
            if deadline < timer.deadline() {
                timer.as_mut().reset(deadline);
            }
            loop {
                ready!(timer.as_mut().poll(context));
                if timer.deadline() >= deadline {
                    return Poll::Ready(());
                }
                timer.as_mut().reset(deadline);
            }
        })
    }
}
