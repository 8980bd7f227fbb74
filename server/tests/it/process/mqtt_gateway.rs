//! The example of an MQTT service against a real server, with Mosquitto's clients.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    child::{Ended, Process, Server, on_both, run},
    examples::example,
};
use crate::harness::TestDatabase;

const BASIC: &str = "/api/v1/basic-credentials";
/// Codes of a CONNACK (MQTT 3.1.1 section 3.2.2.3): bad user name or password, not authorized.
const BAD_PASSWORD: i32 = 4;
const NOT_AUTHORIZED: i32 = 5;

/// A running gateway and its port.
struct Gateway {
    process: Process,
    port: String,
}

impl Gateway {
    fn start(database: &TestDatabase) -> Self {
        let mut command = example(database, "mqtt_gateway");
        command.args(["data/bootstrap.json", "--listen", "127.0.0.1:0"]);
        let mut process = Process::spawn(command);
        let port = process.until("port", |process| {
            assert!(!process.is_over(), "it ended: {}", process.stderr());
            let printed = process.stdout();
            Some(printed.strip_prefix("listening on 127.0.0.1:")?.split_once('\n')?.0.to_owned())
        });
        Self { process, port }
    }

    fn client(&self, program: &str, username: &str, password: &str) -> Command {
        // What they print is seen when it is printed.
        let mut command = Command::new("stdbuf");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.args(["-oL", program, "-p", &self.port, "-u", username, "-P", password, "-t"]);
        command
    }

    /// A client that listens.
    fn subscriber(&self, username: &str) -> Process {
        let mut command = self.client("mosquitto_sub", username, username);
        command.args(["devices/#", "-d"]);
        let mut subscriber = Process::spawn(command);
        subscriber
            .until("subscription", |subscriber| subscriber.stdout().contains("Subscribed").then_some(()));
        subscriber
    }

    fn publish(&self, username: &str, password: &str) -> Ended {
        let mut command = self.client("mosquitto_pub", username, password);
        command.args(["devices/1", "-m", "hello"]);
        run(command)
    }
}

async fn change(server: &Server, id: &Value, part: &str, body: Value) {
    let path = format!("{BASIC}/{}/{part}", id.as_str().unwrap());
    let answer = server.patch(&path, body).await;
    assert!(answer.status.is_success(), "{answer:?}");
}

on_both!(it_lets_in_who_is_good_as_long_as_they_are);

async fn it_lets_in_who_is_good_as_long_as_they_are(database: TestDatabase) {
    let server = Server::start(&database).await;
    let names = ["suspended", "revoked", "reset", "good"];
    let mut ids = Vec::new();
    for name in names {
        let made = server.post(BASIC, json!({"username": name, "password": name})).await.expect(201);
        ids.push(made["id"].clone());
    }
    let mut gateway = Gateway::start(&database);
    let [mut suspended, revoked, reset, mut good] = names.map(|name| gateway.subscriber(name));
    gateway.publish("good", "good").worked();
    for subscriber in [&mut suspended, &mut good] {
        subscriber.until("message", |subscriber| subscriber.stdout().contains("hello").then_some(()));
    }
    assert_eq!(gateway.publish("good", "guessed").code, Some(BAD_PASSWORD));
    assert_eq!(gateway.publish("nobody", "guessed").code, Some(BAD_PASSWORD));

    for (number, part, body) in [
        (0, "state", json!({"state": "Suspended"})),
        (1, "state", json!({"state": "Revoked"})),
        (2, "password", json!({"password": "another"})),
    ] {
        change(&server, &ids[number], part, body).await;
        let since = Instant::now();
        let line = format!("{} was thrown out", ids[number].as_str().unwrap());
        gateway.process.until("end of a client", |gateway| gateway.stdout().contains(&line).then_some(()));
        assert!(since.elapsed() < Duration::from_secs(1), "{line} after {:?}", since.elapsed());
    }
    // Mosquitto's client connects again by itself, and ends when that is refused.
    for (subscriber, code) in [(suspended, NOT_AUTHORIZED), (revoked, NOT_AUTHORIZED), (reset, BAD_PASSWORD)]
    {
        let ended = subscriber.ended();
        assert_eq!(ended.code, Some(code), "{}{}", ended.stdout, ended.stderr);
    }
    gateway.publish("reset", "another").worked();
    change(&server, &ids[0], "state", json!({"state": "Active"})).await;
    gateway.publish("suspended", "suspended").worked();
    assert!(!good.is_over(), "nothing happened to it: {}", good.stderr());
}
