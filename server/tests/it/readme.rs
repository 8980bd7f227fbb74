//! The README's walk-through, executed as it stands.

use std::process::Command;

use crate::harness::{Backend, TestDatabase, TestServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn walk_through() {
    let database = TestDatabase::new(Backend::Sqlite);
    let folder = database.folder.path().to_owned();
    let mut config = database.config();
    config.data_dir = folder.join("vouchsafe-data");
    config.pki.ca_key_type = "rsa-2048".to_owned();
    let server = TestServer::on(database, config).await;
    let script = blocks(include_str!("../../../README.md"));
    assert!(script.contains("openssl verify"), "the README has lost its blocks marked `sh`");
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &script]).current_dir(&folder);
    let output = tokio::task::spawn_blocking(move || bash.output()).await.unwrap().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert!(stdout.contains("certificate.pem: OK"), "{stdout}\n{stderr}");
    assert!(stdout.contains(r#""username":"sensor-7""#), "{stdout}");
    let list = server.get("/api/v1/basic-credentials").await.expect(200);
    assert_eq!(list[0]["state"], "Revoked");
}

/// The blocks marked `sh`, one after the other.
fn blocks(markdown: &str) -> String {
    let parts = markdown.split("```sh\n").skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default()).collect()
}
