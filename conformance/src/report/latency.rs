//! How long the target took to answer, operation by operation.

use std::{collections::HashMap, time::Duration};

use serde::Serialize;

use super::DOCUMENT;
use crate::outcome::Outcome;

/// How long an operation took.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Latency {
    /// Its identifier in the document.
    pub(super) operation: &'static str,
    /// How many requests were answered.
    pub(super) count: usize,
    pub(super) median_ms: f64,
    pub(super) p95_ms: f64,
    pub(super) max_ms: f64,
}

/// How long each request to an operation took, by the operation's identifier.
pub(super) type Times = HashMap<String, Vec<Duration>>;

pub(super) fn times(outcome: &Outcome) -> Times {
    let mut times = Times::new();
    for exchange in outcome.results.iter().flat_map(|result| result.exchanges.iter()) {
        times.entry(exchange.operation).or_default().push(exchange.duration);
    }
    times
}

/// All operations that were answered, in the document's order.
pub(super) fn of(mut times: Times) -> Vec<Latency> {
    let measured = DOCUMENT.operations().iter().filter_map(|operation| {
        let mut times = times.remove(operation.id)?;
        times.sort_unstable();
        Some(Latency {
            operation: operation.id,
            count: times.len(),
            median_ms: milliseconds(percentile(&times, 50)),
            p95_ms: milliseconds(percentile(&times, 95)),
            max_ms: milliseconds(percentile(&times, 100)),
        })
    });
    measured.collect()
}

/// The least of the sorted times that so many of a hundred don't exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

/// With two decimals.
pub(super) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times: Vec<Duration> = (1..=20).map(Duration::from_millis).collect();
        let at = |percent| milliseconds(percentile(&times, percent));
        assert_eq!([at(50), at(95), at(100)], [10.0, 19.0, 20.0]);
        assert_eq!(percentile(&times[..1], 95), Duration::from_millis(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
        assert_eq!(milliseconds(Duration::from_nanos(1_234_567)), 1.23);
    }
}
