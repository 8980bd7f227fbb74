//! A peer that speaks just enough HTTP/1.1: it answers what the test says and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use vouchsafe_sdk::{Client, ClientBuilder, RetryPolicy};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// `GET /path`.
    pub(super) line: String,
    /// Lower-case names.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What is sent back, as it is. After what begins with `HANG` nothing more is said; what begins with `BREAK` ends with
/// the connection.
pub(super) type Answer = String;
pub(super) const HANG: &str = "hang:";
pub(super) const BREAK: &str = "break:";

/// Between what is before and what is after it in an answer, a moment passes.
pub(super) const GAP: char = '\u{1}';

pub(super) fn answer(status: u16, headers: &str, body: &str) -> Answer {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

#[derive(Clone)]
pub(super) struct Peer {
    pub(super) url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Peer {
    /// Starts a peer that answers the n-th request (from 0) with `script(n, request)`.
    pub(super) async fn start(script: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let peer = Self { url, seen: Arc::default() };
        let (script, seen) = (Arc::new(script), Arc::clone(&peer.seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&seen)));
            }
        });
        peer
    }

    /// A client of this peer that waits for almost nothing before it tries again.
    pub(super) fn builder(&self) -> ClientBuilder {
        Client::builder(&self.url).retry(RetryPolicy::new().base(Duration::from_millis(1)))
    }

    pub(super) fn client(&self) -> Client {
        self.builder().no_auth().build().unwrap()
    }

    pub(super) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|request| request.line).collect()
    }
}

async fn serve<F: Fn(usize, &Request) -> Answer>(
    stream: TcpStream,
    script: Arc<F>,
    seen: Arc<Mutex<Vec<Request>>>,
) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let n = {
            let mut seen = seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        let answer = script(n, &request);
        for (n, piece) in answer.trim_start_matches(BREAK).trim_start_matches(HANG).split(GAP).enumerate() {
            if n > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            if stream.get_mut().write_all(piece.as_bytes()).await.is_err() {
                return;
            }
        }
        if answer.starts_with(BREAK) {
            return;
        }
        if answer.starts_with(HANG) {
            std::future::pending::<()>().await;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            text => lines.push(text.to_owned()),
        }
    }
    let line = lines.remove(0).trim_end_matches(" HTTP/1.1").to_owned();
    let headers = lines.iter().filter_map(|line| line.split_once(": "));
    let headers: Vec<_> =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let mut request = Request { line, headers, body: String::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    request.body = String::from_utf8(body).unwrap();
    Some(request)
}
