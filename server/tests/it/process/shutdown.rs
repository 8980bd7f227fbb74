//! The end by a signal: what was begun is answered, nothing new is taken, nobody who idles holds it up.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::json;

use super::child::{Server, on_both, sqlite};
use crate::harness::{Answer, TestDatabase};

on_both!(what_was_begun_is_answered);

const X509: &str = "/api/v1/x509-credentials";
/// Enough for seconds of work on any machine, and more than it has cores.
const ORDERS: usize = 5;

async fn what_was_begun_is_answered(database: TestDatabase) {
    let server = Server::start(&database).await;
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let orders: Vec<_> = (0..ORDERS)
        .map(|_| {
            let order = json!({"commonName": "slow", "keyType": "rsa-4096"});
            tokio::spawn(Answer::of(server.request(reqwest::Method::POST, X509).json(&order)))
        })
        .collect();
    // They have arrived when the first of them is done.
    while !orders.iter().any(tokio::task::JoinHandle::is_finished) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    server.process.signal("TERM");
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match TcpStream::connect(&address) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => break,
            _ => assert!(Instant::now() < deadline, "it still takes connections"),
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let left = orders.iter().filter(|order| !order.is_finished()).count();
    assert!(left > 0, "nothing was left to be answered");
    let mut serials = Vec::new();
    for order in orders {
        serials.push(order.await.unwrap().expect(201)["serialNumber"].clone());
    }
    let ended = server.process.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let server = Server::start(&database).await;
    let listed = server.get(X509).await.expect(200);
    let listed: Vec<_> = listed.as_array().unwrap().iter().map(|item| &item["serialNumber"]).collect();
    assert_eq!(listed.len(), ORDERS);
    assert!(serials.iter().all(|serial| listed.contains(&serial)));
}

/// A kept-alive connection, one that never said anything, and one that stopped in the middle of a head.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_hold_nothing_up() {
    let database = sqlite();
    for signal in ["TERM", "INT"] {
        let server = Server::start(&database).await;
        let address = server.url.strip_prefix("http://").unwrap();
        let connect = || TcpStream::connect(address).unwrap();
        let (mut kept, silent, mut half) = (connect(), connect(), connect());
        half.write_all(b"GET /health HTTP/1.1\r\nHost: local").unwrap();
        kept.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        assert!(kept.read(&mut [0; 1024]).unwrap() > 0);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let before = Instant::now();
        server.process.signal(signal);
        let ended = server.process.ended();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(before.elapsed() < Duration::from_secs(10), "{signal}: {:?}", before.elapsed());
        drop((kept, silent, half));
    }
}
