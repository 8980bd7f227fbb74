//! A fleet that connects for the first time, and then again and again: how quick, with how much memory, and whether every
//! verdict is right.

use anyhow::bail;

use super::{BASIC, STORM, STORMING, login};
use crate::{
    bench::{Bench, say},
    http::Connection,
    load::{self, Until},
    world::World,
};

/// Connections of the caller.
const CONNECTIONS: usize = 16;
/// How often the whole fleet reconnects.
const TIMES: usize = 20;

pub(super) fn run(bench: &mut Bench, world: &World) -> anyhow::Result<()> {
    if !bench.wants(&world.named(STORM)) {
        return Ok(());
    }
    say("a fleet of 1,000 connects, and reconnects 20 times");
    let each = STORMING.len() / CONNECTIONS;
    let (before, clients) = (world.server.resident_mib()?, each * CONNECTIONS);
    let first = verdicts(world, each)?;
    let after_first = world.server.resident_mib()?;
    let again = verdicts(world, each * TIMES)?;
    let after_again = world.server.resident_mib()?;
    bench.figure(format!("{STORM}: {clients} clients for the first time"), first, "verdicts/s", None);
    bench.figure(format!("{STORM}: {} reconnects", clients * TIMES), again, "verdicts/s", None);
    bench.figure(format!("{STORM}: memory grows by, first"), after_first - before, "MiB", None);
    bench.figure(format!("{STORM}: memory grows by, reconnects"), after_again - after_first, "MiB", None);
    bench.figure(format!("{STORM}: wrong verdicts"), 0.0, "", Some("none"));
    Ok(())
}

/// Each connection has devices of its own. A wrong verdict ends the bench.
fn verdicts(world: &World, calls: usize) -> anyhow::Result<f64> {
    let lanes = load::lanes(CONNECTIONS, Until::Calls(calls), |lane| {
        let mut connection = Connection::open(world.server.address)?;
        Ok(move |number: usize| {
            let index = (lane + number * CONNECTIONS) % (STORMING.len() / CONNECTIONS * CONNECTIONS);
            let device = STORMING.start + u32::try_from(index)?;
            let wrong = number % 50 == 49;
            let mut request = login(BASIC, &world.fleet, device);
            if wrong {
                // A password that is as long and another one: it must be rejected, whatever is remembered.
                let end = request.len() - 3;
                request[end] = b'!';
            }
            let status = connection.call(&request)?;
            let accepted = connection.body().starts_with(br#"{"verdict":"Accepted""#);
            if status != 200 || accepted == wrong {
                bail!("device {device}: {}", String::from_utf8_lossy(connection.body()));
            }
            Ok(())
        })
    })?;
    Ok(load::sample(Until::Calls(calls), lanes).rate)
}
