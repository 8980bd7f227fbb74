//! What one turn of a measurement gives.

use std::time::Duration;

use serde::Serialize;

/// Calls a second, how long they took, and what they cost.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Sample {
    /// Calls a second, all connections or threads together.
    pub(crate) rate: f64,
    /// Median time of a call in milliseconds.
    pub(crate) p50_ms: f64,
    /// Time that 99 of 100 calls keep, in milliseconds.
    pub(crate) p99_ms: f64,
    /// Processor time of the measured process a call, in milliseconds.
    pub(crate) cpu_ms: Option<f64>,
}

/// The calls of one connection or thread.
pub(crate) struct Lane {
    /// The time of each call.
    pub(crate) calls: Vec<Duration>,
    /// From the common start to the end of the last call.
    pub(crate) elapsed: Duration,
}

impl Sample {
    /// Of lanes that each ended with its own last call after a common time: what is under way at the end counts
    /// neither as done nor as time.
    pub(crate) fn of_lanes(lanes: Vec<Lane>) -> Self {
        let rate = lanes.iter().map(|lane| rate(lane.calls.len(), lane.elapsed)).sum();
        Self::new(rate, lanes)
    }

    /// Of lanes that share a fixed number of calls: the last one to end ends the time.
    pub(crate) fn of_burst(lanes: Vec<Lane>) -> Self {
        let calls = lanes.iter().map(|lane| lane.calls.len()).sum();
        let elapsed = lanes.iter().map(|lane| lane.elapsed).max().unwrap_or_default();
        Self::new(rate(calls, elapsed), lanes)
    }

    fn new(rate: f64, lanes: Vec<Lane>) -> Self {
        let mut calls: Vec<Duration> = lanes.into_iter().flat_map(|lane| lane.calls).collect();
        calls.sort_unstable();
        let at = |percent: usize| {
            let index = (calls.len() * percent / 100).min(calls.len().saturating_sub(1));
            calls.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        Self { rate, p50_ms: at(50), p99_ms: at(99), cpu_ms: None }
    }

    /// Each figure's median over several turns.
    pub(crate) fn median(turns: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(turns.iter().map(figure).collect());
        let cpu: Vec<f64> = turns.iter().filter_map(|turn| turn.cpu_ms).collect();
        Self {
            rate: of(|turn| turn.rate),
            p50_ms: of(|turn| turn.p50_ms),
            p99_ms: of(|turn| turn.p99_ms),
            cpu_ms: (!cpu.is_empty()).then(|| median(cpu)),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are small")]
fn rate(calls: usize, elapsed: Duration) -> f64 {
    calls as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// The middle value; 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Lane, Sample, median};

    fn lane(milliseconds: &[u64]) -> Lane {
        let calls: Vec<_> = milliseconds.iter().map(|time| Duration::from_millis(*time)).collect();
        let elapsed = calls.iter().sum();
        Lane { calls, elapsed }
    }

    #[test]
    fn rates_and_percentiles() {
        let lanes = || vec![lane(&[10; 100]), lane(&[20; 50])];
        let close = |one: f64, other: f64| (one - other).abs() < 1e-9;
        let steady = Sample::of_lanes(lanes());
        assert!(close(steady.rate, 150.0) && close(steady.p50_ms, 10.0) && close(steady.p99_ms, 20.0));
        let burst = Sample::of_burst(vec![lane(&[10; 10]), lane(&[50; 10])]);
        assert!(close(burst.rate, 40.0), "{burst:?}");
    }

    #[test]
    fn medians() {
        assert_eq!([median(vec![3.0, 1.0, 2.0]), median(vec![])], [2.0, 0.0]);
    }
}
