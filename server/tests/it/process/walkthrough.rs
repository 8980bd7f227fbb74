//! The README's walk through the configuration, executed as it stands.

use std::{fs, process::Command};

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    admin::{Admin, TENANTS},
    child::{Server, run, sqlite, vouchsafe},
};
use crate::{harness::TestDatabase, readme::script};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_configuration() {
    let database = sqlite();
    let folder = database.folder.path().join("vouchsafe-data");
    let mut serve = vouchsafe(&database, ["serve"]);
    serve.env("VOUCHSAFE_DATA_DIR", &folder);
    let server = Server::spawn(serve);
    let ended = run(walk(&database));
    let printed = ended.worked();
    assert_eq!(ended.stderr, "");
    assert!(
        printed.contains("\n/api/configuration/alerting/traffic_alerts\n"),
        "links are printed: {printed}"
    );
    assert!(!database.folder.path().join("cookies.txt").exists());

    let made: Value = serde_json::from_slice(&fs::read(folder.join("bootstrap.json")).unwrap()).unwrap();
    let admin = Admin::new(&server, &made).await;
    let alerts = admin.body("/api/configuration/alerting/system_alerts").await;
    let on = |alert: &(&String, &Value)| alert.1 != &json!({"email": false, "snmp": false});
    let on: Vec<_> = alerts.as_object().unwrap().iter().filter(on).collect();
    assert_eq!(on, [(&"xcbLoginFailure".to_owned(), &json!({"email": true, "snmp": false}))]);
    let stores = admin.items("/api/configuration/trust_stores").await;
    assert_eq!(stores.len(), 2);
    let platform =
        server.request(Method::GET, "/pki/platform/ca.pem").send().await.unwrap().text().await.unwrap();
    let stored = stores[1]["body"]["authorities"][0]["pem"].as_str().unwrap();
    assert_eq!(stored.trim(), platform.trim());

    // The tenant, its client, and what the client's token made.
    let acme = admin.items(TENANTS).await.into_iter().find(|tenant| tenant["body"]["id"] == "acme").unwrap();
    assert_eq!(acme["body"]["password_rules"]["minimum_length"], 12);
    let clients = admin.items(&format!("{}/oauth_clients", acme["meta"]["href"].as_str().unwrap())).await;
    assert_eq!(clients[0]["body"]["client_id"], "acme-gateway");
    assert!(printed.contains(r#""username":"acme-sensor-1""#), "{printed}");
    trail(&admin, printed).await;
}

/// The README's commands, with the programs that it may take for granted.
fn walk(database: &TestDatabase) -> Command {
    let mut bash = script("Configuration");
    bash.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(database.folder.path());
    bash
}

/// What was printed of the audit trail, and that it ends with the logout.
async fn trail(admin: &Admin, printed: &str) {
    let line = printed.lines().find(|line| line.contains(r#""operation":"first_start""#)).unwrap();
    let page: Value = serde_json::from_str(line).unwrap();
    let operations: Vec<&str> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|row| row["operation"].as_str().unwrap())
        .collect();
    assert_eq!(
        operations,
        [
            "first_start",
            "authentication_login",
            "trust_stores_create",
            "system_alerts_replace",
            "transaction_commit",
            "tenants_create",
            "oauth_clients_create",
            "transaction_commit",
            "basic_credentials_create",
        ]
    );
    let rows = admin.get("/api/audit?operation=authentication_logout").await.expect(200);
    assert_eq!(rows["items"].as_array().unwrap().len(), 1);
}

/// A section's commands on a new server of its own, and what they print.
fn walked(title: &str) -> String {
    let database = sqlite();
    let mut serve = vouchsafe(&database, ["serve"]);
    serve.env("VOUCHSAFE_DATA_DIR", database.folder.path().join("vouchsafe-data"));
    let _server = Server::spawn(serve);
    let mut bash = script(title);
    bash.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(database.folder.path());
    let ended = run(bash);
    let printed = ended.worked().to_owned();
    printed + &ended.stderr
}

/// Asserts that texts are printed, in this order.
#[track_caller]
fn in_order(printed: &str, texts: &[&str]) {
    let mut rest = printed;
    for text in texts {
        let found = rest.split_once(text);
        rest = found.unwrap_or_else(|| panic!("no {text} where it should be: {printed}")).1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letting_clients_in() {
    let expected = [
        r#"{"verdict":"Accepted""#,
        r#"{"verdict":"Rejected","reason":"WrongPassword""#,
        r#"{"verdict":"Accepted""#,
        r#"{"verdict":"Accepted""#,
        "\nevent: created\n",
        "\nevent: activated\n",
        "\nevent: suspended\n",
        "HTTP/1.1 204 No Content",
        "x-vouchsafe-username: sensor-9",
        r#"{"result":"allow""#,
    ];
    in_order(&walked("Letting clients in"), &expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_for_the_rest_of_the_world() {
    let printed = walked("Certificates for the rest of the world");
    let expected = [
        "certificate.pem: OK",
        "certificate.pem: good",
        "certificate.pem: revoked",
        "Reason: keyCompromise",
        r#""verdict":"Accepted""#,
        r#""verdict":"Rejected""#,
        r#"{"verdict":"Accepted","tenant":"default","commonName":"partner-7""#,
        r#""trustStore":""#,
    ];
    in_order(&printed, &expected);
    assert!(printed.contains("certificate revoked"), "by the list: {printed}");
}
