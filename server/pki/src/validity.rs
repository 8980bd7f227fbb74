//! From when to when a certificate is valid, in whole seconds as X.509 has it.

use std::time::Duration;

use time::OffsetDateTime;
use vouchsafe_domain::Timestamp;

/// How far before the moment of issuing a certificate begins, for verifiers whose clock is behind. As documented.
const BACKDATE: i64 = 30;

/// 9999-12-31T23:59:59Z, which stands for "no end" (RFC 5280 4.1.2.5) and is the last moment X.509 can write.
const END_OF_TIME: i64 = 253_402_300_799;

/// A validity period; both ends belong to it (RFC 5280 4.1.2.5). Seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
}

impl Validity {
    /// A certificate issued now that ends `lifetime` from now. A clock before 1970 counts as 1970.
    pub(crate) fn new(now: Timestamp, lifetime: Duration) -> Self {
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        let clip = |seconds: i64| seconds.clamp(0, END_OF_TIME);
        Self {
            not_before: clip(now.as_secs().saturating_sub(BACKDATE)),
            not_after: clip(now.as_secs().saturating_add(lifetime)),
        }
    }

    /// The part of this period that lies inside the other.
    pub(crate) fn within(self, other: Self) -> Self {
        Self {
            not_before: self.not_before.max(other.not_before),
            not_after: self.not_after.min(other.not_after),
        }
    }

    /// Whether the moment lies inside.
    pub(crate) fn contains(self, moment: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&moment.as_secs())
    }

    /// The first moment.
    pub(crate) fn starts_at(self) -> Timestamp {
        timestamp(self.not_before)
    }

    /// The last moment.
    pub(crate) fn ends_at(self) -> Timestamp {
        timestamp(self.not_after)
    }

    /// The first and the last moment as rcgen takes them. In range, because `new` clips.
    pub(crate) fn to_dates(self) -> (OffsetDateTime, OffsetDateTime) {
        (self.starts_at().into(), self.ends_at().into())
    }
}

/// The moment without its fraction of a second, inside what X.509 can write (as [`Validity::new`] clips it).
pub(crate) fn whole_second(moment: Timestamp) -> Timestamp {
    timestamp(moment.as_secs().clamp(0, END_OF_TIME))
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds.saturating_mul(1_000_000))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{END_OF_TIME, Validity};
    use vouchsafe_domain::Timestamp;

    #[test]
    fn whole_seconds_backdated_and_clipped() {
        let new =
            |micros, seconds| Validity::new(Timestamp::from_micros(micros), Duration::from_secs(seconds));
        for (validity, not_before, not_after) in [
            (new(1_000_999_999, 60), 970, 1060),
            (new(0, 1), 0, 1),
            (new(-1, 1), 0, 0),
            (new(i64::MIN, 1), 0, 0),
            (new(1_000_000_000, u64::MAX), 970, END_OF_TIME),
            (new(i64::MAX, 1), 9_223_372_036_824, 9_223_372_036_855),
        ] {
            let clipped =
                Validity { not_before: not_before.min(END_OF_TIME), not_after: not_after.min(END_OF_TIME) };
            assert_eq!(validity, clipped);
        }
        let end = new(0, u64::MAX).to_dates().1;
        assert_eq!(end.to_string(), "9999-12-31 23:59:59.0 +00:00:00");
    }
}
