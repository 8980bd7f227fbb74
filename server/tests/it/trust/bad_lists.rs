//! Hosts that don't give a good list: whoever it would have covered is refused, in bounded time, and told which URL it is.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    Foreign, STORES, assign,
    host::{Does, Host},
    is_accepted, refusal, store, trusting, with_hosts,
};
use crate::harness::{Backend, TestServer};

/// More than any call to a host may take.
const PATIENCE: Duration = Duration::from_secs(14);

fn redirect(to: &str) -> Does {
    Does::Answers(format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\n"), Vec::new())
}

/// A gigabyte of nothing in a megabyte.
fn bomb() -> Vec<u8> {
    let made = Command::new("sh").args(["-c", "head -c 1000000000 /dev/zero | gzip -1"]).output().unwrap();
    assert!(made.stdout.len() > 1_000_000 && made.stdout.len() < 16 << 20);
    made.stdout
}

/// What a host may do instead of giving a list, and what is told of it.
fn cases(foreign: &Foreign, host: &Host) -> Vec<(String, &'static str)> {
    let good = foreign.list("root", &[]);
    let good_der = foreign.last_list_der();
    host.gives("/good.crl", good.clone());
    foreign.issue("other-root", "other-root", "root");
    foreign.issue("between", "root", "root");
    let mut forged = good_der.clone();
    *forged.last_mut().unwrap() ^= 1;
    let stale = "-crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z";
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gzip =
        "HTTP/1.1 200 OK\r\ncontent-type: application/pkix-crl\r\ncontent-encoding: gzip\r\n".to_owned();
    let html = b"<!doctype html><title>Sign in</title>".to_vec();
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n".to_owned();
    vec![
        (host.gives("/stale.crl", foreign.list_with("root", &[], stale)), "out of date"),
        (host.gives("/other.crl", foreign.list("other-root", &[])), ""),
        (host.gives("/forged.crl", forged), ""),
        (host.gives("/cut.crl", good_der[..good_der.len() - 1].to_vec()), ""),
        (host.gives("/empty.crl", Vec::new()), ""),
        (host.gives("/garbage.crl", vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), ""),
        (host.does("/page.crl", Does::Answers(page, html)), ""),
        (host.does("/bomb.crl", Does::Answers(gzip, bomb())), ""),
        (host.url("/missing.crl"), "status 404"),
        (host.does("/closes.crl", Does::Closes), ""),
        (host.does("/floods.crl", Does::Floods), "too large"),
        (host.does("/loop.crl", redirect("/loop.crl")), "redirects too often"),
        (
            host.does("/to-metadata.crl", redirect("http://169.254.169.254/latest/meta-data")),
            "address is not public",
        ),
        (host.does("/to-private.crl", redirect("http://10.0.0.1/good.crl")), "address is not public"),
        (host.does("/to-file.crl", redirect("file:///etc/passwd")), ""),
        (format!("http://{closed}/closed.crl"), "no connection"),
        ("http://nobody.invalid/name.crl".to_owned(), "name can't be resolved"),
        (host.does("/hangs.crl", Does::Hangs), "in time"),
        (host.does("/drips.crl", Does::Drips), "in time"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_named() {
    let server = TestServer::start(Backend::Sqlite, with_hosts).await;
    let (foreign, host) = (Foreign::new(), Host::start().await);
    let session = server.session().await;
    let cases = cases(&foreign, &host);
    let mut stores = Vec::new();
    for (url, _) in &cases {
        stores.push(session.create(STORES, store(&foreign, "leaf", std::slice::from_ref(url))).await);
    }
    session.commit().await.expect(201);
    let question = json!({"certificates": [foreign.pem("near")]});
    let ask = async |key: &String| {
        let started = Instant::now();
        let told = session.post(&format!("{STORES}/{key}/verify"), question.clone()).await.expect(200);
        assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
        told
    };
    // All at once: the slow ones hold nobody up but those who ask for them.
    let told = futures_util::future::join_all(stores.iter().map(ask)).await;
    for ((url, why), told) in cases.iter().zip(&told) {
        let failures = told["body"]["failures"].as_array().unwrap();
        assert_eq!((&told["body"]["verdict"], failures.len()), (&json!("Rejected"), 1), "{url}: {told}");
        assert_eq!(failures[0]["reason"], "RevocationUnknown", "{url}: {told}");
        let detail = failures[0]["detail"].as_str().unwrap();
        assert!(detail.contains(url) && detail.contains(why), "{url}, {why}: {detail}");
    }
    // They are not asked again for a while, and a tenant is told the same.
    for ((url, _), key) in cases.iter().zip(&stores) {
        assign(&session, &[key]).await;
        let started = Instant::now();
        let (reason, detail) = refusal(&server, &foreign, &["near"]).await;
        assert!(reason == "RevocationUnknown" && detail.contains(url), "{reason}: {detail}");
        assert!(started.elapsed() < Duration::from_secs(5), "{url}: {:?}", started.elapsed());
    }
    for path in ["/missing.crl", "/page.crl", "/hangs.crl", "/floods.crl", "/empty.crl"] {
        assert_eq!(host.asked(path), 1, "{path}");
    }
}

/// One good list among bad ones is enough for whom it covers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dont_spoil_good_ones() {
    let server = TestServer::start(Backend::Sqlite, with_hosts).await;
    let (foreign, host) = (Foreign::new(), Host::start().await);
    let urls = [
        host.url("/missing.crl"),
        host.gives("/between.crl", foreign.list("between", &[])),
        host.gives("/page.crl", b"<html>".to_vec()),
        host.gives("/root.crl", foreign.list("root", &[])),
    ];
    trusting(&server, store(&foreign, "full", &urls)).await;
    is_accepted(&server, &foreign, &["near"]).await;
    is_accepted(&server, &foreign, &["far", "between"]).await;
}

/// Private addresses are called only where the operator allows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loopback_must_be_allowed() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let (foreign, host) = (Foreign::new(), Host::start().await);
    let url = host.gives("/root.crl", foreign.list("root", &[]));
    trusting(&server, store(&foreign, "leaf", std::slice::from_ref(&url))).await;
    let (reason, detail) = refusal(&server, &foreign, &["near"]).await;
    assert_eq!(reason, "RevocationUnknown");
    assert!(detail.contains(&url) && detail.contains("outbound.allow"), "{detail}");
    assert_eq!(host.asked("/root.crl"), 0);
    let (database, mut config) = server.stop().await;
    with_hosts(&mut config);
    let server = TestServer::on(database, config).await;
    is_accepted(&server, &foreign, &["near"]).await;
}
