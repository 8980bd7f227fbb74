//! A server that stops lets its listeners go: they come back to another one.

use std::time::{Duration, Instant};

use super::{EVENTS, stream::Stream};
use crate::{
    harness::{TestServer, both},
    process::child::{Server, sqlite},
};

both!(streams_end_with_the_server, async |server: TestServer| {
    let mut streams = Vec::new();
    for _ in 0..20 {
        let mut stream = Stream::open(&server).await;
        stream.position().await;
        streams.push(stream);
    }
    let started = Instant::now();
    let (database, config) = server.stop().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    for stream in &mut streams {
        assert_eq!(stream.message(Duration::from_secs(5)).await, None, "an end, not a break in the middle");
    }
    let server = TestServer::on(database, config).await;
    Stream::open(&server).await.position().await;
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_ends_them() {
    let database = sqlite();
    let server = Server::start(&database).await;
    let mut stream = Stream::of(server.request(reqwest::Method::GET, EVENTS)).await;
    stream.position().await;
    let started = Instant::now();
    let process = tokio::task::spawn_blocking(|| server.stop());
    assert_eq!(stream.message(Duration::from_secs(5)).await, None);
    process.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
