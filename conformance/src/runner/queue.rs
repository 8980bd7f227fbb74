//! The cases that wait for their turn.

use std::collections::VecDeque;

use crate::case::{Case, Plane};

/// Cases with their places in the outcome.
pub(super) struct Queue {
    free: VecDeque<(usize, Case)>,
    exclusive: VecDeque<(usize, Case)>,
    /// Whether one of the exclusive ones is running.
    taken: bool,
}

/// Whether no other such case may run at the same time: there is one configuration and one lock on it.
pub(super) fn is_exclusive(case: &Case) -> bool {
    case.info.plane == Plane::Configuration
}

impl Queue {
    pub(super) fn new(cases: Vec<Case>) -> Self {
        let (exclusive, free) = cases.into_iter().enumerate().partition(|(_, case)| is_exclusive(case));
        Self { free, exclusive, taken: false }
    }

    /// The next case to run. When there is none, those that run are the last.
    pub(super) fn take(&mut self) -> Option<(usize, Case)> {
        // The exclusive ones first: they are the longer queue, and nobody helps with it.
        if !self.taken
            && let Some(next) = self.exclusive.pop_front()
        {
            self.taken = true;
            return Some(next);
        }
        self.free.pop_front()
    }

    /// A case has ended.
    pub(super) fn done(&mut self, exclusive: bool) {
        if exclusive {
            self.taken = false;
        }
    }

    /// Nothing else is to run.
    pub(super) fn clear(&mut self) {
        self.free.clear();
        self.exclusive.clear();
    }
}
