//! Verdicts: passwords that are remembered and those that are not, certificates, OCSP, and what it costs to revoke.

mod fleet;
mod ocsp;
mod revocations;
mod storm;
mod suspensions;

use std::{rc::Rc, sync::atomic::Ordering};

use fleet::{KNOWN, login};

use super::credentials::of_cores;
use crate::{
    bare_crypto,
    bench::Bench,
    http::{Connection, request},
    load::{self, Until},
    race::Race,
    server::Backend,
    world::{World, issue_request},
};

pub(super) const REMEMBERED: &str = "verify, remembered password";
pub(super) const FIRST: &str = "verify, first time";
pub(super) const SERIAL: &str = "verify certificate by serial number";
pub(super) const OCSP: &str = "OCSP, cached";
pub(super) const HOLD: &str = "suspend and resume certificates";
pub(super) const REVOKE: &str = "revoke certificates";
pub(super) const STORM: &str = "reconnect storm";
pub(super) const SUSPENDED: &str = "verify while 100 are suspended a second";

const BASIC: &str = "/api/v1/basic-credentials/verify";
const X509: &str = "/api/v1/x509-credentials";

pub(super) fn run(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    remembered(bench, world, connections)?;
    first(bench, world, connections)?;
    serial(bench, world, connections)?;
    ocsp::run(bench, world, connections)?;
    revocations::run(bench, world, connections)
}

pub(super) fn once(bench: &mut Bench, world: &World) -> anyhow::Result<()> {
    if world.backend == Backend::Sqlite {
        storm::run(bench, world)?;
        suspensions::run(bench, world)?;
    }
    Ok(())
}

fn remembered(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(REMEMBERED);
    if !bench.wants(&name) {
        return Ok(());
    }
    let mut connection = Connection::open(world.server.address)?;
    for number in KNOWN {
        connection.call(&login(BASIC, &world.fleet, number))?;
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    let on = move |process, path| {
        load::http(process, connections, until, 200, &|lane, number| {
            login(path, &world.fleet, device(lane * 7 + number))
        })
    };
    bench.race(Race::new(name, connections, move || on(&world.server, BASIC)).limit(
        "bare poem route, same JSON",
        (world.backend == Backend::Sqlite).then_some("60 %"),
        move || on(bare, "/verify"),
    ))
}

fn device(number: usize) -> u32 {
    KNOWN.start + u32::try_from(number % KNOWN.len()).unwrap_or_default()
}

fn first(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(FIRST);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn() * 2);
    let verify = move || {
        load::try_http(&world.server, connections, until, 200, &|_, _| {
            let device = fleet::first(world.verified.fetch_add(1, Ordering::Relaxed))?;
            Ok(login(BASIC, &world.fleet, device))
        })
    };
    bench.race(
        Race::new(name, connections, verify)
            .limit(of_cores("argon2id"), Some("90 %"), move || bare_crypto::argon2id(until)),
    )
}

fn serial(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(SERIAL);
    if !bench.wants(&name) {
        return Ok(());
    }
    let mut connection = Connection::open(world.server.address)?;
    let mut numbers = Vec::new();
    for _ in 0..16 {
        connection.call(&issue_request(X509, &world.default, "ec-p256"))?;
        let issued: serde_json::Value = serde_json::from_slice(connection.body())?;
        numbers.push(issued["serialNumber"].as_str().unwrap_or_default().to_owned());
    }
    let numbers = &numbers;
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    let on = move |process, path: &str| {
        load::http(process, connections, until, 200, &|lane, number| {
            let serial = &numbers[(lane * 5 + number) % numbers.len()];
            let body = format!(r#"{{"issuer":"CN=default","serialNumber":"{serial}"}}"#);
            request("POST", path, &world.default, &body)
        })
    };
    bench.race(Race::new(name, connections, move || on(&world.server, &format!("{X509}/verify"))).limit(
        "bare poem route, same JSON",
        (world.backend == Backend::Sqlite).then_some("60 %"),
        move || on(bare, "/verify"),
    ))
}
