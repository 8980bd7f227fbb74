//! A fleet that connects for the first time, and then again and again: how quick, with how much memory, and how many
//! verdicts are wrong.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::bail;

use super::{
    BASIC, STORM,
    fleet::{STORMING, login, wrong_login},
};
use crate::{
    bench::{Bench, say},
    http::Connection,
    load::{self, Until},
    world::World,
};

/// Connections of the caller. Each has as many devices of its own.
const CONNECTIONS: usize = 20;
/// How often the whole fleet reconnects.
const TIMES: usize = 20;
/// After how many reconnects of a connection somebody tries a wrong password too. It has no divisor in common with the
/// devices of a connection, so that it is another device each time: one that fails again and again would have to wait.
const WRONG_AFTER: usize = 49;

pub(super) fn run(bench: &mut Bench, world: &World) -> anyhow::Result<()> {
    if !bench.wants(&world.named(STORM)) {
        return Ok(());
    }
    let (clients, each) = (STORMING.len(), STORMING.len() / CONNECTIONS);
    let (reconnects, tries) = (clients * TIMES, each * TIMES / WRONG_AFTER * CONNECTIONS);
    say(&format!("a fleet of {clients} connects, and reconnects {TIMES} times"));
    let wrong = AtomicU32::new(0);
    let before = world.server.resident_mib()?;
    let first = verdicts(world, each, None, &wrong)?;
    let after_first = world.server.resident_mib()?;
    let again = verdicts(world, each * TIMES, Some(WRONG_AFTER), &wrong)?;
    let after_again = world.server.resident_mib()?;
    let mut figure =
        |what, value, unit, target| bench.figure(format!("{STORM}: {what}"), value, unit, target);
    figure(format!("{clients} clients for the first time"), first, "clients/s", None);
    figure(format!("{reconnects} reconnects, {tries} wrong passwords between"), again, "clients/s", None);
    let (bounded, hardly) = (Some("bounded: under 64 MiB"), Some("bounded: under 16 MiB"));
    figure("memory grows by, first".to_owned(), after_first - before, "MiB", bounded);
    figure("memory grows by, reconnects".to_owned(), after_again - after_first, "MiB", hardly);
    let wrong = f64::from(wrong.load(Ordering::SeqCst));
    figure("wrong verdicts".to_owned(), wrong, "", Some("none"));
    Ok(())
}

/// Devices a second; each connection makes `calls` with the right password. Wrong passwords come on top, and their time
/// counts. Verdicts that are `wrong` are counted.
fn verdicts(
    world: &World,
    calls: usize,
    wrong_after: Option<usize>,
    wrong: &AtomicU32,
) -> anyhow::Result<f64> {
    let lanes = load::lanes(CONNECTIONS, Until::Calls(calls), |lane| {
        let mut connection = Connection::open(world.server.address)?;
        let mut judge = move |request: &[u8], right| {
            let status = connection.call(request)?;
            if status != 200 {
                bail!("no verdict but {status}: {}", String::from_utf8_lossy(connection.body()));
            }
            if connection.body().starts_with(br#"{"verdict":"Accepted""#) != right {
                wrong.fetch_add(1, Ordering::SeqCst);
            }
            Ok(())
        };
        Ok(move |number: usize| {
            let device = STORMING.start + u32::try_from((lane + number * CONNECTIONS) % STORMING.len())?;
            judge(&login(BASIC, &world.fleet, device), true)?;
            if wrong_after.is_some_and(|after| number % after == after - 1) {
                judge(&wrong_login(BASIC, &world.fleet, device), false)?;
            }
            Ok(())
        })
    })?;
    Ok(load::sample(Until::Calls(calls), lanes).rate)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{CONNECTIONS, STORMING, TIMES, WRONG_AFTER};

    #[test]
    fn every_device_connects_equally_often_and_fails_once_at_most() {
        let each = STORMING.len() / CONNECTIONS;
        assert_eq!((each * CONNECTIONS, each * CONNECTIONS * TIMES), (1_000, 20_000));
        let failing: Vec<_> =
            (1..=each * TIMES / WRONG_AFTER).map(|n| (n * WRONG_AFTER - 1) % each).collect();
        assert_eq!(failing.iter().collect::<HashSet<_>>().len(), failing.len());
    }
}
