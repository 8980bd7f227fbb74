//! Many callers at once: connections to a server, or threads that call a function.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};

use crate::{
    http::Connection,
    process::Process,
    sample::{Lane, Sample},
};

/// When a turn ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    /// After this time; calls under way are ended first.
    Elapsed(Duration),
    /// After this many calls of each caller.
    Calls(usize),
}

/// The bytes of a request, by connection and by its number on that connection.
pub(crate) type Requests<'a> = dyn Fn(usize, usize) -> Vec<u8> + Sync + 'a;

/// Sends requests to a server over that many connections. An answer with another status than `expected` is an error.
pub(crate) fn http(
    process: &Process,
    connections: usize,
    until: Until,
    expected: u16,
    requests: &Requests<'_>,
) -> anyhow::Result<Sample> {
    try_http(process, connections, until, expected, &|lane, number| Ok(requests(lane, number)))
}

/// The same with requests that may run out.
pub(crate) fn try_http(
    process: &Process,
    connections: usize,
    until: Until,
    expected: u16,
    requests: &(dyn Fn(usize, usize) -> anyhow::Result<Vec<u8>> + Sync),
) -> anyhow::Result<Sample> {
    let before = process.cpu_seconds()?;
    let lanes = lanes(connections, until, |lane| {
        let mut connection = Connection::open(process.address)?;
        Ok(move |number| {
            let status = connection.call(&requests(lane, number)?)?;
            if status != expected {
                let body = String::from_utf8_lossy(connection.body());
                bail!("expected status {expected}, got {status}: {}", body.trim());
            }
            Ok(())
        })
    })?;
    let cpu_ms = (process.cpu_seconds()? - before) * 1000.0 / count(&lanes);
    Ok(Sample { cpu_ms: Some(cpu_ms), ..sample(until, lanes) })
}

/// The sample of lanes that ended so.
pub(crate) fn sample(until: Until, lanes: Vec<Lane>) -> Sample {
    match until {
        Until::Elapsed(_) => Sample::of_lanes(lanes),
        Until::Calls(_) => Sample::of_burst(lanes),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are small")]
fn count(lanes: &[Lane]) -> f64 {
    lanes.iter().map(|lane| lane.calls.len()).sum::<usize>() as f64
}

/// Calls a function on one thread for each core.
pub(crate) fn on_all_cores(
    until: Until,
    call: impl Fn() -> anyhow::Result<()> + Sync,
) -> anyhow::Result<Sample> {
    Ok(sample(until, lanes(cores(), until, |_| Ok(|_| call()))?))
}

/// The processor's cores that this process may use.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Runs lanes side by side. Each prepares itself, and all begin together.
pub(crate) fn lanes<C: FnMut(usize) -> anyhow::Result<()>>(
    count: usize,
    until: Until,
    prepare: impl Fn(usize) -> anyhow::Result<C> + Sync,
) -> anyhow::Result<Vec<Lane>> {
    let start = Barrier::new(count);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|lane| {
                let (start, prepare) = (&start, &prepare);
                scope.spawn(move || {
                    let prepared = prepare(lane);
                    start.wait();
                    run(prepared.context("preparing")?, until)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a caller panicked"))?).collect()
    })
}

fn run(mut call: impl FnMut(usize) -> anyhow::Result<()>, until: Until) -> anyhow::Result<Lane> {
    let (start, mut calls) = (Instant::now(), Vec::new());
    loop {
        let begun = Instant::now();
        call(calls.len())?;
        calls.push(begun.elapsed());
        let done = match until {
            Until::Elapsed(time) => start.elapsed() >= time,
            Until::Calls(count) => calls.len() >= count,
        };
        if done {
            return Ok(Lane { calls, elapsed: start.elapsed() });
        }
    }
}
