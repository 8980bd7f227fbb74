//! What it costs to suspend and to revoke certificates, however many are revoked already.
//!
//! The revocation lists of both tenants are there, so that they are rebuilt behind.

mod aftermath;

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;

use super::{HOLD, REVOKE, X509};
use crate::{
    bench::Bench,
    http::{Connection, request},
    load::{self, Until},
    race::Race,
    seed::Certificate,
    world::{HELD, World},
};

/// Fresh certificates that the race leaves for what comes after it.
const LEFT: usize = 40;

pub(super) fn run(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let rows = bench.options.rows;
    let hold = world.named(format_args!("{HOLD}, {rows} revoked"));
    let revoke = world.named(format_args!("{REVOKE}, {rows} revoked"));
    if connections > 4 || !(bench.wants(&hold) || bench.wants(&revoke)) {
        return Ok(());
    }
    for tenant in ["ten", "crowd"] {
        list(&mut Connection::open(world.server.address)?, tenant)?;
    }
    if bench.wants(&hold) {
        suspend_and_resume(bench, world, hold, connections)?;
    }
    if bench.wants(&revoke) {
        for_good(bench, world, revoke, connections)?;
        aftermath::run(bench, world, &world.crowd_certificates[world.crowd_certificates.len() - LEFT..])?;
    }
    Ok(())
}

/// Fetches a tenant's revocation list; the body is the list, DER.
fn list(connection: &mut Connection, tenant: &str) -> anyhow::Result<()> {
    let status = connection.call(&request("GET", &format!("/pki/{tenant}/crl"), "none", ""))?;
    anyhow::ensure!(status == 200, "a revocation list was answered with {status}");
    Ok(())
}

fn change(token: &str, certificate: &Certificate, state: &str) -> Vec<u8> {
    let path = format!("{X509}/{}/state", certificate.id);
    request("PATCH", &path, token, &format!(r#"{{"state":"{state}"}}"#))
}

fn suspend_and_resume(
    bench: &mut Bench,
    world: &World,
    name: String,
    connections: usize,
) -> anyhow::Result<()> {
    let until = Until::Elapsed(bench.options.turn() * 3);
    let among = move |token, certificates: &[Certificate]| {
        let held = &certificates[..HELD as usize];
        load::http(&world.server, connections, until, 204, &|lane, number| {
            let certificate = &held[lane + number / 2 % (held.len() / connections) * connections];
            change(token, certificate, if number % 2 == 0 { "Suspended" } else { "Active" })
        })
    };
    bench.race(Race::new(name, connections, move || among(&world.crowd, &world.crowd_certificates)).limit(
        "the same, 10 revoked",
        Some("the same, p99 under 20 ms"),
        move || among(&world.ten, &world.ten_certificates),
    ))
}

/// Each call revokes a certificate that no other call revoked. All turns together use up what there is, so that tenant
/// `ten` ends with a list of 3,000: still little, compared with tenant `crowd`.
fn for_good(bench: &mut Bench, world: &World, name: String, connections: usize) -> anyhow::Result<()> {
    let fresh = world.crowd_certificates.len() - HELD as usize - LEFT;
    let until = Until::Calls(fresh / (bench.options.rounds as usize * connections).max(1));
    let among = move |token, certificates: &[Certificate], revoked: &AtomicUsize| {
        load::try_http(&world.server, connections, until, 204, &|_, _| {
            let next = revoked.fetch_add(1, Ordering::Relaxed);
            let certificate = certificates[HELD as usize..][..fresh].get(next);
            Ok(change(token, certificate.context("more certificates are needed: raise FRESH")?, "Revoked"))
        })
    };
    let (of_crowd, of_ten) = (AtomicUsize::new(0), AtomicUsize::new(0));
    bench.race(
        Race::new(name, connections, || among(&world.crowd, &world.crowd_certificates, &of_crowd)).limit(
            "the same, 10 revoked at first",
            Some("the same, p99 under 20 ms"),
            || among(&world.ten, &world.ten_certificates, &of_ten),
        ),
    )
}
