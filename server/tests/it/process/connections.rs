//! Connections that want nothing, and more of them than the system has file descriptors for.

use std::{
    io::Write,
    net::TcpStream,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    child::{Server, run, sqlite, vouchsafe},
    tls,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_that_say_nothing_keep_nobody_waiting() {
    let database = sqlite();
    let server = Server::spawn(tls::serve(&database, &[]));
    let exported = run(vouchsafe(&database, ["ca", "export"]));
    let server = tls::trusting(server, exported.worked());
    let address = server.url.strip_prefix("https://").unwrap();
    let mut held: Vec<_> = (0..100).map(|_| TcpStream::connect(address).unwrap()).collect();
    // Half of them begin a handshake and leave it at that: the head of a record that announces 512 bytes.
    for stream in held.iter_mut().step_by(2) {
        stream.write_all(b"\x16\x03\x01\x02\x00").unwrap();
    }
    let before = Instant::now();
    assert_eq!(server.get("/health").await.expect(200), json!({"status": "ok"}));
    assert!(before.elapsed() < Duration::from_secs(5), "{:?}", before.elapsed());
    let before = Instant::now();
    let ended = server.stop();
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());
    assert!(!ended.stderr.contains("panicked") && !ended.stderr.contains("ERROR"), "{}", ended.stderr);
}

const FILES: usize = 120;

/// `vouchsafe serve` in a process that may have few files open.
fn few_files(serve: &Command) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n {FILES} && exec \"$0\" serve")]).arg(serve.get_program());
    command.env_clear().envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(serve.get_current_dir().unwrap());
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_again_when_file_descriptors_are_back() {
    let database = sqlite();
    let server = Server::spawn(few_files(&vouchsafe(&database, ["serve"])));
    let address = server.url.strip_prefix("http://").unwrap();
    let told = || server.process.stderr().matches("can't take connections, trying again").count();
    // Those that it can't take wait in the system's queue.
    let held: Vec<_> = (0..FILES).map(|_| TcpStream::connect(address).unwrap()).collect();
    let deadline = Instant::now() + Duration::from_secs(30);
    while told() < 2 {
        assert!(Instant::now() < deadline, "it has not run out: {}", server.process.stderr());
        thread::sleep(Duration::from_millis(20));
    }
    let (before, since) = (told(), Instant::now());
    thread::sleep(Duration::from_secs(1));
    let most = since.elapsed().as_millis() / 500 + 1;
    assert!(((told() - before) as u128) <= most, "it tries without a pause");
    drop(held);
    assert_eq!(server.get("/health").await.expect(200), json!({"status": "ok"}));
    server.stop();
}
