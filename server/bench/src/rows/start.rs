//! How long a start takes on a database with many rows.

use crate::{
    bench::{Bench, named, say},
    sample::median,
    world::World,
};

pub(super) const START: &str = "start to first answer";

/// Starts measured.
const STARTS: usize = 5;

pub(super) fn run(bench: &mut Bench, world: World) -> anyhow::Result<()> {
    let name = named(world.backend, START);
    if !bench.wants(&name) {
        return Ok(());
    }
    say(&name);
    let World { installation, server, .. } = world;
    server.stop()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let server = installation.start()?;
        starts.push(server.started_in.as_secs_f64() * 1000.0);
        server.stop()?;
    }
    bench.figure(format!("{name}, {} rows", bench.options.rows), median(starts), "ms", Some("under 100 ms"));
    Ok(())
}
