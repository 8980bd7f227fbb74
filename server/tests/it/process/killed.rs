//! `kill -9` in the middle of a thousand concurrent creations, and of a transaction on the configuration.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::{
    admin::{Admin, TENANTS, TIMEZONE, tenant},
    child::{Server, bootstrap, on_both, vouchsafe},
    database::sql,
};
use crate::harness::TestDatabase;

on_both!(nothing_acknowledged_is_lost, staged_changes_outlive_the_server, a_commit_is_whole_or_not_at_all,);

const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";
const CREATIONS: usize = 1000;
const ENOUGH: usize = 300;

async fn nothing_acknowledged_is_lost(database: TestDatabase) {
    let mut command = vouchsafe(&database, ["serve"]);
    command.env("VOUCHSAFE_PASSWORDS_QUEUE", CREATIONS.to_string());
    let mut server = Server::spawn(command);
    server.authorise(&bootstrap(&database)).await;
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let creations: Vec<_> = (0..CREATIONS)
        .map(|number| {
            let request = creation(&server, number);
            let acknowledged = Arc::clone(&acknowledged);
            tokio::spawn(async move {
                let created = created(request).await;
                acknowledged.lock().unwrap().extend(created);
            })
        })
        .collect();
    while acknowledged.lock().unwrap().len() < ENOUGH {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    server.kill();
    for creation in creations {
        creation.await.unwrap();
    }
    let acknowledged = std::mem::take(&mut *acknowledged.lock().unwrap());
    assert!((ENOUGH..CREATIONS).contains(&acknowledged.len()), "not in the middle: {}", acknowledged.len());

    let server = Server::start(&database).await;
    let mut listed = HashMap::new();
    for path in [BASIC, X509] {
        for item in server.get(path).await.expect(200).as_array().unwrap() {
            let id = if path == BASIC { &item["id"] } else { &item["serialNumber"] };
            listed.insert(id.as_str().unwrap().to_owned(), item.clone());
        }
    }
    assert!(listed.len() <= CREATIONS);
    for mut created in acknowledged {
        if created.get("serialNumber").is_some() {
            assert!(listed.contains_key(created["serialNumber"].as_str().unwrap()), "{created} is lost");
        } else {
            created.as_object_mut().unwrap().remove("password");
            assert_eq!(listed.get(created["id"].as_str().unwrap()), Some(&created));
        }
    }
    whole(&database, listed.len());
    // It goes on as before.
    assert!(created(creation(&server, CREATIONS)).await.is_some());
}

/// Every tenth is a certificate.
fn creation(server: &Server, number: usize) -> RequestBuilder {
    let (path, body) = match number % 10 {
        9 => (X509, json!({"commonName": format!("c{number}"), "keyType": "ec-p256"})),
        _ => (BASIC, json!({"username": format!("u{number}"), "password": "secret"})),
    };
    server.request(Method::POST, path).json(&body)
}

/// The answer if it came whole.
async fn created(request: RequestBuilder) -> Option<Value> {
    let response = request.send().await.ok()?;
    let status = response.status();
    let body = response.text().await.ok()?;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    Some(serde_json::from_str(&body).unwrap())
}

/// Every row is there with its audit row and its outbox row, and the file is sound.
#[track_caller]
fn whole(database: &TestDatabase, rows: usize) {
    let count = |from| sql(database, &format!("SELECT count(*) FROM {from}"));
    // The first start has a row of its own, of no tenant.
    assert_eq!(count("audit WHERE tenant_id IS NOT NULL"), rows.to_string());
    assert_eq!(count("outbox"), rows.to_string());
    let basic =
        "basic_credentials c JOIN audit a ON a.subject = c.id JOIN outbox o ON o.credentials_id = c.id";
    let x509 = basic.replace("basic_credentials", "x509_credentials");
    let matched: usize = [basic, &x509].map(|from| count(from).parse::<usize>().unwrap()).iter().sum();
    assert_eq!(matched, rows);
    if database.url.is_none() {
        assert_eq!(sql(database, "PRAGMA integrity_check; PRAGMA foreign_key_check"), "ok");
    }
}

async fn staged_changes_outlive_the_server(database: TestDatabase) {
    let server = Server::start(&database).await;
    let made = bootstrap(&database);
    let admin = Admin::new(&server, &made).await;
    admin.put(TIMEZONE, &json!("Europe/Paris")).await.expect(201);
    admin.post(TENANTS, &tenant("acme")).await.expect(201);
    let staged = admin.changes().await;
    assert_eq!(staged.len(), 2);
    server.kill();

    let server = Server::start(&database).await;
    let (admin, other) = (admin.on(&server), Admin::new(&server, &made).await);
    assert_eq!(admin.changes().await, staged);
    assert_eq!(admin.body(TIMEZONE).await, "Europe/Paris", "the session goes on");
    assert_eq!(other.body(TIMEZONE).await, "UTC", "nothing is committed");
    assert_eq!((other.items(TENANTS).await.len(), tenants(&database)), (1, "1|2".to_owned()));
    let locked = other.put(TIMEZONE, &json!("Europe/Rome")).await.failure(409);
    assert_eq!(locked["details"]["holder"]["username"], "admin", "{locked}");
    admin.commit().await.expect(201);
    assert_eq!(other.body(TIMEZONE).await, "Europe/Paris");
    assert_eq!((other.items(TENANTS).await.len(), tenants(&database)), (2, "2|3".to_owned()));

    admin.put(TIMEZONE, &json!("Europe/Rome")).await.expect(201);
    server.kill();
    let server = Server::start(&database).await;
    let (admin, other) = (admin.on(&server), other.on(&server));
    admin.rollback().await.expect(200);
    assert_eq!(admin.body(TIMEZONE).await, "Europe/Paris");
    other.put(TIMEZONE, &json!("Europe/Rome")).await.expect(201);
}

/// Killed at once after the commit's answer, and at moments before it.
async fn a_commit_is_whole_or_not_at_all(database: TestDatabase) {
    let mut server = Server::start(&database).await;
    let made = bootstrap(&database);
    let admin = Admin::new(&server, &made).await;
    for (round, delay) in
        [None, Some(0), Some(1), Some(2), Some(4), Some(8), Some(16)].into_iter().enumerate()
    {
        let (id, zone) = (format!("tenant-{round}"), format!("Etc/GMT+{}", round + 1));
        let session = admin.on(&server);
        session.put(TIMEZONE, &json!(zone)).await.expect(201);
        session.post(TENANTS, &tenant(&id)).await.expect(201);
        let commit = tokio::spawn(session.commit_request().send());
        let acknowledged = match delay {
            None => commit.await.unwrap().unwrap().status() == StatusCode::CREATED,
            Some(delay) => {
                tokio::time::sleep(Duration::from_millis(delay)).await;
                false
            }
        };
        server.kill();

        server = Server::start(&database).await;
        let (session, other) = (admin.on(&server), Admin::new(&server, &made).await);
        let committed = other.body(TIMEZONE).await == json!(zone);
        assert!(committed || !acknowledged, "{delay:?}: an acknowledged commit is lost");
        let listed = other.items(TENANTS).await;
        assert_eq!(listed.iter().any(|tenant| tenant["body"]["id"] == json!(id)), committed, "{delay:?}");
        let count = listed.len();
        assert_eq!(tenants(&database), format!("{count}|{}", count + 1), "{delay:?}: tenants and their CAs");
        assert_eq!(session.changes().await.len(), if committed { 0 } else { 2 }, "{delay:?}");
        session.rollback().await.expect(200);
    }
}

/// How many tenants and CAs requests are served from: the platform has a CA too.
fn tenants(database: &TestDatabase) -> String {
    sql(database, "SELECT (SELECT count(*) FROM tenants), (SELECT count(*) FROM authorities)")
}
