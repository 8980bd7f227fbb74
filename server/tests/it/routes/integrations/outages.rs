//! Without the database nobody gets in, and each product is told so in its own way.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;

use super::{allowed, emqx, escaped, key, nginx, nginx_basic, status};
use crate::{
    harness::{Answer, Backend, TestDatabase, TestServer, both, psql},
    process::database::sql,
    routes::verification::{basic, issued},
};

/// Everybody who could get in before is refused.
async fn nobody(server: &TestServer, key: &str, pem: &serde_json::Value, what: &str) {
    let body = json!({"username": "UserA", "password": "123"});
    assert!(!allowed(&emqx(server, key, body).await), "{what}");
    assert!(!allowed(&emqx(server, key, json!({"cert_pem": pem})).await), "{what}");
    assert!(!allowed(&emqx(server, "no key", json!({})).await), "{what}");
    assert_eq!(status(&nginx_basic(server, key, "UserA", "123").await), 403, "{what}");
    let request = nginx(server, key).header("X-SSL-Client-Verify", "SUCCESS");
    let answer = Answer::of(request.header("X-SSL-Client-Cert", escaped(pem))).await;
    assert_eq!(status(&answer), 403, "{what}");
}

/// A server with somebody who gets in, whose password is remembered: the key, and a certificate.
async fn prepared(server: &TestServer) -> (String, serde_json::Value) {
    basic(server, "UserA", "123").await;
    let pem = issued(server, "device").await["certificate"].take();
    let key = key(server, true).await;
    for _ in 0..2 {
        assert!(allowed(&emqx(server, &key, json!({"username": "UserA", "password": "123"})).await));
        assert!(allowed(&emqx(server, &key, json!({"cert_pem": pem})).await));
    }
    (key, pem)
}

both!(a_table_is_damaged, async |server: TestServer| {
    let (key, pem) = prepared(&server).await;
    for table in ["integration_keys", "basic_credentials", "x509_credentials"] {
        sql(&server.database, &format!("ALTER TABLE {table} RENAME TO gone"));
        let body = json!({"username": "UserA", "password": "123"});
        let by_password = emqx(&server, &key, body).await;
        let by_certificate = emqx(&server, &key, json!({"cert_pem": pem})).await;
        let nginx = nginx_basic(&server, &key, "UserA", "123").await;
        match table {
            "integration_keys" => nobody(&server, &key, &pem, table).await,
            "basic_credentials" => {
                assert!(!allowed(&by_password) && allowed(&by_certificate));
                assert_eq!(status(&nginx), 403);
            }
            _ => assert!(allowed(&by_password) && !allowed(&by_certificate)),
        }
        sql(&server.database, &format!("ALTER TABLE gone RENAME TO {table}"));
    }
    assert!(allowed(&emqx(&server, &key, json!({"username": "UserA", "password": "123"})).await), "mended");
});

/// Somebody who holds what the server needs, until this is dropped.
struct Holder(Child);

impl Holder {
    /// The lock of the writer on SQLite, of a table on PostgreSQL.
    fn new(database: &TestDatabase) -> Self {
        let (mut command, begin) = match &database.url {
            Some(url) => {
                let mut psql = Command::new("psql");
                psql.args(["--no-psqlrc", "--quiet", "--dbname", url]);
                (psql, "BEGIN; LOCK TABLE basic_credentials IN ACCESS EXCLUSIVE MODE;\n\\echo held\n")
            }
            None => {
                let mut sqlite = Command::new("sqlite3");
                sqlite.args(["-cmd", ".timeout 10000"]).arg(database.data_dir().join("vouchsafe.db"));
                (sqlite, "BEGIN IMMEDIATE;\n.print held\n")
            }
        };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.as_mut().unwrap().write_all(begin.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

// EMQX waits for five seconds. What comes later is no answer, and what is no answer is no denial.
both!(the_database_hangs, async |server: TestServer| {
    // Nobody has used it, so that its first use is to be written.
    basic(&server, "UserA", "123").await;
    let key = key(&server, false).await;
    let ask = || emqx(&server, &key, json!({"username": "UserA", "password": "123"}));
    let holder = Holder::new(&server.database);
    let asked = Instant::now();
    assert!(!allowed(&ask().await));
    assert!(asked.elapsed() < Duration::from_secs(8), "too late: {:?}", asked.elapsed());
    drop(holder);
    assert!(allowed(&ask().await));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_gone() {
    let server = TestServer::start(Backend::Postgres, |_| {}).await;
    let (key, pem) = prepared(&server).await;
    let url = url::Url::parse(server.database.url.as_deref().unwrap()).unwrap();
    let name = url.path().trim_start_matches('/');
    psql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"));
    psql(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    nobody(&server, &key, &pem, "no connection").await;
    psql(&format!("DROP DATABASE {name} WITH (FORCE)"));
    nobody(&server, &key, &pem, "no database").await;
}
