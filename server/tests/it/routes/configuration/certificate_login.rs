//! Logins by client certificate: OpenSSL's certificates and lists, TLS, and a trust store of the operator's.

use std::sync::Arc;

use reqwest::{Client, Identity};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use vouchsafe::config::Config;

use crate::harness::{Answer, TestServer, both, openssl::OpenSsl, session::Session, session::session_id};

const LOGIN: &str = "/api/authentication?type=x509";
const SETTINGS: &str = "/api/configuration/aaa/settings";
const STORES: &str = "/api/configuration/trust_stores";
const USERS: &str = "/api/configuration/aaa/local_database/users";

const OPENSSL: &str = "[req]
distinguished_name = empty
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[client]
extendedKeyUsage = clientAuth
[server]
extendedKeyUsage = serverAuth
[ca]
default_ca = ca
database = index.txt
crlnumber = crlnumber
rand_serial = yes
default_md = sha256
default_crl_days = 30
[names]
commonName = supplied
";

fn with_tls(config: &mut Config) {
    config.tls.enabled = true;
    config.outbound.allow = vec!["127.0.0.1".parse().unwrap()];
}

/// CAs and clients, each a key and a certificate of its name.
struct World(OpenSsl);

impl World {
    fn new() -> Self {
        let world = Self(OpenSsl::new());
        world.0.write("ca.cnf", OPENSSL);
        world.issue("root", "Administrators", None, "root");
        world
    }

    fn issue(&self, name: &str, common_name: &str, issuer: Option<&str>, section: &str) {
        self.0.run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out {name}.key"));
        let by = issuer.map(|issuer| format!("-CA {issuer}.pem -CAkey {issuer}.key")).unwrap_or_default();
        self.0.run(&format!(
            "req -x509 -config ca.cnf -extensions {section} -key {name}.key {by} -subj /CN={common_name} -out {name}.pem -days 20"
        ));
    }

    /// A client of the root.
    fn client(&self, name: &str, common_name: &str) {
        self.issue(name, common_name, Some("root"), "client");
    }

    /// A client of the root at another time.
    fn client_between(&self, name: &str, common_name: &str, start: u32, end: u32) {
        self.0.run(&format!(
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config ca.cnf -subj /CN={common_name} -keyout {name}.key -out {name}.csr"
        ));
        self.0.write("index.txt", "#");
        self.0.run(&format!(
            "ca -batch -config ca.cnf -keyfile root.key -cert root.pem -in {name}.csr -out {name}.pem -outdir . -notext -policy names \
             -extensions client -startdate {start}0101000000Z -enddate {end}0101000000Z"
        ));
    }

    /// The root's list, on which these stand.
    fn list(&self, revoked: &[&str]) -> Vec<u8> {
        self.0.write("index.txt", "#");
        self.0.write("crlnumber", "01");
        let by = "-config ca.cnf -keyfile root.key -cert root.pem";
        for name in revoked {
            self.0.run(&format!("ca {by} -revoke {name}.pem"));
        }
        self.0.run(&format!("ca {by} -gencrl -out list.crl"));
        self.0.read("list.crl").into_bytes()
    }

    fn store(&self, check: &str, urls: &[String]) -> Value {
        json!({
            "name": "administrators",
            "authorities": [self.0.read("root.pem")],
            "crl_urls": urls,
            "revocation_check": check,
            "trust_store_type": "custom",
        })
    }

    /// A login over a connection with these certificates, the first one's key proven.
    async fn login(&self, server: &TestServer, chain: &[&str]) -> Answer {
        let mut client = Client::builder().tls_danger_accept_invalid_certs(true);
        if let Some(leaf) = chain.first() {
            let files = chain.iter().map(|name| format!("{name}.pem")).chain([format!("{leaf}.key")]);
            let pem: String = files.map(|file| self.0.read(&file)).collect();
            client = client.identity(Identity::from_pem(pem.as_bytes()).unwrap());
        }
        Answer::of(client.build().unwrap().get(format!("{}{LOGIN}", server.url))).await
    }
}

/// Makes and names the trust store, with a user `ann` who has no password; the store's path.
async fn switch_on(session: &Session<'_>, store: Value) -> String {
    let key = session.create(STORES, store).await;
    let mut settings = session.body(SETTINGS).await;
    settings["trust_store"] = json!(key);
    session.put(SETTINGS, settings).await.expect(201);
    session.create(USERS, json!({"name": "ann"})).await;
    session.commit().await.expect(201);
    format!("{STORES}/{key}")
}

#[track_caller]
fn assert_refused(answer: &Answer, why: &str) {
    let error = answer.failure(401);
    let details = json!({"path": "/api/authentication"});
    assert_eq!((&error["type"], &error["details"]), (&json!("AuthenticationFailure"), &details), "{why}");
    assert_eq!(answer.header("set-cookie"), None, "{why}");
}

