//! Calls of one database: issue, create, read, change state, tokens, and what else needs its seeded tenants.

use std::{
    fmt::Display,
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{list, sdk, start};
use crate::{
    bare_crypto,
    bench::{Bench, named, say},
    http::{request, token_request},
    load::{self, Until, cores},
    process::Process,
    race::Race,
    seed,
    server::{Backend, Client, Installation, token},
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
];

/// The credentials in the big tenant that are not Revoked, for changes of state.
const INACTIVE: u32 = 1_000;

/// A server with three tenants: `default`, `ten` with ten credentials, `crowd` with many.
pub(super) struct World {
    pub(super) backend: Backend,
    pub(super) installation: Installation,
    pub(super) server: Process,
    client: Client,
    /// Tokens of the tenants.
    pub(super) default: String,
    pub(super) ten: String,
    pub(super) crowd: String,
    /// Ids of credentials that can be suspended, in both tenants.
    pub(super) ten_ids: Vec<String>,
    crowd_ids: Vec<String>,
}

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
    }
    list::long(bench, &world)?;
    if backend == Backend::Sqlite {
        sdk::run(bench, &world)?;
    }
    start::run(bench, world)
}

impl World {
    fn new(bench: &Bench, backend: Backend) -> anyhow::Result<Self> {
        let rows = bench.options.rows;
        say(&format!("{}: a first start, and {rows} credentials", backend.as_str()));
        let installation = Installation::new(bench, backend, "ec-p256")?;
        installation.start()?.stop()?;
        let client = installation.default_client()?;
        let (ten, crowd) = (installation.new_tenant("ten")?, installation.new_tenant("crowd")?);
        let (url, runtime) = (installation.url()?, tokio::runtime::Runtime::new()?);
        let ten_ids = runtime.block_on(seed::basic_credentials(&url, "ten", 10, 10))?;
        let crowd_ids = runtime.block_on(seed::basic_credentials(&url, "crowd", rows, INACTIVE))?;
        let server = installation.start()?;
        let token = |client| token(&server, client);
        Ok(Self {
            default: token(&client)?,
            ten: token(&ten)?,
            crowd: token(&crowd)?,
            backend,
            installation,
            server,
            client,
            ten_ids,
            crowd_ids,
        })
    }

    fn named(&self, name: impl Display) -> String {
        named(self.backend, &name.to_string())
    }
}

/// A number that no other call of this run has had.
fn unique() -> usize {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// A request to issue a certificate for a new key of that type.
pub(super) fn issue_request(path: &str, token: &str, key_type: &str) -> Vec<u8> {
    let body = format!(r#"{{"commonName":"sensor-{}","keyType":"{key_type}"}}"#, unique());
    request("POST", path, token, &body)
}

fn issue(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(ISSUE);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    bench.race({
        let on = move |process, path| {
            load::http(process, connections, until, 201, &|_, _| {
                issue_request(path, &world.default, "ec-p256")
            })
        };
        Race::new(name, connections, move || on(&world.server, "/api/v1/x509-credentials"))
            .limit("bare poem route", None, move || on(bare, "/issue"))
            .limit(of_cores("certificates without HTTP and database"), None, move || {
                bare_crypto::ec_certificates(until)
            })
            .limit(of_cores("key generation and signature"), None, move || {
                bare_crypto::ec_keys_and_signatures(until)
            })
    })
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
    bench.race({
        let on = move |process, path, time| {
            load::http(process, connections, Until::Elapsed(time), 201, &|_, _| {
                let body = format!(r#"{{"username":"u-{}","password":"correct horse battery"}}"#, unique());
                request("POST", path, &world.default, &body)
            })
        };
        Race::new(name, connections, move || on(&world.server, "/api/v1/basic-credentials", hashes))
            .limit(of_cores("argon2id"), Some("90 %"), move || bare_crypto::argon2id(Until::Elapsed(hashes)))
            .limit("bare poem route", None, move || on(bare, "/create", quick))
    })
}

fn get(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(GET);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    bench.race({
        let path = |number: usize| {
            format!("/api/v1/basic-credentials/{}", world.crowd_ids[number % world.crowd_ids.len()])
        };
        Race::new(name, connections, move || {
            load::http(&world.server, connections, until, 200, &|lane, number| {
                request("GET", &path(lane * 61 + number), &world.crowd, "")
            })
        })
        .limit("bare poem route", None, move || {
            load::http(bare, connections, until, 200, &|_, _| request("GET", "/one", &world.crowd, ""))
        })
    })
}

fn state(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(format_args!("{STATE}, {} revoked", bench.options.rows));
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    bench.race({
        let among = move |token, ids: &[String]| {
            load::http(&world.server, connections, until, 204, &|lane, number| {
                // Each connection has credentials of its own.
                let id = &ids[lane + number / 2 % (ids.len() / connections) * connections];
                let state = if number % 2 == 0 { "Suspended" } else { "Active" };
                let path = format!("/api/v1/basic-credentials/{id}/state");
                request("PATCH", &path, token, &format!(r#"{{"state":"{state}"}}"#))
            })
        };
        let race = Race::new(name, connections, move || among(&world.crowd, &world.crowd_ids)).limit(
            "bare poem route",
            None,
            move || {
                load::http(bare, connections, until, 204, &|_, _| {
                    request("PATCH", "/state", &world.crowd, r#"{"state":"Suspended"}"#)
                })
            },
        );
        match connections <= world.ten_ids.len() {
            true => race.limit("none revoked", Some("the same, p99 under 20 ms"), move || {
                among(&world.ten, &world.ten_ids)
            }),
            false => race,
        }
    })
}

fn tokens(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(TOKEN);
    if !bench.wants(&name) {
        return Ok(());
    }
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    bench.race({
        Race::new(name, connections, move || {
            load::http(&world.server, connections, until, 200, &|_, _| {
                token_request(&world.client.id, &world.client.secret)
            })
        })
        .limit("bare poem route", None, move || {
            load::http(bare, connections, until, 200, &|_, _| request("GET", "/one", &world.default, ""))
        })
        .limit(of_cores("ES256 signature"), None, move || bare_crypto::es256(until))
    })
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
