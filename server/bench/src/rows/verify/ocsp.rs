//! Cached answers of the OCSP responder, by requests that OpenSSL makes and to answers that OpenSSL reads.

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
    let on = move |process, path| load::http(process, connections, until, 200, &|_, _| post(path, der));
    bench.race(Race::new(name, connections, move || on(&world.server, "/pki/default/ocsp")).limit(
        "bare poem route, as many bytes",
        (world.backend == crate::server::Backend::Sqlite).then_some("60 %"),
        move || on(bare, "/ocsp"),
    ))
}

/// A question about a new certificate.
fn asked(bench: &Bench, world: &World) -> anyhow::Result<Vec<u8>> {
    let mut connection = Connection::open(world.server.address)?;
    connection.call(&issue_request(X509, &world.default, "ec-p256"))?;
    let issued: Value = serde_json::from_slice(connection.body())?;
    let text = |member: &str| issued[member].as_str().context("no certificate");
    question(bench, text("issuingCa")?, text("serialNumber")?)
}

/// What is sent about a question, DER.
pub(super) fn post(path: &str, question: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ocsp-request\r\n\
         Content-Length: {}\r\n\r\n",
        question.len()
    );
    [head.as_bytes(), question].concat()
}

/// A question without a nonce, DER, about a CA's certificate: the CA's own in PEM, the serial number in base 10.
pub(super) fn question(bench: &Bench, ca: &str, serial_number: &str) -> anyhow::Result<Vec<u8>> {
    let folder = bench.new_folder()?;
    let (ca_file, question) = (folder.path().join("ca.pem"), folder.path().join("question"));
    fs::write(&ca_file, ca)?;
    let mut openssl = Command::new("openssl");
    openssl.args(["ocsp", "-no_nonce", "-issuer"]).arg(ca_file);
    openssl.args(["-serial", serial_number, "-reqout"]).arg(&question);
    anyhow::ensure!(openssl.output()?.status.success(), "openssl made no request");
    Ok(fs::read(question)?)
}

/// The status that an answer, DER, tells: `good`, `revoked` or `unknown`.
pub(super) fn status(bench: &Bench, answer: &[u8]) -> anyhow::Result<String> {
    let folder = bench.new_folder()?;
    let file = folder.path().join("answer");
    fs::write(&file, answer)?;
    let mut openssl = Command::new("openssl");
    openssl.args(["ocsp", "-noverify", "-resp_text", "-respin"]).arg(file);
    let text = String::from_utf8(openssl.output()?.stdout)?;
    let status = text.lines().find_map(|line| line.trim().strip_prefix("Cert Status: "));
    Ok(status.context("openssl read no status")?.to_owned())
}
