//! The one place that reads the time.

use vouchsafe_domain::Timestamp;

/// Now, to the microsecond.
#[must_use]
pub fn now() -> Timestamp {
    time::OffsetDateTime::now_utc().into()
}
