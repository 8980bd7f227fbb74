//! Cached answers of the OCSP responder, by requests that OpenSSL makes.

use std::{fs, process::Command, rc::Rc};

use anyhow::Context;
use serde_json::Value;

use super::{OCSP, X509};
use crate::{
    bench::Bench,
    http::Connection,
    load::{self, Until},
    race::Race,
    world::{World, issue_request},
};

pub(super) fn run(bench: &mut Bench, world: &World, connections: usize) -> anyhow::Result<()> {
    let name = world.named(OCSP);
    if !bench.wants(&name) {
        return Ok(());
    }
    let der = &asked(bench, world)?;
    let until = Until::Elapsed(bench.options.turn());
    let bare = &Rc::clone(&bench.bare);
    let on = move |process, path| {
        load::http(process, connections, until, 200, &|_, _| {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ocsp-request\r\n\
                 Content-Length: {}\r\n\r\n",
                der.len()
            );
            [head.as_bytes(), der].concat()
        })
    };
    bench.race(Race::new(name, connections, move || on(&world.server, "/pki/default/ocsp")).limit(
        "bare poem route, as many bytes",
        (world.backend == crate::server::Backend::Sqlite).then_some("60 %"),
        move || on(bare, "/ocsp"),
    ))
}

/// A request about a new certificate, without a nonce, DER.
fn asked(bench: &Bench, world: &World) -> anyhow::Result<Vec<u8>> {
    let mut connection = Connection::open(world.server.address)?;
    connection.call(&issue_request(X509, &world.default, "ec-p256"))?;
    let issued: Value = serde_json::from_slice(connection.body())?;
    let folder = bench.new_folder()?;
    let file = |name: &str| folder.path().join(name);
    for (name, member) in [("leaf.pem", "certificate"), ("ca.pem", "issuingCa")] {
        fs::write(file(name), issued[member].as_str().context("no certificate")?)?;
    }
    let mut openssl = Command::new("openssl");
    openssl.args(["ocsp", "-no_nonce", "-issuer"]).arg(file("ca.pem"));
    openssl.arg("-cert").arg(file("leaf.pem")).arg("-reqout").arg(file("request"));
    anyhow::ensure!(openssl.output()?.status.success(), "openssl made no request");
    Ok(fs::read(file("request"))?)
}
