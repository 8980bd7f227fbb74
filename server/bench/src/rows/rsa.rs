//! RSA: keys made by the server, and signatures of an RSA CA, the default.

use super::credentials::of_cores;
use crate::{
    bare_crypto,
    bench::{Bench, named},
    load::{self, Until},
    process::Process,
    race::Race,
    sample::Sample,
    server::{Backend, Installation, token},
    world::issue_request,
};

const STEADY: &str = "issue RSA-2048, RSA CA";
const BURST: &str = "issue RSA-2048, burst of 16";
const EC: &str = "issue EC P-256, RSA CA";

/// The default size of the pool of ready keys.
const POOL: usize = 16;
const CONNECTIONS: usize = 4;
const PATH: &str = "/api/v1/x509-credentials";

pub(crate) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    if !bench.wants_any(Backend::Sqlite, &[STEADY, BURST, EC]) {
        return Ok(());
    }
    let installation = Installation::new(bench, Backend::Sqlite, "rsa-2048")?;
    let server = installation.start()?;
    let token = &token(&server, &installation.default_client()?)?;
    let server = &server;
    ec(bench, server, token)?;
    burst(bench, server, token)?;
    steady(bench, server, token)
}

fn issue(server: &Process, token: &str, key_type: &str, until: Until) -> anyhow::Result<Sample> {
    load::http(server, CONNECTIONS, until, 201, &|_, _| issue_request(PATH, token, key_type))
}

fn ec(bench: &mut Bench, server: &Process, token: &str) -> anyhow::Result<()> {
    let name = named(Backend::Sqlite, EC);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let race = Race::new(name, CONNECTIONS, move || issue(server, token, "ec-p256", until));
    bench.race(race.limit(of_cores("key generation and RSA signature"), None, move || {
        bare_crypto::ec_keys_and_rsa_signatures(until)
    }))
}

/// A burst that finds the pool full.
fn burst(bench: &mut Bench, server: &Process, token: &str) -> anyhow::Result<()> {
    let name = named(Backend::Sqlite, BURST);
    if !bench.wants(&name) {
        return Ok(());
    }
    // The first key has the pool filled.
    issue(server, token, "rsa-2048", Until::Calls(1))?;
    let burst = move |key_type| {
        server.settle()?;
        issue(server, token, key_type, Until::Calls(POOL / CONNECTIONS))
    };
    let race = Race::new(name, CONNECTIONS, move || burst("rsa-2048")).turns(3);
    bench.race(race.limit("the same with EC P-256 keys", Some("the same"), move || burst("ec-p256")))
}

/// More than the pool can hide. Every key takes long and its own time, so a turn must be long.
fn steady(bench: &mut Bench, server: &Process, token: &str) -> anyhow::Result<()> {
    let name = named(Backend::Sqlite, STEADY);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn() * 6);
    let race = Race::new(name, CONNECTIONS, move || {
        issue(server, token, "rsa-2048", Until::Calls(2 * POOL / CONNECTIONS))?;
        let sample = issue(server, token, "rsa-2048", until)?;
        // Filling the pool again must not slow the other side down.
        server.settle()?;
        Ok(sample)
    });
    bench.race(race.limit(of_cores("key generation"), Some("95 %"), move || bare_crypto::rsa_keys(until)))
}
