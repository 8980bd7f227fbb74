//! Without the database nobody gets in, and each product is told so in its own way.

use serde_json::json;

use super::{allowed, emqx, escaped, key, nginx, nginx_basic, status};
use crate::{
    harness::{Answer, Backend, TestServer, both, psql},
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
