//! Two servers that start at once on one empty PostgreSQL.

use std::{path::PathBuf, process::Command};

use serde_json::{Value, json};

use super::{
    child::{Process, Server, vouchsafe},
    database::{counts, sql},
};
use crate::harness::{Backend, TestDatabase};

const BASIC: &str = "/api/v1/basic-credentials";
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The second machine's folder.
fn other_folder(database: &TestDatabase) -> PathBuf {
    database.folder.path().join("other")
}

/// `vouchsafe serve` on this machine and on the other.
fn both_machines(database: &TestDatabase, settings: &[(&str, &str)]) -> [Command; 2] {
    [database.data_dir(), other_folder(database)].map(|folder| {
        let mut command = vouchsafe(database, ["serve"]);
        command.env("VOUCHSAFE_DATA_DIR", folder).envs(settings.iter().copied());
        command
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn make_one_of_everything() {
    let database = TestDatabase::new(Backend::Postgres);
    let commands = both_machines(&database, &[("VOUCHSAFE_MASTER_KEY_VALUE", KEY)]);
    let starts =
        commands.map(|command| std::thread::spawn(|| Server::spawn_as("https://vouchsafe.example", command)));
    let mut servers = starts.map(|start| start.join().unwrap());
    assert_eq!(counts(&database), "1|2|1|1|1");
    let firsts = servers.each_ref().map(|server| server.process.stdout().starts_with("first start: "));
    assert!(firsts[0] != firsts[1], "one was the first: {firsts:?}");
    let folders = [database.data_dir(), other_folder(&database)];
    let files = folders.each_ref().map(|folder| folder.join("bootstrap.json"));
    assert_eq!(files.each_ref().map(|file| file.exists()), firsts, "the first wrote the file");
    assert!(folders.iter().all(|folder| !folder.join("master.key").exists()), "the key was given");

    // A token of the one is good for the other, and what the one makes the other lists.
    let file = files.into_iter().find(|file| file.exists()).unwrap();
    let made: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    servers[0].authorise(&made).await;
    servers[1].token = servers[0].token.clone();
    for (number, server) in servers.iter().enumerate() {
        let username = format!("sensor{number}");
        server.post(BASIC, json!({"username": username, "password": "123"})).await.expect(201);
    }
    let lists = [servers[0].get(BASIC).await.expect(200), servers[1].get(BASIC).await.expect(200)];
    assert_eq!(lists[0], lists[1]);
    assert_eq!(lists[0].as_array().unwrap().len(), 2);
}

/// Each would make a key of its own: the one that is late must not.
#[test]
fn without_a_shared_key_one_of_them_fails() {
    let database = TestDatabase::new(Backend::Postgres);
    let mut processes = Vec::from(both_machines(&database, &[]).map(Process::spawn));
    let late = first_to_end(&mut processes);
    let late_folder = [database.data_dir(), other_folder(&database)][late].clone();
    let ended = processes.swap_remove(late).ended();
    let fingerprint = sql(&database, "SELECT value FROM settings WHERE key = 'master_key_fingerprint'");
    assert_eq!(
        ended.error(),
        format!(
            "the database needs the master key with fingerprint {fingerprint}: put it into {}/master.key or set \
             master_key.value (VOUCHSAFE_MASTER_KEY_VALUE)",
            late_folder.display()
        )
    );
    assert_eq!(std::fs::read_dir(&late_folder).unwrap().count(), 0, "no key, no bootstrap.json");
    assert_eq!(counts(&database), "1|2|1|1|1");
}

fn first_to_end(processes: &mut [Process]) -> usize {
    loop {
        if let Some(ended) = processes.iter_mut().position(Process::is_over) {
            return ended;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}
