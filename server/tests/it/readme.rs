//! The README: its first walk-through, executed as it stands, and its table of settings.

use std::process::Command;

use regex::Regex;
use vouchsafe::config::SETTINGS;

use crate::harness::{Backend, TestDatabase, TestServer};

const README: &str = include_str!("../../../README.md");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn walk_through() {
    let database = TestDatabase::new(Backend::Sqlite);
    let folder = database.folder.path().to_owned();
    let mut config = database.config();
    config.data_dir = folder.join("vouchsafe-data");
    config.pki.ca_key_type = "rsa-2048".to_owned();
    let server = TestServer::on(database, config).await;
    let mut bash = script("The first minute");
    bash.current_dir(&folder);
    let output = tokio::task::spawn_blocking(move || bash.output()).await.unwrap().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert!(stdout.contains("certificate.pem: OK"), "{stdout}\n{stderr}");
    assert!(stdout.contains(r#""username":"sensor-7""#), "{stdout}");
    let list = server.get("/api/v1/basic-credentials").await.expect(200);
    assert_eq!(list[0]["state"], "Revoked");
}

/// The shell on a section's blocks marked `sh`, one after the other.
pub(crate) fn script(title: &str) -> Command {
    let parts = section(title).split("```sh\n").skip(1);
    let script: String = parts.map(|part| part.split("```").next().unwrap_or_default()).collect();
    assert!(!script.is_empty(), "{title} has lost its blocks marked `sh`");
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &script]);
    bash
}

fn section(title: &str) -> &'static str {
    let (_, rest) =
        README.split_once(&format!("\n## {title}\n")).unwrap_or_else(|| panic!("no section {title}"));
    rest.split("\n## ").next().unwrap_or_default()
}

#[test]
fn every_setting_is_in_the_table() {
    let name = Regex::new("`([^`]+)`").unwrap();
    let first_column =
        section("Settings").lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let listed: Vec<&str> = first_column
        .flat_map(|cell| name.captures_iter(cell).map(|found| found.extract::<1>().1[0]))
        .collect();
    let settings: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(listed, settings);
}
