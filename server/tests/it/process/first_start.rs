//! The first start makes everything once; later ones change nothing.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use serde_json::{Value, json};

use super::{
    child::{Process, Server, bootstrap, on_both, vouchsafe},
    database::{counts, sql},
};
use crate::harness::TestDatabase;

on_both!(
    makes_everything_once,
    a_stale_bootstrap_file_is_overwritten,
    a_killed_first_start_leaves_nothing_in_the_way,
    the_admin_is_stored_hashed,
);

const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

async fn makes_everything_once(database: TestDatabase) {
    let data = database.data_dir();
    let first = Server::start(&database).await;
    let file = data.join("bootstrap.json");
    assert_eq!(
        first.process.stdout(),
        format!(
            "first start: made the database, the master key, the platform CA, tenant default and an administrator\n\
             credentials: {}\nserving {url}, try {url}/docs\n",
            file.display(),
            url = first.url
        )
    );
    assert_eq!(mode(&data), 0o700);
    for made in fs::read_dir(&data).unwrap() {
        let made = made.unwrap().path();
        assert_eq!(mode(&made), 0o600, "{}", made.display());
    }
    let mut names: Vec<_> = fs::read_dir(&data).unwrap().map(|made| made.unwrap().file_name()).collect();
    names.sort();
    let sqlite = ["vouchsafe.db", "vouchsafe.db-shm", "vouchsafe.db-wal"].as_slice();
    let sqlite = if database.url.is_none() { sqlite } else { &[] };
    assert_eq!(names, [&["bootstrap.json", "master.key"], sqlite].concat());
    let made = bootstrap(&database);
    let keys: Vec<_> = made.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["url", "adminUser", "adminPassword", "tenant", "clientId", "clientSecret"]);
    let known = json!({"url": first.url, "adminUser": "admin", "tenant": "default", "clientId": "default"});
    for (key, value) in known.as_object().unwrap() {
        assert_eq!(&made[key], value);
    }
    assert_eq!(counts(&database), "1|2|1|1|1");
    assert_eq!(first.get("/docs/").await.status, 200);
    let (basic, issued) = use_it(&first).await;

    // A second start, at another port: nothing that was written changes.
    let files = (fs::read(&file).unwrap(), fs::read(data.join("master.key")).unwrap());
    let token = first.token.clone();
    let url = first.url.clone();
    first.stop();
    let mut second = Server::spawn(vouchsafe(&database, ["serve"]));
    assert_eq!(second.process.stdout(), format!("serving {url}, try {url}/docs\n", url = second.url));
    assert_eq!(files, (fs::read(&file).unwrap(), fs::read(data.join("master.key")).unwrap()));
    assert_eq!(counts(&database), "1|2|1|1|1");
    second.authorise(&made).await;
    assert_eq!(second.get(BASIC).await.expect(200), json!([basic]));
    assert_eq!(second.get(X509).await.expect(200), json!([issued]));
    second.stop();

    // A token of before works where the server is called what it was called then.
    let mut third = Server::spawn_as(&url, vouchsafe(&database, ["serve"]));
    third.token = token;
    assert_eq!(third.get(BASIC).await.expect(200), json!([basic]));
}

/// Creates one of each; how they are listed.
async fn use_it(server: &Server) -> (Value, Value) {
    server.post(BASIC, json!({"username": "sensor", "password": "123"})).await.expect(201);
    server.post(X509, json!({"commonName": "sensor", "keyType": "ec-p256"})).await.expect(201);
    (server.get(BASIC).await.expect(200)[0].clone(), server.get(X509).await.expect(200)[0].clone())
}

/// The power goes between writing the file and the commit: the next start is a first start, and its file counts.
async fn a_stale_bootstrap_file_is_overwritten(database: TestDatabase) {
    fs::create_dir(database.data_dir()).unwrap();
    let file = database.data_dir().join("bootstrap.json");
    fs::write(&file, r#"{"clientId": "default", "clientSecret": "of a start that never was"}"#).unwrap();
    // `start` gets a token with the file's credentials.
    let server = Server::start(&database).await;
    assert_eq!(server.get(BASIC).await.expect(200), json!([]));
    assert_eq!(mode(&file), 0o600);
    assert_eq!(bootstrap(&database).as_object().unwrap().len(), 6);
    // Nothing of its making is left.
    let known = ["bootstrap.json", "master.key", "vouchsafe.db", "vouchsafe.db-shm", "vouchsafe.db-wal"];
    let names = fs::read_dir(database.data_dir()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = names.filter(|name| !known.iter().any(|known| name == known)).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Killed at any moment of it, until one is through.
async fn a_killed_first_start_leaves_nothing_in_the_way(database: TestDatabase) {
    let mut unfinished = 0;
    for milliseconds in (0..).step_by(4) {
        let process = Process::spawn(vouchsafe(&database, ["serve"]));
        std::thread::sleep(Duration::from_millis(milliseconds));
        process.signal("KILL");
        if process.ended().stdout.contains("serving ") {
            break;
        }
        unfinished += 1;
    }
    assert!(unfinished > 2, "none was killed in the middle");
    let server = Server::start(&database).await;
    assert_eq!(counts(&database), "1|2|1|1|1");
    use_it(&server).await;
}

async fn the_admin_is_stored_hashed(database: TestDatabase) {
    let _server = Server::start(&database).await;
    let made = bootstrap(&database);
    for name in ["adminPassword", "clientSecret"] {
        let secret = made[name].as_str().unwrap();
        assert!(secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}");
    }
    assert_ne!(made["adminPassword"], made["clientSecret"]);
    let hash = sql(&database, "SELECT password_hash FROM admin_users WHERE username = 'admin'");
    assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
    let password = made["adminPassword"].as_str().unwrap().as_bytes();
    let hash = argon2::PasswordHash::new(&hash).unwrap();
    argon2::PasswordVerifier::verify_password(&argon2::Argon2::default(), password, &hash).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
