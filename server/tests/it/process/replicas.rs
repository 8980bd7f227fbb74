//! Two servers on one PostgreSQL: they start at once on an empty one, and have one configuration.

use std::{path::PathBuf, process::Command, time::Duration};

use serde_json::{Value, json};

use super::{
    admin::{Admin, TENANTS, TIMEZONE, login},
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

pub(super) fn start_both(database: &TestDatabase) -> [Server; 2] {
    let commands = both_machines(database, &[("VOUCHSAFE_MASTER_KEY_VALUE", KEY)]);
    let starts =
        commands.map(|command| std::thread::spawn(|| Server::spawn_as("https://vouchsafe.example", command)));
    starts.map(|start| start.join().unwrap())
}

/// What whichever was the first wrote down.
pub(super) fn first_bootstrap(database: &TestDatabase) -> Value {
    let folders = [database.data_dir(), other_folder(database)];
    let file = folders.iter().find_map(|folder| std::fs::read(folder.join("bootstrap.json")).ok());
    serde_json::from_slice(&file.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn make_one_of_everything() {
    let database = TestDatabase::new(Backend::Postgres);
    let mut servers = start_both(&database);
    assert_eq!(counts(&database), "1|2|1|1|1");
    let firsts = servers.each_ref().map(|server| server.process.stdout().starts_with("first start: "));
    assert!(firsts[0] != firsts[1], "one was the first: {firsts:?}");
    let folders = [database.data_dir(), other_folder(&database)];
    let files = folders.each_ref().map(|folder| folder.join("bootstrap.json"));
    assert_eq!(files.each_ref().map(|file| file.exists()), firsts, "the first wrote the file");
    assert!(folders.iter().all(|folder| !folder.join("master.key").exists()), "the key was given");

    // A token of the one is good for the other, and what the one makes the other lists.
    servers[0].authorise(&first_bootstrap(&database)).await;
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
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn share_sessions_the_lock_and_the_configuration() {
    let database = TestDatabase::new(Backend::Postgres);
    let [here, mut there] = start_both(&database);
    let made = first_bootstrap(&database);
    there.authorise(&made).await;
    let session = Admin::new(&here, &made).await;
    let elsewhere = session.on(&there);
    let reader = Admin::new(&there, &made).await;

    session.put(TIMEZONE, &json!("Europe/Paris")).await.expect(201);
    assert_eq!(elsewhere.body(TIMEZONE).await, "Europe/Paris", "the session sees its changes wherever it is");
    assert_eq!(elsewhere.changes().await, [TIMEZONE]);
    assert_eq!(reader.body(TIMEZONE).await, "UTC");
    let locked = reader.put(TIMEZONE, &json!("Europe/Rome")).await.failure(409);
    assert_eq!(
        (&locked["type"], &locked["details"]["holder"]["username"]),
        (&json!("ConfigurationLocked"), &json!("admin"))
    );

    // What the tenant plane there goes by, too.
    let tenant = session.items(TENANTS).await.remove(0);
    let mut rules = tenant["body"].clone();
    rules["password_rules"]["minimum_length"] = json!(20);
    there.post(BASIC, json!({"username": "before", "password": "short"})).await.expect(201);
    elsewhere.put(tenant["meta"]["href"].as_str().unwrap(), &rules).await.expect(201);
    there.post(BASIC, json!({"username": "meanwhile", "password": "short"})).await.expect(201);
    session.commit().await.expect(201);
    assert_eq!(reader.body(TIMEZONE).await, "Europe/Paris", "at once");
    tokio::time::sleep(Duration::from_millis(1050)).await;
    there.post(BASIC, json!({"username": "after", "password": "short"})).await.message(400);

    // The end of a transaction and of a session is one everywhere.
    elsewhere.put(TIMEZONE, &json!("Europe/Oslo")).await.expect(201);
    session.delete("/api/authentication").await.expect(200);
    assert_eq!(elsewhere.get(TIMEZONE).await.failure(401)["type"], "Unauthenticated");
    reader.put(TIMEZONE, &json!("Europe/Rome")).await.expect(201);
    reader.rollback().await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn count_guesses_together() {
    const SETTINGS: &str = "/api/configuration/aaa/settings";
    let database = TestDatabase::new(Backend::Postgres);
    let servers = start_both(&database);
    let made = first_bootstrap(&database);
    let admin = Admin::new(&servers[0], &made).await;
    let mut settings = admin.body(SETTINGS).await;
    // Longer than this test, however slow the machine.
    settings["lockout"] = json!({"failures": 4, "initial_delay_seconds": 300, "maximum_delay_seconds": 300});
    admin.put(SETTINGS, &settings).await.expect(201);
    admin.commit().await.expect(201);
    for server in servers.iter().chain(&servers) {
        login(server, "admin", "guess").await.failure(401);
    }
    for server in &servers {
        let blocked = login(server, "admin", made["adminPassword"].as_str().unwrap()).await;
        assert_eq!(blocked.failure(429)["type"], "TooManyRequests");
    }
    admin.on(&servers[1]).get(SETTINGS).await.expect(200);
}
