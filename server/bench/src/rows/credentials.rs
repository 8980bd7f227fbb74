//! Calls of one database: issue, create, read, change state, tokens, and what else needs its seeded tenants.

use std::rc::Rc;

use super::{list, sdk, start, verify};
use crate::{
    bare_crypto,
    bench::Bench,
    http::{request, token_request},
    load::{self, Until, cores},
    race::Race,
    server::Backend,
    world::{World, issue_request, unique},
};

const ISSUE: &str = "issue EC P-256";
const CREATE: &str = "create basic credentials";
const GET: &str = "get by id";
const STATE: &str = "suspend and resume";
const TOKEN: &str = "token";
const HEALTH: &str = "health, no database";
const ALL: &[&str] = &[
    ISSUE,
    CREATE,
    GET,
    STATE,
    TOKEN,
    HEALTH,
    list::SHORT,
    list::LONG,
    list::MEMORY,
    sdk::SDK,
    start::START,
    verify::REMEMBERED,
    verify::FIRST,
    verify::SERIAL,
    verify::OCSP,
    verify::HOLD,
    verify::REVOKE,
    verify::STORM,
    verify::SUSPENDED,
];

pub(crate) fn run(bench: &mut Bench, backend: Backend) -> anyhow::Result<()> {
    if !bench.wants_any(backend, ALL) {
        return Ok(());
    }
    let world = World::new(bench, backend)?;
    for connections in [4, 16] {
        issue(bench, &world, connections)?;
        create(bench, &world, connections)?;
        get(bench, &world, connections)?;
        state(bench, &world, connections)?;
        tokens(bench, &world, connections)?;
        health(bench, &world, connections)?;
        list::short(bench, &world, connections)?;
        verify::run(bench, &world, connections)?;
    }
    verify::once(bench, &world)?;
    list::long(bench, &world)?;
    if backend == Backend::Sqlite {
        sdk::run(bench, &world)?;
    }
    start::run(bench, world)
}

fn issue(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(ISSUE);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    let on = move |process, path| {
        load::http(process, connections, until, 201, &|_, _| issue_request(path, &world.default, "ec-p256"))
    };
    bench.race(
        Race::new(name, connections, move || on(&world.server, "/api/v1/x509-credentials"))
            .limit("bare poem route", None, move || on(bare, "/issue"))
            .limit(of_cores("certificates without HTTP and database"), None, move || {
                bare_crypto::ec_certificates(until)
            })
            .limit(of_cores("key generation and signature"), None, move || {
                bare_crypto::ec_keys_and_signatures(until)
            }),
    )
}

/// A limit that all cores together reach.
pub(super) fn of_cores(what: &str) -> String {
    format!("{} cores x {what}", cores())
}

fn create(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(CREATE);
    if !bench.wants(&name) {
        return Ok(());
    }
    let (hashes, quick) = (bench.options.turn() * 2, bench.options.turn() / 2);
    let bare = &Rc::clone(&bench.bare);
    let on = move |process, path, time| {
        load::http(process, connections, Until::Elapsed(time), 201, &|_, _| {
            let body = format!(r#"{{"username":"u-{}","password":"correct horse battery"}}"#, unique());
            request("POST", path, &world.default, &body)
        })
    };
    bench.race(
        Race::new(name, connections, move || on(&world.server, "/api/v1/basic-credentials", hashes))
            .limit(of_cores("argon2id"), None, move || bare_crypto::argon2id(Until::Elapsed(hashes)))
            .limit("bare poem route", None, move || on(bare, "/create", quick)),
    )
}

fn get(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(GET);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    let ids = &world.crowd_ids;
    bench.race(
        Race::new(name, connections, move || {
            load::http(&world.server, connections, until, 200, &|lane, number| {
                let path = format!("/api/v1/basic-credentials/{}", ids[(lane * 61 + number) % ids.len()]);
                request("GET", &path, &world.crowd, "")
            })
        })
        .limit("bare poem route", None, move || {
            load::http(bare, connections, until, 200, &|_, _| request("GET", "/one", &world.crowd, ""))
        }),
    )
}

fn state(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(format_args!("{STATE}, {} revoked", bench.options.rows));
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    let among = move |token, ids: &[String]| {
        load::http(&world.server, connections, until, 204, &|lane, number| {
            // Each connection has credentials of its own.
            let id = &ids[lane + number / 2 % (ids.len() / connections) * connections];
            let state = if number % 2 == 0 { "Suspended" } else { "Active" };
            let path = format!("/api/v1/basic-credentials/{id}/state");
            request("PATCH", &path, token, &format!(r#"{{"state":"{state}"}}"#))
        })
    };
    let race = Race::new(name, connections, move || among(&world.crowd, &world.crowd_ids));
    let race = race.limit("bare poem route", None, move || {
        load::http(bare, connections, until, 204, &|_, _| {
            request("PATCH", "/state", &world.crowd, r#"{"state":"Suspended"}"#)
        })
    });
    bench.race(match connections <= world.ten_ids.len() {
        true => race.limit("the same, none revoked", Some("the same, p99 under 20 ms"), move || {
            among(&world.ten, &world.ten_ids)
        }),
        false => race,
    })
}

fn tokens(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(TOKEN);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    bench.race(
        Race::new(name, connections, move || {
            load::http(&world.server, connections, until, 200, &|_, _| {
                token_request(&world.client.id, &world.client.secret)
            })
        })
        .limit("bare poem route", None, move || {
            load::http(bare, connections, until, 200, &|_, _| request("GET", "/one", &world.default, ""))
        })
        .limit(of_cores("ES256 signature"), None, move || bare_crypto::es256(until)),
    )
}

/// What routing, log line and counters add to a route that does nothing.
fn health(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(HEALTH);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    let on = move |process, path| {
        load::http(process, connections, until, 200, &|_, _| request("GET", path, &world.default, ""))
    };
    bench.race(Race::new(name, connections, move || on(&world.server, "/health")).limit(
        "bare poem route",
        None,
        move || on(bare, "/one"),
    ))
}