both!(it_is_off_until_a_trust_store_is_named, with_tls, async |server: TestServer| {
    let world = World::new();
    world.client("admin", "admin");
    assert_refused(&world.login(&server, &["admin"]).await, "nobody is trusted");
    let session = server.session().await;
    let store = switch_on(&session, world.store("none", &[])).await;
    let answer = world.login(&server, &["admin"]).await;
    assert!(answer.header("set-cookie").unwrap().ends_with("; SameSite=Strict; Secure"));
    let admin = server.resume(&session_id(&answer));
    admin.get("/api/configuration/aaa").await.expect(200);
    let trail = admin.get("/api/audit?operation=authentication_login&actor=admin&limit=1").await.expect(200);
    assert_eq!(trail["items"][0]["detail"], "by certificate");

    // The store that is named stays; off again, it may go.
    let error = session.delete(&store).await.failure(400);
    assert_eq!((&error["type"], &error["details"]["path"]), (&json!("SemanticError"), &json!(SETTINGS)));
    let mut settings = session.body(SETTINGS).await;
    assert_eq!(settings["trust_store"]["meta"]["href"], json!(store));
    settings["trust_store"] = json!("-7001");
    let error = session.put(SETTINGS, settings.clone()).await.failure(400);
    let field = json!(format!("{SETTINGS}/trust_store"));
    assert_eq!((&error["type"], &error["details"]["path"]), (&json!("SemanticError"), &field));
    settings["trust_store"] = Value::Null;
    session.put(SETTINGS, settings).await.expect(201);
    session.delete(&store).await.expect(200);
    session.commit().await.expect(201);
    assert_refused(&world.login(&server, &["admin"]).await, "it is off again");
    admin.get("/api/configuration/aaa").await.expect(200);
});

both!(whom_the_store_vouches_for_and_who_is_a_user_logs_in, with_tls, async |server: TestServer| {
    let world = World::new();
    let session = server.session().await;
    switch_on(&session, world.store("none", &[])).await;
    world.issue("stranger-root", "Administrators", None, "root");
    world.issue("between", "Between", Some("root"), "root");
    world.client("ann", "ann");
    world.client("nobody", "nobody");
    world.client("case", "Ann");
    world.client("two", "ann/CN=admin");
    world.client("colon", "ann:admin");
    world.issue("wrong-ca", "ann", Some("stranger-root"), "client");
    world.issue("self-signed", "ann", None, "client");
    world.issue("server", "ann", Some("root"), "server");
    world.issue("below", "ann", Some("between"), "client");
    world.client_between("expired", "ann", 2020, 2021);
    world.client_between("early", "ann", 2040, 2041);

    let answer = world.login(&server, &["ann"]).await;
    assert_eq!(answer.expect(200), json!({"meta": {"href": "/api/authentication", "parent": "/api"}}));
    let ann = server.resume(&session_id(&answer));
    ann.get("/api/transaction").await.expect(200);
    ann.get("/api/configuration/aaa").await.failure(403);
    world.login(&server, &["below", "between"]).await.expect(200);

    let mut messages = std::collections::BTreeSet::new();
    for chain in [
        &["nobody"][..],
        &["case"],
        &["two"],
        &["colon"],
        &["wrong-ca"],
        &["wrong-ca", "stranger-root"],
        &["self-signed"],
        &["server"],
        &["below"],
        &["expired"],
        &["early"],
        &["root"],
    ] {
        let answer = world.login(&server, chain).await;
        assert_refused(&answer, &format!("{chain:?}"));
        messages.insert(answer.failure(401)["message"].to_string());
    }
    assert_eq!(messages.len(), 1, "nobody learns who is a user: {messages:?}");
    assert_refused(&world.login(&server, &[]).await, "no certificate");
    // A password does not help, a certificate does not help a wrong password.
    let both =
        server.anonymous(reqwest::Method::GET, LOGIN).basic_auth("admin", Some(&server.admin_password));
    assert_refused(&Answer::of(both).await, "a password, but no certificate");
    let refused = session.get("/api/audit?operation=authentication_login").await.expect(200);
    let refused = refused["items"].as_array().unwrap().iter().filter(|entry| entry["outcome"] == "refused");
    assert_eq!(refused.map(|entry| entry["count"].as_u64().unwrap()).sum::<u64>(), 14);
});

both!(who_is_revoked_or_might_be_is_refused, with_tls, async |server: TestServer| {
    let world = World::new();
    world.client("ann", "ann");
    world.client("admin", "admin");
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("/empty.crl", world.list(&[])),
        ("/ann.crl", world.list(&["ann"])),
        ("/garbage.crl", b"<html>moved</html>".to_vec()),
    ];
    let url = serve(files).await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let session = server.session().await;
    let store = switch_on(&session, world.store("leaf", &[format!("{url}/empty.crl")])).await;
    world.login(&server, &["ann"]).await.expect(200);

    for (check, list, ann, admin) in [
        ("leaf", format!("{url}/ann.crl"), false, true),
        ("full", format!("{url}/ann.crl"), false, true),
        ("leaf", format!("{url}/garbage.crl"), false, false),
        ("leaf", format!("{url}/missing.crl"), false, false),
        ("leaf", format!("http://{gone}/ann.crl"), false, false),
        // Not among the networks that may be called.
        ("leaf", "http://127.0.0.2/ann.crl".to_owned(), false, false),
        ("full", format!("{url}/empty.crl"), true, true),
    ] {
        session.put(&store, world.store(check, std::slice::from_ref(&list))).await.expect(201);
        session.commit().await.expect(201);
        for (name, good) in [("ann", ann), ("admin", admin)] {
            let answer = world.login(&server, &[name]).await;
            if good {
                answer.expect(200);
            } else {
                assert_refused(&answer, &format!("{name} by {check} {list}"));
            }
        }
    }
    session.put(&store, world.store("none", &[])).await.expect(201);
    session.commit().await.expect(201);
    world.login(&server, &["ann"]).await.expect(200);
});

/// An HTTP server with these files; its URL.
async fn serve(files: Vec<(&'static str, Vec<u8>)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, files) = (listener.local_addr().unwrap(), Arc::new(files));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let files = Arc::clone(&files);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await?);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split(' ').nth(1).unwrap();
                let file = files.iter().find(|(name, _)| *name == path);
                let (status, body) = file.map_or(("404 Not Found", &[][..]), |(_, body)| ("200 OK", body));
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(body).await
            });
        }
    });
    format!("http://{address}")
}
