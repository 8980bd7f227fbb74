//! Verdicts: passwords that are remembered and those that are not, certificates, OCSP, and what it costs to revoke.

mod ocsp;
mod storm;
mod suspensions;

use std::{
    rc::Rc,
    sync::atomic::{AtomicU32, Ordering},
};

use super::credentials::of_cores;
use crate::{
    bare_crypto,
    bench::Bench,
    http::{Connection, request},
    load::{self, Until},
    race::Race,
    seed::PASSWORD,
    server::Backend,
    world::{FLEET, World, issue_request},
};

pub(super) const REMEMBERED: &str = "verify, remembered password";
pub(super) const FIRST: &str = "verify, first time";
pub(super) const SERIAL: &str = "verify certificate by serial number";
pub(super) const OCSP: &str = "OCSP, cached";
pub(super) const REVOKE: &str = "suspend and resume certificates";
pub(super) const STORM: &str = "reconnect storm";
pub(super) const SUSPENDED: &str = "verify while 100 are suspended a second";

const BASIC: &str = "/api/v1/basic-credentials/verify";
const X509: &str = "/api/v1/x509-credentials";

/// Devices of the fleet whose passwords are remembered.
const KNOWN: u32 = 64;
/// Devices of the fleet for a storm, and for suspensions; those between `KNOWN` and these are verified once.
const STORMING: std::ops::Range<u32> = FLEET - 1_200..FLEET - 200;
const SUSPENDING: std::ops::Range<u32> = FLEET - 200..FLEET;

/// A device's login.
fn login(path: &str, token: &str, number: u32) -> Vec<u8> {
    let body = format!(r#"{{"username":"device-{number:08}","password":"{PASSWORD}"}}"#);
    request("POST", path, token, &body)
}

pub(super) fn run(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    remembered(bench, world, connections)?;
    first(bench, world, connections)?;
    serial(bench, world, connections)?;
    ocsp::run(bench, world, connections)?;
    revoke(bench, world, connections)
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
    for number in 0..KNOWN {
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
    u32::try_from(number % KNOWN as usize).unwrap_or_default()
}

fn first(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    static NEXT: AtomicU32 = AtomicU32::new(KNOWN);
    let name = world.named(FIRST);
    if !bench.wants(&name) {
        return Ok(());
    }
    if world.backend == Backend::Postgres && connections == 4 {
        // Another database, whose devices are new again.
        NEXT.store(KNOWN, Ordering::Relaxed);
    }
    let until = Until::Elapsed(bench.options.turn() * 2);
    let verify = move || {
        load::http(&world.server, connections, until, 200, &|_, _| {
            login(BASIC, &world.fleet, NEXT.fetch_add(1, Ordering::Relaxed) % STORMING.start)
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

/// The revocation lists of both tenants are there, so that they are rebuilt behind.
fn revoke(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(format_args!("{REVOKE}, {} revoked", bench.options.rows));
    if !bench.wants(&name) || connections > 4 {
        return Ok(());
    }
    for tenant in ["ten", "crowd"] {
        let mut connection = Connection::open(world.server.address)?;
        connection.call(&request("GET", &format!("/pki/{tenant}/crl"), "none", ""))?;
    }
    let until = Until::Elapsed(bench.options.turn() * 3);
    let among = move |token, ids: &[String]| {
        load::http(&world.server, connections, until, 204, &|lane, number| {
            let id = &ids[lane + number / 2 % (ids.len() / connections) * connections];
            let state = if number % 2 == 0 { "Suspended" } else { "Active" };
            request("PATCH", &format!("{X509}/{id}/state"), token, &format!(r#"{{"state":"{state}"}}"#))
        })
    };
    bench.race(Race::new(name, connections, move || among(&world.crowd, &world.crowd_x509_ids)).limit(
        "the same, 10 revoked",
        Some("the same, p99 under 20 ms"),
        move || among(&world.ten, &world.ten_x509_ids),
    ))
}
