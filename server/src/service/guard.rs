//! Guessing made slow: failures are counted for each pair of credentials and device, in the database, so that replicas
//! agree. Who fails has to wait, longer each time; who presents the right password from another device does not.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use vouchsafe_domain::{Secret, Timestamp, configuration::Lockout};
use vouchsafe_store::VerificationFailures;

use crate::auth::hash_secret;

/// How many passwords of one pair may be hashed or wait for it.
const AT_ONCE: u32 = 2;
/// For how long a failure counts at least, in seconds: longer than it takes to try a few passwords by hand.
const MEMORY: u32 = 600;
/// How many pairs are counted; the oldest go first. An attacker who fills it has paid a hash for each.
pub(super) const PAIRS: u64 = 200_000;

/// A pair of credentials and device, as failures are counted for it. A username of any length is not a row of any length.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Pair(String);

impl Pair {
    /// The pair of whatever name was sent, known or not, and the device's address. Who has one IPv6 address has a whole
    /// /64 of them (RFC 6177).
    pub(super) fn new(username: &str, address: Option<IpAddr>) -> Self {
        let device = match address.map(|address| address.to_canonical()) {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                format!("{}/64", Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
            }
        };
        Self(format!("{} {device}", hash_secret(&Secret::new(username))))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The pairs whose passwords are being hashed now.
#[derive(Debug, Default)]
pub(super) struct Guard(Arc<Mutex<HashMap<Pair, u32>>>);

/// The right to hash one password of a pair.
#[derive(Debug)]
pub(super) struct Turn {
    guard: Arc<Mutex<HashMap<Pair, u32>>>,
    pair: Pair,
}

impl Guard {
    /// A turn, unless the pair has as many as it may.
    pub(super) fn turn(&self, pair: &Pair) -> Option<Turn> {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = pairs.entry(pair.clone()).or_default();
        if *turns >= AT_ONCE {
            return None;
        }
        *turns += 1;
        Some(Turn { guard: Arc::clone(&self.0), pair: pair.clone() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut pairs = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        match pairs.get_mut(&self.pair) {
            Some(turns) if *turns > 1 => *turns -= 1,
            _ => _ = pairs.remove(&self.pair),
        }
    }
}

/// For how many seconds a pair has to wait: from the first failure that is not free, one second, doubling with each up to
/// the tenant's limit.
pub(super) fn wait(failures: Option<VerificationFailures>, lockout: Lockout, now: Timestamp) -> Option<u32> {
    let known = failures.filter(|failures| failures.forget_at > now)?;
    let free = u32::from(lockout.failures);
    let over = known.failures.checked_sub(free).filter(|_| free > 0)?;
    let delay = i64::from(lockout.duration_seconds).min(1_i64 << over.min(31));
    let left = known.last_at.as_micros() + delay * 1_000_000 - now.as_micros();
    u32::try_from((left + 999_999) / 1_000_000).ok().filter(|_| left > 0)
}

/// When a failure of now is forgotten: later than the longest wait ends, which would else be the way to a new count.
pub(super) fn forget_at(lockout: Lockout, now: Timestamp) -> Timestamp {
    let seconds = lockout.duration_seconds.saturating_mul(2).max(MEMORY);
    Timestamp::from_micros(now.as_micros() + i64::from(seconds) * 1_000_000)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use vouchsafe_domain::{Timestamp, configuration::Lockout};
    use vouchsafe_store::VerificationFailures;

    use super::{Guard, Pair, forget_at, wait};

    const fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_micros(milliseconds * 1000)
    }

    fn failed(failures: u32) -> Option<VerificationFailures> {
        Some(VerificationFailures { failures, last_at: at(0), forget_at: at(600_000) })
    }

    #[test]
    fn waits_double_up_to_the_limit() {
        let lockout = Lockout { duration_seconds: 300, failures: 3 };
        let waits: Vec<_> = (0..16).map(|failures| wait(failed(failures), lockout, at(0))).collect();
        let expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300].map(Some);
        assert_eq!(waits, [&[None; 3][..], &expected].concat());
        assert_eq!(wait(failed(u32::MAX), lockout, at(0)), Some(300));
        let left = [0, 1, 999, 1000, 1001, 7999, 8000].map(|now| wait(failed(6), lockout, at(now)));
        assert_eq!(left, [Some(8), Some(8), Some(8), Some(7), Some(7), Some(1), None]);
    }

    #[test]
    fn nobody_waits_without_a_limit_or_for_what_is_forgotten() {
        let never = Lockout { duration_seconds: 300, failures: 0 };
        assert_eq!(wait(failed(1_000), never, at(0)), None);
        let lockout = Lockout { duration_seconds: 86_400, failures: 1 };
        assert_eq!(wait(None, lockout, at(0)), None);
        assert_eq!(wait(failed(99), lockout, at(599_999)), Some(85_801));
        assert_eq!(wait(failed(99), lockout, at(600_000)), None);
        assert_eq!(forget_at(lockout, at(0)), at(172_800_000));
        assert_eq!(forget_at(Lockout { duration_seconds: 1, failures: 1 }, at(0)), at(600_000));
    }

    #[test]
    fn two_turns_a_pair() {
        let guard = Guard::default();
        let address = |text: &str| Some(text.parse().unwrap());
        let pair = Pair::new("a", address("192.0.2.1"));
        let one = guard.turn(&pair).unwrap();
        let two = guard.turn(&pair).unwrap();
        assert!(guard.turn(&pair).is_none());
        for other in
            [Pair::new("a", address("192.0.2.2")), Pair::new("b", address("192.0.2.1")), Pair::new("a", None)]
        {
            assert!(guard.turn(&other).is_some());
        }
        drop(one);
        assert!(guard.turn(&pair).is_some());
        drop(two);
        assert!(guard.0.lock().unwrap().is_empty());
    }

    #[test]
    fn addresses_of_one_device_are_one() {
        let pair = |text: &str| Pair::new("a", Some(text.parse().unwrap()));
        assert_eq!(pair("::ffff:192.0.2.1"), pair("192.0.2.1"));
        assert_eq!(pair("2001:db8::1"), pair("2001:db8::ffff:1"));
        assert_ne!(pair("2001:db8::1"), pair("2001:db8:0:1::1"));
    }
}
