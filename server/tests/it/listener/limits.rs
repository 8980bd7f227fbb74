//! How long connections may take and be silent, and how they end when the listener stops.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use vouchsafe::listener::Limits;

use super::{LONG, PATIENT, run, server_certificate};

/// The one limit that a test waits for.
const LIMIT: Duration = Duration::from_millis(400);
/// Before and after it. The others are far away.
const SOON: Duration = Duration::from_millis(200);
const LATE: Duration = Duration::from_secs(20);

const HALF: &[u8] = b"GET / HTTP/1.1\r\nHost: local";
const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn connect(address: SocketAddr, first: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(first).await.unwrap();
    stream
}

/// Reads to the end, which comes about after the limit.
async fn closed(mut stream: TcpStream) -> String {
    let (started, mut answer) = (Instant::now(), Vec::new());
    // The end may be a reset, as half of a request is left unread.
    let _ = timeout(LATE, stream.read_to_end(&mut answer)).await.expect("it is not closed");
    assert!(started.elapsed() > SOON, "closed after {:?}", started.elapsed());
    String::from_utf8_lossy(&answer).into_owned()
}

/// An answer, its connection left open.
async fn answered(stream: &mut TcpStream) -> String {
    let mut buffer = [0; 4096];
    let count = timeout(LATE, stream.read(&mut buffer)).await.expect("an answer").unwrap();
    String::from_utf8_lossy(&buffer[..count]).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_head_is_waited_for_in_vain() {
    let running = run(Limits { head: LIMIT, ..PATIENT }, None).await;
    assert_eq!(closed(connect(running.address, HALF).await).await, "");
    // Not even if it goes on and on.
    let (mut reader, mut writer) = connect(running.address, HALF).await.into_split();
    let drip = tokio::spawn(async move {
        while writer.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    });
    let _ = timeout(LATE, reader.read_to_end(&mut Vec::new())).await.expect("it is not closed");
    drip.await.unwrap();
    // Nor after a request.
    let mut kept = connect(running.address, WHOLE).await;
    assert!(answered(&mut kept).await.starts_with("HTTP/1.1 200 "));
    sleep(LIMIT + SOON).await;
    kept.write_all(HALF).await.unwrap();
    assert_eq!(closed(kept).await, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_ends_where_no_request_is_open() {
    let running = run(Limits { idle: LIMIT, ..PATIENT }, None).await;
    assert_eq!(closed(connect(running.address, b"").await).await, "");
    let mut kept = connect(running.address, WHOLE).await;
    assert!(answered(&mut kept).await.starts_with("HTTP/1.1 200 "));
    assert_eq!(closed(kept).await, "");
    // HTTP/2: the preface and settings, then nothing.
    let settings = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    closed(connect(running.address, settings).await).await;
    // A long answer is no silence, and neither is a long upload.
    for version in [reqwest::Client::builder(), reqwest::Client::builder().http2_prior_knowledge()] {
        let url = format!("http://{}/slow/1200", running.address);
        let answer = version.build().unwrap().get(url).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
    }
    let upload = b"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
    let mut slow = connect(running.address, upload).await;
    for _ in 0..5 {
        sleep(SOON).await;
        slow.write_all(b"x").await.unwrap();
    }
    assert!(answered(&mut slow).await.contains(" 5 []"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_stalls_ends() {
    let running = run(Limits { stalled: LIMIT, ..PATIENT }, None).await;
    let upload = b"POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nx";
    assert_eq!(closed(connect(running.address, upload).await).await, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_is_waited_for_in_vain() {
    let (_, certificate) = server_certificate();
    let running = run(Limits { handshake: LIMIT, ..PATIENT }, Some(&certificate)).await;
    assert_eq!(closed(connect(running.address, b"").await).await, "");
    // The beginning of a ClientHello's record.
    assert_eq!(closed(connect(running.address, b"\x16\x03\x01\x02\x00\x01").await).await, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_stop_waits_for_requests_alone() {
    let (_, certificate) = server_certificate();
    for certificate in [None, Some(&certificate)] {
        let running = run(Limits { parting: LIMIT, ..PATIENT }, certificate).await;
        let _silent = connect(running.address, b"").await;
        let _half = connect(running.address, HALF).await;
        let slow = tokio::spawn(reqwest::get(format!("http://{}/slow/1000", running.address)));
        sleep(SOON).await;
        let stopped = Instant::now();
        running.stop.send(()).unwrap();
        timeout(LATE, running.task).await.expect("it stops").unwrap();
        if certificate.is_none() {
            assert!(stopped.elapsed() > LIMIT, "{:?}", stopped.elapsed());
            assert_eq!(slow.await.unwrap().unwrap().status().as_u16(), 200);
        }
        assert!(TcpStream::connect(running.address).await.is_err(), "it still takes connections");
    }
}

/// The rest of a head that was on its way is taken in; its answer says that it is the last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_was_on_its_way_is_answered() {
    let running = run(PATIENT, None).await;
    let mut half = connect(running.address, HALF).await;
    sleep(SOON).await;
    running.stop.send(()).unwrap();
    sleep(SOON).await;
    half.write_all(b"host\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    timeout(LATE, half.read_to_string(&mut answer)).await.expect("the end").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close"), "{answer}");
    timeout(LATE, running.task).await.expect("it stops").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_take_longer_than_the_grace_are_cut() {
    let running = run(Limits { grace: LIMIT, ..PATIENT }, None).await;
    let mut endless = Vec::new();
    for client in [reqwest::Client::builder(), reqwest::Client::builder().http2_prior_knowledge()] {
        let url = format!("http://{}/slow/{}", running.address, LONG.as_millis());
        endless.push(tokio::spawn(client.build().unwrap().get(url).send()));
    }
    sleep(SOON).await;
    running.stop.send(()).unwrap();
    timeout(LATE, running.task).await.expect("it stops").unwrap();
    for request in endless {
        assert!(timeout(LATE, request).await.unwrap().unwrap().is_err());
    }
}
