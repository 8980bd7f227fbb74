//! Lists: a short one against a bare route, a long one against `sqlite3 -json`, and the memory it takes.

use std::{
    io::{self, Read},
    process::{Command, Stdio},
    rc::Rc,
};

use crate::{
    bench::{Bench, named},
    http::request,
    load::{self, Until},
    race::Race,
    sample::Sample,
    server::Backend,
    world::World,
};

pub(super) const SHORT: &str = "list 10";
pub(super) const LONG: &str = "list all";
pub(super) const MEMORY: &str = "peak memory growth of list all";

const PATH: &str = "/api/v1/basic-credentials";

/// What the list reads, in its order.
const QUERY: &str = "SELECT state, username, id, created_at, updated_at, last_use_at FROM basic_credentials \
                     WHERE tenant_id = 'crowd' ORDER BY id";

pub(super) fn short(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = named(world.backend, SHORT);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    let on = move |process, path| {
        load::http(process, connections, until, 200, &|_, _| request("GET", path, &world.ten, ""))
    };
    let race = Race::new(name, connections, move || on(&world.server, PATH));
    bench.race(race.limit("bare poem route", None, move || on(bare, "/ten")))
}

pub(super) fn long(bench: &mut Bench, world: &World) -> anyhow::Result<()> {
    let rows = bench.options.rows;
    let (name, memory) = (named(world.backend, LONG), named(world.backend, MEMORY));
    if !bench.wants(&name) && !bench.wants(&memory) {
        return Ok(());
    }
    let sqlite3 = world.backend == Backend::Sqlite && has_sqlite3();
    if world.backend == Backend::Sqlite && !sqlite3 {
        bench.skip(format!("{name} against sqlite3 -json: there is no command sqlite3"));
    }
    let until = Until::Elapsed(bench.options.turn());
    let list = || load::http(&world.server, 1, until, 200, &|_, _| request("GET", PATH, &world.crowd, ""));
    world.server.settle()?;
    let before = world.server.resident_mib()?;
    world.server.forget_peak()?;
    list()?;
    let growth = world.server.peak_mib()? - before;
    bench.figure(format!("{memory}, {rows}"), growth, "MiB", Some("under 64 MiB"));
    let race = Race::new(format!("{name}, {rows}"), 1, list);
    bench.race(match sqlite3 {
        true => race.limit("sqlite3 -json", Some("50 %"), move || sqlite3_json(world, until)),
        false => race,
    })
}

fn has_sqlite3() -> bool {
    let version =
        Command::new("sqlite3").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

fn sqlite3_json(world: &World, until: Until) -> anyhow::Result<Sample> {
    let lanes = load::lanes(1, until, |_| {
        Ok(|_| {
            let mut command = Command::new("sqlite3");
            command.args(["-readonly", "-json"]).arg(world.installation.sqlite_file()).arg(QUERY);
            let mut child = command.stdout(Stdio::piped()).spawn()?;
            if let Some(output) = &mut child.stdout {
                io::copy(&mut output.by_ref(), &mut io::sink())?;
            }
            anyhow::ensure!(child.wait()?.success(), "sqlite3 failed");
            Ok(())
        })
    })?;
    Ok(load::sample(until, lanes))
}
