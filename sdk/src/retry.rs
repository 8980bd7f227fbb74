//! When a request is sent again, and after how long.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::error::Error;

/// As long as a server may ask a stream to stay away.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// How often and after what time a failed request is sent again.
///
/// A request is only repeated where that can do no harm: when it reads or when repeating it changes nothing more, when
/// no connection came about, and when the server asks for it (429 or 503 with `Retry-After`).
///
/// The wait before the n-th repetition is a random time up to `base * 2^(n-1)` ("full jitter"), at most `max_backoff`.
/// Where the server sent `Retry-After`, that time is waited in addition. A server that asks for more than
/// `max_retry_after` is not waited for: the error is returned at once.
///
/// ```
/// use std::time::Duration;
/// use vouchsafe_sdk::RetryPolicy;
///
/// let patient = RetryPolicy::new().attempts(6).max_backoff(Duration::from_secs(20));
/// ```
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    attempts: u32,
    base: Duration,
    max_backoff: Duration,
    max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(200),
            max_backoff: Duration::from_secs(5),
            max_retry_after: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// At most 3 attempts, backoff from 200 ms to 5 s, `Retry-After` up to 30 s.
    ///
    /// ```
    /// # use vouchsafe_sdk::RetryPolicy;
    /// let policy = RetryPolicy::new();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every request is sent once.
    ///
    /// ```
    /// # use vouchsafe_sdk::RetryPolicy;
    /// let policy = RetryPolicy::never();
    /// ```
    #[must_use]
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// How often a request is sent at most, the first time included.
    ///
    /// ```
    /// # use vouchsafe_sdk::RetryPolicy;
    /// let policy = RetryPolicy::new().attempts(5);
    /// ```
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The longest wait before the first repetition; it doubles with each.
    ///
    /// ```
    /// # use vouchsafe_sdk::RetryPolicy;
    /// let policy = RetryPolicy::new().base(std::time::Duration::from_millis(50));
    /// ```
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The longest wait before any repetition that the server did not ask for.
    ///
    /// ```
    /// # use vouchsafe_sdk::RetryPolicy;
    /// let policy = RetryPolicy::new().max_backoff(std::time::Duration::from_secs(1));
    /// ```
    #[must_use]
    pub fn max_backoff(mut self, max_backoff: Duration) -> Self {
        self.max_backoff = max_backoff;
        self
    }

    /// The longest `Retry-After` that is waited for.
    ///
    /// ```
    /// # use vouchsafe_sdk::RetryPolicy;
    /// let policy = RetryPolicy::new().max_retry_after(std::time::Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn max_retry_after(mut self, max_retry_after: Duration) -> Self {
        self.max_retry_after = max_retry_after;
        self
    }

    /// How long to wait after the `sent`-th attempt failed, or `None` if that is to be the last. `repeatable` says
    /// whether the request does no harm when the server has already carried it out.
    pub(crate) fn wait(&self, sent: u32, repeatable: bool, error: &Error) -> Option<Duration> {
        if sent >= self.attempts || !may_repeat(repeatable, error) {
            return None;
        }
        let backoff = jitter(self.ceiling(sent), random());
        match error {
            Error::Api(refusal) => match refusal.retry_after {
                Some(asked) if asked > self.max_retry_after => None,
                Some(asked) => Some(asked + backoff),
                None => Some(backoff),
            },
            _ => Some(backoff),
        }
    }

    /// How long to wait before a stream is opened again, after `failures` connections in a row that brought nothing:
    /// forever is not given up, so attempts are not counted.
    pub(crate) fn pause(&self, failures: u32, error: Option<&Error>) -> Duration {
        let asked = match error {
            Some(Error::Api(refusal) | Error::Auth(refusal)) => refusal.retry_after.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        asked.min(LONGEST_PAUSE) + jitter(self.ceiling(failures), random())
    }

    fn ceiling(&self, sent: u32) -> Duration {
        let doubled = 1_u32.checked_shl(sent.saturating_sub(1)).unwrap_or(u32::MAX);
        self.base.saturating_mul(doubled).min(self.max_backoff)
    }
}

/// Statuses after which the same request may succeed.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

fn may_repeat(repeatable: bool, error: &Error) -> bool {
    match error {
        Error::Transport { connect, .. } => repeatable || *connect,
        Error::Api(refusal) => {
            let asked = matches!(refusal.status.as_u16(), 429 | 503) && refusal.retry_after.is_some();
            asked || (repeatable && is_transient(refusal.status))
        }
        _ => false,
    }
}

/// `Retry-After` as a time from now: seconds or an HTTP date (RFC 9110 10.2.3). A date in the past is zero.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    parse_retry_after(headers.get(header::RETRY_AFTER)?.to_str().ok()?, OffsetDateTime::now_utc())
}

