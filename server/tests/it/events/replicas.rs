//! A revocation reaches whoever listens within a second, on another replica, too.

use std::time::{Duration, Instant};

use super::{BASIC, X509, basic, state, stream::Stream, told};
use crate::harness::{Backend, TestServer, both};

const PROMISED: Duration = Duration::from_secs(1);

/// Revokes on one server, and measures until the other's listener knows: from the answer of the first.
async fn measure(changes: &TestServer, listens: &TestServer) {
    let mut stream = Stream::open(listens).await;
    stream.position().await;
    let issued = changes.post(X509, serde_json::json!({"keyType": "ec-p256"})).await.expect(201);
    let mut ids = vec![(X509, "x509", issued["id"].as_str().unwrap().to_owned())];
    for n in 0..4 {
        ids.push((BASIC, "basic", basic(changes, &format!("user{n}-{}", listens.url.len())).await));
    }
    for _ in &ids {
        assert_eq!(stream.event().await["kind"], "created");
    }
    for (collection, kind, id) in &ids {
        state(changes, collection, id, "Revoked").await;
        let revoked = Instant::now();
        let event = stream.event_within(PROMISED).await;
        assert_eq!(told(&event), ("revoked", *kind, &**id));
        assert!(revoked.elapsed() < PROMISED, "{:?}", revoked.elapsed());
        // Not in step with the other's clock.
        tokio::time::sleep(Duration::from_millis(70)).await;
    }
}

both!(on_one_server, async |server: TestServer| measure(&server, &server).await);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_another_replica() {
    let here = TestServer::start(Backend::Postgres, |_| {}).await;
    let there = here.replica(|_| {}).await;
    measure(&here, &there).await;
    let third = here.replica(|_| {}).await;
    let mut stream = Stream::open(&third).await;
    let start = stream.position().await;
    // Back to another replica, with the number that the first one told.
    let id = basic(&there, "elsewhere").await;
    let mut elsewhere = Stream::after(&here, &start).await;
    for stream in [&mut stream, &mut elsewhere] {
        assert_eq!(told(&stream.event().await), ("created", "basic", &*id));
    }
    third.stop().await;
    there.stop().await;
}

/// Longer than the time between two heartbeats.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_stream_is_told_that_it_lives() {
    let server = TestServer::start(Backend::Sqlite, |_| {}).await;
    let mut stream = Stream::open(&server).await;
    let start = stream.position().await;
    let quiet = Instant::now();
    // Where it is, without an event: whoever comes back later is asked for no more than there is.
    let message = stream.message(Duration::from_secs(20)).await.unwrap();
    assert_eq!((message.id, message.event, message.data), (Some(start), None, None));
    assert!((14..=18).contains(&quiet.elapsed().as_secs()), "{:?}", quiet.elapsed());
    let id = basic(&server, "ann").await;
    assert_eq!(told(&stream.event().await), ("created", "basic", &*id));
}
