//! Several processes on one database, and a process that is killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use vouchsafe_domain::CredentialsId;
use vouchsafe_store::{LockRow, Options, Record, Store};

use crate::backend::{Database, on_both};
use crate::fixtures::{at, basic, hash, tenant, with_tenants};

on_both!(
    processes_migrate_at_once,
    one_process_locks_the_configuration,
    a_killed_process_loses_nothing_acknowledged
);

const URL: &str = "STORE_TEST_URL";

/// Runs one of the ignored tests below in a process of its own.
fn child(test: &str, url: &str) -> Child {
    let exact = format!("processes::{test}");
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &exact, "--ignored", "--nocapture"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

async fn open() -> Store {
    let url = std::env::var(URL).expect("this test is run by another one");
    Store::connect(&url, &Options::default()).await.unwrap()
}

async fn processes_migrate_at_once(database: Database) {
    let children: Vec<_> = (0..4).map(|_| child("child_migrates", &database.url)).collect();
    let mut ran = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        ran += String::from_utf8(output.stdout).unwrap().matches("ran m0").count();
    }
    assert_eq!(ran, 8, "each migration ran once");
    assert!(database.open().await.ping().await.is_ok());
}

#[tokio::test]
#[ignore = "a process of its own for another test"]
#[expect(clippy::print_stdout, reason = "its parent reads it")]
async fn child_migrates() {
    for name in open().await.migrate().await.unwrap() {
        println!("ran {name}");
    }
}

async fn one_process_locks_the_configuration(database: Database) {
    let store = database.store().await;
    let children: Vec<_> = (0..4).map(|_| child("child_locks_the_configuration", &database.url)).collect();
    let mut took = Vec::new();
    for child in children {
        let process = child.id();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        if String::from_utf8(output.stdout).unwrap().contains("took the lock") {
            took.push(process.to_string());
        }
    }
    let lock = store.configuration_lock().await.unwrap().unwrap();
    assert_eq!(took, [lock.session]);
    assert_eq!(store.configuration_revision().await.unwrap(), 40, "no revision was counted twice");
}

#[tokio::test]
#[ignore = "a process of its own for another test"]
#[expect(clippy::print_stdout, reason = "its parent reads it")]
async fn child_locks_the_configuration() {
    let store = open().await;
    for _ in 0..10 {
        let tx = store.begin_configuration().await.unwrap();
        tx.configuration_revision_bump().await.unwrap();
        let held = tx.configuration_lock().await.unwrap().is_some();
        if !held {
            let session = std::process::id().to_string();
            let username = "admin".to_owned();
            let lock = LockRow { session, username, opened_at: at(0), used_at: at(0), version: 0 };
            tx.configuration_lock_insert(&lock).await.unwrap();
        }
        tx.commit().await.unwrap();
        if !held {
            println!("took the lock");
        }
    }
}

async fn a_killed_process_loses_nothing_acknowledged(database: Database) {
    let store = database.store().await;
    with_tenants(&store, &["one"]).await;
    let mut child = child("child_inserts_until_killed", &database.url);
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = Vec::new();
    for line in output.lines() {
        let line = line.unwrap();
        // The test harness may put words of its own before a line.
        if let Some((_, id)) = line.rsplit_once("acknowledged ") {
            acknowledged.push(CredentialsId::parse(id).unwrap());
        }
        if acknowledged.len() == 300 {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= 300);
    for id in acknowledged {
        assert!(store.basic_credentials_get(&tenant("one"), &id).await.unwrap().is_some(), "{id} is lost");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of its own for another test"]
#[expect(clippy::print_stdout, reason = "its parent reads it")]
async fn child_inserts_until_killed() {
    let store = open().await;
    let tasks: Vec<_> = (0..32)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..10_000 {
                    let row = basic(task * 10_000 + n, &format!("u{task}-{n}"));
                    store
                        .basic_credentials_insert(&tenant("one"), &row, &hash(n), Record::default())
                        .await
                        .unwrap();
                    println!("acknowledged {}", row.id);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}
