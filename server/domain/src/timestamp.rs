//! A moment in UTC, exact to the microsecond on every database.

use std::time::Duration;

use time::OffsetDateTime;

/// Microseconds since 1970-01-01T00:00:00Z. Storing the number makes both databases agree to the last digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the Unix epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The moment `duration` later; stops at the end of time instead of wrapping.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The moment `duration` earlier; stops at the beginning of time instead of wrapping.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(moment: OffsetDateTime) -> Self {
        Self(i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000)).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(moment: Timestamp) -> Self {
        Self::from_unix_timestamp_nanos(i128::from(moment.0) * 1_000).unwrap_or(Self::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Timestamp;
    use time::OffsetDateTime;

    #[test]
    fn nanoseconds_are_cut_not_rounded() {
        let moment = OffsetDateTime::UNIX_EPOCH + time::Duration::nanoseconds(1_999);
        assert_eq!(Timestamp::from(moment), Timestamp::from_micros(1));
        assert_eq!(OffsetDateTime::from(Timestamp::from_micros(1)).microsecond(), 1);
    }

    #[test]
    fn arithmetic_stops_at_the_ends() {
        assert_eq!(
            Timestamp::from_micros(i64::MAX).saturating_add(Duration::from_secs(1)).as_micros(),
            i64::MAX
        );
        assert_eq!(Timestamp::from_micros(-1).as_secs(), -1);
        assert_eq!(Timestamp::from_micros(5).saturating_sub(Duration::from_micros(2)).as_micros(), 3);
    }
}