fn parse_retry_after(text: &str, now: OffsetDateTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a very long time.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let date = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    Some((date - now).try_into().unwrap_or(Duration::ZERO))
}

/// A time from zero to `ceiling`, evenly chosen by `random`.
fn jitter(ceiling: Duration, random: u64) -> Duration {
    let ceiling = u64::try_from(ceiling.as_micros()).unwrap_or(u64::MAX);
    let scaled = (u128::from(ceiling) * u128::from(random)) >> u64::BITS;
    Duration::from_micros(u64::try_from(scaled).unwrap_or(ceiling))
}

/// Each `RandomState` is keyed anew, so the hash of nothing is good enough to spread waits.
fn random() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use time::macros::datetime;

    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let policy = RetryPolicy::new().base(MS(200)).max_backoff(MS(1000));
        let ceilings: Vec<Duration> = [1, 2, 3, 4, 33, u32::MAX].map(|sent| policy.ceiling(sent)).into();
        assert_eq!(ceilings, [MS(200), MS(400), MS(800), MS(1000), MS(1000), MS(1000)]);
    }

    #[test]
    fn jitter_covers_the_whole_range() {
        assert_eq!(jitter(MS(100), 0), Duration::ZERO);
        assert_eq!(jitter(MS(100), u64::MAX / 2 + 1), MS(50));
        assert_eq!(jitter(MS(100), u64::MAX), Duration::from_micros(99_999));
        assert_eq!(jitter(Duration::MAX, u64::MAX), Duration::from_micros(u64::MAX - 1));
        assert_ne!(random(), random());
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = datetime!(2026-03-01 12:00:00 UTC);
        let cases = [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("99999999999999999999999", Some(u64::from(u32::MAX))),
            ("Sun, 01 Mar 2026 12:00:30 GMT", Some(30)),
            ("Sun, 01 Mar 2026 11:00:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse_retry_after(text, now), seconds.map(Duration::from_secs), "{text:?}");
        }
    }

    fn refusal(status: u16, retry_after: Option<&str>) -> Error {
        let mut headers = HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
        }
        Error::api("op", StatusCode::from_u16(status).unwrap(), &headers, b"")
    }

    fn transport(connect: bool) -> Error {
        Error::Transport { operation: "op", timeout: false, connect, source: Arc::new(std::fmt::Error) }
    }

    #[test]
    fn only_what_does_no_harm_is_repeated() {
        // What failed; repeated when repeatable; repeated when not.
        let cases = [
            (refusal(503, Some("1")), true, true),
            (refusal(429, Some("1")), true, true),
            (refusal(503, None), true, false),
            (refusal(429, None), true, false),
            (refusal(500, Some("1")), true, false),
            (refusal(408, None), true, false),
            (refusal(501, None), false, false),
            (refusal(400, Some("1")), false, false),
            (refusal(404, None), false, false),
            (refusal(302, None), false, false),
            (transport(true), true, true),
            (transport(false), true, false),
            (Error::Config(String::new()), false, false),
        ];
        for (error, repeatable, otherwise) in cases {
            assert_eq!(may_repeat(true, &error), repeatable, "{error:?}");
            assert_eq!(may_repeat(false, &error), otherwise, "{error:?}");
        }
    }

    #[test]
    fn a_stream_waits_as_it_is_asked_to_and_never_gives_up() {
        let policy = RetryPolicy::never().base(MS(1)).max_backoff(MS(10)).max_retry_after(MS(0));
        assert!(policy.pause(u32::MAX, None) <= MS(10));
        for (asked, least) in [("2", MS(2000)), ("86400", LONGEST_PAUSE)] {
            let pause = policy.pause(1, Some(&refusal(503, Some(asked))));
            assert!((least..=least + MS(1)).contains(&pause), "{pause:?}");
        }
    }

    #[test]
    fn waits_end_with_the_attempts_and_with_too_long_a_wish() {
        let policy = RetryPolicy::new().attempts(3).base(MS(1)).max_retry_after(MS(2000));
        let asked = policy.wait(1, false, &refusal(503, Some("2"))).unwrap();
        assert!((MS(2000)..=MS(2001)).contains(&asked), "{asked:?}");
        assert_eq!(policy.wait(1, true, &refusal(503, Some("3"))), None);
        assert!(policy.wait(2, true, &refusal(503, None)).unwrap() <= MS(2));
        assert_eq!(policy.wait(3, true, &refusal(503, None)), None);
        assert_eq!(RetryPolicy::never().wait(1, true, &refusal(503, Some("0"))), None);
    }
}
