//! Verified tokens are remembered: a signature is checked once, not at every call.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::digest;
use vouchsafe_domain::Timestamp;

/// How many tokens are remembered.
const REMEMBERED: usize = 16_384;

/// What tokens say, by their hash, each until a moment.
#[derive(Debug)]
pub(super) struct Verified<T>(Mutex<HashMap<TokenHash, (Timestamp, T)>>);

/// SHA-256 of a token: the memory holds nothing that could be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a token that was checked under a generation of the configuration.
    pub(super) fn new(token: &str, generation: u64) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&generation.to_be_bytes());
        context.update(token.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Self(hash)
    }
}

impl<T> Default for Verified<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Verified<T> {
    /// What a token says, if it is remembered for now.
    pub(super) fn get(&self, token: TokenHash, now: Timestamp) -> Option<T> {
        let tokens = self.lock();
        let (until, said) = tokens.get(&token)?;
        (*until > now).then(|| said.clone())
    }

    /// Remembers what a token says until a moment.
    pub(super) fn insert(&self, token: TokenHash, said: T, until: Timestamp, now: Timestamp) {
        let mut tokens = self.lock();
        if tokens.len() >= REMEMBERED && !tokens.contains_key(&token) {
            tokens.retain(|_, (until, _)| *until > now);
            if tokens.len() >= REMEMBERED {
                tokens.clear();
            }
        }
        if until > now {
            tokens.insert(token, (until, said));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TokenHash, (Timestamp, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use vouchsafe_domain::Timestamp;

    use super::{REMEMBERED, TokenHash, Verified};

    const fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn remembered_until_a_moment_and_under_one_generation() {
        let verified = Verified::default();
        verified.insert(TokenHash::new("t", 1), 'a', at(10), at(0));
        assert_eq!(verified.get(TokenHash::new("t", 1), at(9)), Some('a'));
        assert_eq!(verified.get(TokenHash::new("t", 1), at(10)), None);
        assert_eq!(verified.get(TokenHash::new("t", 2), at(9)), None);
        assert_eq!(verified.get(TokenHash::new("u", 1), at(9)), None);
    }

    #[test]
    fn the_memory_is_bounded() {
        let verified = Verified::default();
        let generations = 0_u64..20_000;
        for generation in generations {
            verified.insert(TokenHash::new("t", generation), (), at(10), at(0));
            assert!(verified.lock().len() <= REMEMBERED);
        }
        assert_eq!(verified.get(TokenHash::new("t", 19_999), at(0)), Some(()));
    }
}
