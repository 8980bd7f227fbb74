//! `curl -N` prints events as they happen.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use super::{BASIC, EVENTS, basic, state};
use crate::harness::{TestServer, both};

struct Curl {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Curl {
    fn listen(server: &TestServer, token: &str, last: Option<&str>) -> Self {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "-N", "--max-time", "60"])
            .args(["--header", &format!("Authorization: Bearer {token}")])
            .arg(format!("{}{EVENTS}", server.url));
        if let Some(last) = last {
            curl.args(["--header", &format!("Last-Event-ID: {last}")]);
        }
        let mut child = curl.stdout(Stdio::piped()).spawn().expect("curl must be installed");
        let (out, (told, lines)) = (child.stdout.take().unwrap(), mpsc::channel());
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                if line.is_err() || told.send(line.unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line that begins so, within a time.
    fn line(&self, begin: &str, within: Duration) -> String {
        let deadline = Instant::now() + within;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("no {begin} in {within:?}"));
            if line.starts_with(begin) {
                return line;
            }
        }
    }
}

impl Drop for Curl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

both!(prints_a_revocation_within_a_second, async |server: TestServer| {
    let token = server.token_with(&server.client_id, &server.client_secret, None).await;
    let id = basic(&server, "ann").await;
    let curl = Curl::listen(&server, &token, None);
    let start = curl.line("id: ", Duration::from_secs(10));
    state(&server, BASIC, &id, "Revoked").await;
    let data = curl.line("data: ", Duration::from_secs(1));
    assert!(data.contains(r#""kind":"revoked""#) && data.contains(&id), "{data}");
    drop(curl);
    // Whoever was away is told what they missed.
    let curl = Curl::listen(&server, &token, Some(start.strip_prefix("id: ").unwrap()));
    assert_eq!(curl.line("event: ", Duration::from_secs(10)), "event: revoked");
    assert_eq!(curl.line("data: ", Duration::from_secs(1)), data);
});
