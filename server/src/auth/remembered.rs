//! Passwords that were verified are remembered, so that a fleet that reconnects doesn't cost a slow hash a device.
//!
//! What is kept is an HMAC under a key that dies with the process, over the credentials' id, their stored hash and the
//! password: nothing that could be sent, and nothing to invalidate, because a reset changes the stored hash, and state and
//! hash are read from the database at every verification.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::{digest, hmac, rand};

use super::NoRandomness;

/// 128 bits: enough that no two of all that are ever made are the same.
type Tag = [u8; 16];

/// The verified passwords of a process, at most so many; the ones not used for longest go first.
#[derive(Debug)]
pub struct Remembered {
    key: hmac::Key,
    /// How many a generation holds.
    generation: usize,
    tags: Mutex<Generations>,
}

/// When the young ones are too many they become the old ones, and the old ones are forgotten.
#[derive(Debug, Default)]
struct Generations {
    young: HashSet<Tag>,
    old: HashSet<Tag>,
}

/// A password of some credentials, as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace(Tag);

impl Remembered {
    /// A memory of at most `most` passwords.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn new(most: usize) -> Result<Self, NoRandomness> {
        let mut key = zeroize::Zeroizing::new([0; digest::SHA256_OUTPUT_LEN]);
        rand::fill(&mut *key).map_err(|_| NoRandomness)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*key);
        Ok(Self { key, generation: most.div_ceil(2), tags: Mutex::default() })
    }

    /// The trace of a password that is held against a stored hash.
    #[must_use]
    pub fn trace(&self, id: &str, stored_hash: &str, password: &str) -> Trace {
        let mut context = hmac::Context::with_key(&self.key);
        // Neither an id nor a PHC string has a NUL: no two triples are the same bytes.
        for part in [id, "\0", stored_hash, "\0", password] {
            context.update(part.as_bytes());
        }
        let whole = context.sign();
        let mut tag = Tag::default();
        tag.iter_mut().zip(whole.as_ref()).for_each(|(byte, signed)| *byte = *signed);
        Trace(tag)
    }

    /// Whether it was verified before.
    #[must_use]
    pub fn knows(&self, trace: Trace) -> bool {
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        if tags.young.contains(&trace.0) {
            return true;
        }
        let known = tags.old.contains(&trace.0);
        if known {
            tags.add(trace.0, self.generation);
        }
        known
    }

    /// Remembers that it was verified.
    pub fn learn(&self, trace: Trace) {
        self.tags.lock().unwrap_or_else(PoisonError::into_inner).add(trace.0, self.generation);
    }
}

impl Generations {
    fn add(&mut self, tag: Tag, most: usize) {
        if self.young.len() >= most {
            self.old = std::mem::take(&mut self.young);
        }
        if most > 0 {
            self.young.insert(tag);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Remembered;

    #[test]
    fn every_part_counts() {
        let memory = Remembered::new(8).unwrap();
        let trace = memory.trace("id", "$argon2id$a", "123");
        assert!(!memory.knows(trace));
        memory.learn(trace);
        assert!(memory.knows(memory.trace("id", "$argon2id$a", "123")));
        for (id, hash, password) in
            [("other", "$argon2id$a", "123"), ("id", "$argon2id$b", "123"), ("id", "$argon2id$a", "124")]
        {
            assert!(!memory.knows(memory.trace(id, hash, password)));
        }
        assert!(!memory.knows(memory.trace("i", "d\0$argon2id$a", "123")));
        assert_ne!(Remembered::new(8).unwrap().trace("id", "h", "p"), memory.trace("id", "h", "p"));
    }

    #[test]
    fn the_memory_is_bounded_and_keeps_what_is_used() {
        let memory = Remembered::new(100).unwrap();
        let trace = |n: usize| memory.trace("id", "hash", &n.to_string());
        for n in 0..10_000 {
            memory.learn(trace(n));
            assert!(memory.knows(trace(0)) && memory.knows(trace(n)));
            let tags = memory.tags.lock().unwrap();
            assert!(tags.young.len() + tags.old.len() <= 100);
        }
        assert!(!memory.knows(trace(1)));
        let none = Remembered::new(0).unwrap();
        none.learn(none.trace("id", "hash", "p"));
        assert!(!none.knows(none.trace("id", "hash", "p")));
    }
}
