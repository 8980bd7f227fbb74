//! Devices that are suspended one after the other while they go on asking: no verdict that begins after the suspension
//! was acknowledged may be an acceptance.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::Value;

use super::{
    BASIC, SUSPENDED,
    fleet::{SUSPENDING, login},
};
use crate::{
    bench::{Bench, say},
    http::{Connection, request},
    world::World,
};

/// Suspensions a second.
const RATE: u32 = 100;
/// Callers that ask for verdicts.
const CALLERS: usize = 3;

pub(super) fn run(bench: &mut Bench, world: &World) -> anyhow::Result<()> {
    if !bench.wants(&world.named(SUSPENDED)) {
        return Ok(());
    }
    say("suspensions while verdicts are asked for");
    let mut connection = Connection::open(world.server.address)?;
    let mut ids = Vec::new();
    for number in SUSPENDING {
        connection.call(&login(BASIC, &world.fleet, number))?;
        let verdict: Value = serde_json::from_slice(connection.body())?;
        ids.push(verdict["credentialsId"].as_str().context("not accepted")?.to_owned());
    }
    // How many of them are suspended, acknowledged.
    let (suspended, ended) = (AtomicU32::new(0), AtomicBool::new(false));
    let (late, asked) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (suspended, ended, late, asked) = (&suspended, &ended, &late, &asked);
                scope.spawn(move || ask(world, caller, suspended, ended, late, asked))
            })
            .collect();
        let changed = suspend(world, &ids, &suspended);
        ended.store(true, Ordering::SeqCst);
        for caller in callers {
            caller.join().map_err(|_| anyhow::anyhow!("a caller panicked"))??;
        }
        changed
    })?;
    let count =
        |counter: &AtomicU64| f64::from(u32::try_from(counter.load(Ordering::SeqCst)).unwrap_or(u32::MAX));
    bench.figure(format!("{SUSPENDED}: verdicts"), count(&asked), "", None);
    bench.figure(format!("{SUSPENDED}: accepted too late"), count(&late), "", Some("none"));
    Ok(())
}

fn suspend(world: &World, ids: &[String], suspended: &AtomicU32) -> anyhow::Result<()> {
    let mut connection = Connection::open(world.server.address)?;
    let start = Instant::now();
    for (number, id) in (1_u32..).zip(ids) {
        let path = format!("/api/v1/basic-credentials/{id}/state");
        let status = connection.call(&request("PATCH", &path, &world.fleet, r#"{"state":"Suspended"}"#))?;
        if status != 204 {
            bail!("a suspension was answered with {status}");
        }
        suspended.store(number, Ordering::SeqCst);
        let next = start + Duration::from_secs(1) * number / RATE;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    Ok(())
}

/// Asks for the devices around the one that is suspended now.
fn ask(
    world: &World,
    caller: usize,
    suspended: &AtomicU32,
    ended: &AtomicBool,
    late: &AtomicU64,
    asked: &AtomicU64,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(world.server.address)?;
    let mut step = u32::try_from(caller)?;
    while !ended.load(Ordering::SeqCst) {
        let done = suspended.load(Ordering::SeqCst);
        let device = (done + step % 3).saturating_sub(1).min(SUSPENDING.len() as u32 - 1);
        step += 1;
        connection.call(&login(BASIC, &world.fleet, SUSPENDING.start + device))?;
        let accepted = connection.body().starts_with(br#"{"verdict":"Accepted""#);
        asked.fetch_add(1, Ordering::SeqCst);
        if accepted && device < done {
            late.fetch_add(1, Ordering::SeqCst);
        }
    }
    Ok(())
}
