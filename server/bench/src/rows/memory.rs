//! The memory and the start of a server with default settings that has little to do.

use std::{thread, time::Duration};

use crate::{
    bench::{Bench, say},
    http::request,
    load::{self, Until},
    sample::median,
    server::{Backend, Installation, token},
};

const MEMORY: &str = "resident memory";
const START: &str = "start to first answer";
const FIRST_START: &str = "first start on an empty folder";

pub(crate) fn run(bench: &mut Bench) -> anyhow::Result<()> {
    if !bench.wants_any(Backend::Sqlite, &[MEMORY, START, FIRST_START]) {
        return Ok(());
    }
    say("memory and start with default settings");
    let installation = Installation::new(bench, Backend::Sqlite, "rsa-2048")?;
    let server = installation.start()?;
    if bench.wants(FIRST_START) {
        bench.figure(FIRST_START, server.started_in.as_secs_f64() * 1000.0, "ms", None);
    }
    server.stop()?;
    let mut starts = Vec::new();
    for _ in 0..5 {
        let server = installation.start()?;
        starts.push(server.started_in.as_secs_f64() * 1000.0);
        server.stop()?;
    }
    if bench.wants(START) {
        bench.figure(format!("{START}, no rows"), median(starts), "ms", Some("under 100 ms"));
    }
    if bench.wants(MEMORY) {
        memory(bench, &installation)?;
    }
    Ok(())
}

fn memory(bench: &mut Bench, installation: &Installation) -> anyhow::Result<()> {
    const TARGET: Option<&str> = Some("under 30 MiB");
    let server = installation.start()?;
    let note = |bench: &mut Bench, after: &str, target| {
        thread::sleep(Duration::from_secs(1));
        server.settle()?;
        bench.figure(format!("{MEMORY} {after}"), server.resident_mib()?, "MiB", target);
        anyhow::Ok(())
    };
    note(bench, "after the start", TARGET)?;
    let token = &token(&server, &installation.default_client()?)?;
    let path = "/api/v1/basic-credentials";
    load::http(&server, 4, Until::Calls(250), 200, &|_, _| request("GET", path, token, ""))?;
    note(bench, "after 1,000 requests", TARGET)?;
    load::http(&server, 4, Until::Calls(16), 201, &|_, _| request("POST", path, token, "{}"))?;
    note(bench, "after 64 passwords too", TARGET)?;
    let path = "/api/v1/x509-credentials";
    load::http(&server, 4, Until::Calls(250), 201, &|_, _| {
        request("POST", path, token, r#"{"keyType":"ec-p256"}"#)
    })?;
    load::http(&server, 4, Until::Calls(8), 201, &|_, _| request("POST", path, token, "{}"))?;
    note(bench, "after 1,032 certificates and a full pool of keys too", TARGET)?;
    for path in ["/openapi.json", "/docs/", "/docs/swagger-ui-bundle.js", "/metrics"] {
        load::http(&server, 1, Until::Calls(1), 200, &|_, _| request("GET", path, token, ""))?;
    }
    note(bench, "after a look at the documentation too", None)
}
