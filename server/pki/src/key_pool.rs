//! Ready-made RSA-2048 keys, so that a burst of requests doesn't wait for key generation.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use vouchsafe_domain::KeyType;

use crate::KeyPair;

/// A few ready RSA-2048 keys, in memory only. Nothing is made before the first [`KeyPool::take`] or
/// [`KeyPool::warm`], and while the pool is full there is no thread. Dropping it ends the thread after the key it is at.
#[derive(Debug)]
pub struct KeyPool {
    state: Arc<Mutex<State>>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    ready: Vec<KeyPair>,
    filling: bool,
}

impl KeyPool {
    /// A pool of at most `capacity` keys; 0 switches it off.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { state: Arc::default(), capacity }
    }

    /// Takes a ready key and has the pool filled up in the background. `None` if none is ready: the caller then makes
    /// its own, which is no slower than waiting.
    #[must_use]
    pub fn take(&self) -> Option<KeyPair> {
        let key_pair = lock(&self.state).ready.pop();
        self.warm();
        key_pair
    }

    /// Starts filling in the background, unless that is going on or the pool is full.
    pub fn warm(&self) {
        let mut state = lock(&self.state);
        if state.filling || state.ready.len() >= self.capacity {
            return;
        }
        let (pool, capacity) = (Arc::downgrade(&self.state), self.capacity);
        let thread = thread::Builder::new().name("key-pool".to_owned()).spawn(move || fill(&pool, capacity));
        // Without a thread there are no ready keys, which is slower but not wrong.
        state.filling = thread.is_ok();
    }

    /// How many keys are ready.
    #[must_use]
    pub fn ready(&self) -> usize {
        lock(&self.state).ready.len()
    }
}

/// Makes keys until the pool is full or gone.
fn fill(pool: &Weak<Mutex<State>>, capacity: usize) {
    loop {
        let made = KeyPair::generate(KeyType::Rsa2048);
        let Some(pool) = pool.upgrade() else { return };
        let mut state = lock(&pool);
        let failed = made.is_err();
        state.ready.extend(made);
        if failed || state.ready.len() >= capacity {
            state.filling = false;
            return;
        }
    }
}

/// No code panics while it holds the lock, so a poisoned one is as good as any.
fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::{Duration, Instant};

    use super::KeyPool;
    use crate::KeyAlgorithm;

    fn wait_for(what: impl Fn() -> bool) {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < Duration::from_secs(60), "the pool does not do what it should");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn filling(pool: &KeyPool) -> bool {
        super::lock(&pool.state).filling
    }

    #[test]
    fn fills_once_asked_stops_when_full_and_refills() {
        let pool = KeyPool::new(2);
        assert!(pool.ready() == 0 && !filling(&pool), "nothing is made unasked");
        assert!(pool.take().is_none());
        wait_for(|| pool.ready() == 2 && !filling(&pool));
        pool.warm();
        assert!(!filling(&pool), "a full pool has no thread");
        let (first, second) = (pool.take().unwrap(), pool.take().unwrap());
        assert_eq!((first.algorithm(), second.algorithm()), (KeyAlgorithm::Rsa, KeyAlgorithm::Rsa));
        assert_ne!(first.to_pkcs8_der(), second.to_pkcs8_der());
        wait_for(|| pool.ready() == 2 && !filling(&pool));
    }

    #[test]
    fn off_means_off() {
        let pool = KeyPool::new(0);
        pool.warm();
        assert!(pool.take().is_none() && !filling(&pool));
    }

    #[test]
    fn a_pool_goes_while_it_fills() {
        let pool = KeyPool::new(1000);
        pool.warm();
        let state = std::sync::Arc::downgrade(&pool.state);
        drop(pool);
        wait_for(|| state.strong_count() == 0);
    }
}
