//! What is logged, and what never is.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::child::{Server, bootstrap, on_both, vouchsafe};
use crate::harness::{Answer, TestDatabase, openssl::OpenSsl};

on_both!(one_object_a_line_with_the_request_id, no_secret_ever);

const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

async fn one_object_a_line_with_the_request_id(database: TestDatabase) {
    let mut command = vouchsafe(&database, ["serve"]);
    command.env("VOUCHSAFE_LOG_FORMAT", "json");
    let mut server = Server::spawn(command);
    server.authorise(&bootstrap(&database)).await;
    let created = server.post(BASIC, json!({"username": "sensor"})).await;
    let id = created.header("x-request-id").unwrap().to_owned();
    assert_eq!(created.status, 201);
    let named = Answer::of(server.request(Method::GET, "/nowhere").header("x-request-id", "mine-1")).await;
    assert_eq!((named.status.as_u16(), named.header("x-request-id")), (404, Some("mine-1")));
    // No line break of a client's gets into the log as one.
    let path = format!("{BASIC}/%0A%7B%22level%22:1%7D");
    server.get(&path).await.expect(404);

    let ended = server.stop();
    let lines: Vec<Value> = ended.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        let line = line.as_object().unwrap();
        assert!(["timestamp", "level", "target"].iter().all(|key| line.contains_key(*key)), "{line:?}");
    }
    let of = |id: &str| -> Vec<_> {
        let about = lines.iter().filter(|line| line["span"]["id"] == id && line["message"] == "answered");
        about
            .map(|line| {
                (
                    line["method"].clone(),
                    line["path"].clone(),
                    line["status"].clone(),
                    line["operation"].clone(),
                )
            })
            .collect()
    };
    assert_eq!(of(&id), [(json!("POST"), json!(BASIC), json!(201), json!("basic_credentials_create"))]);
    assert_eq!(of("mine-1"), [(json!("GET"), json!("/nowhere"), json!(404), json!("none"))]);
}

/// Secrets that came or went, and what a server with every kind of request wrote.
struct Secrets(Vec<String>);

impl Secrets {
    fn keep(&mut self, name: &str, answer: &Value) {
        let secret = answer[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}"));
        // A key is many lines, each of which would tell enough.
        self.0.extend(secret.lines().filter(|line| !line.starts_with("-----")).map(str::to_owned));
    }
}

async fn no_secret_ever(database: TestDatabase) {
    let mut command = vouchsafe(&database, ["serve"]);
    command.env("VOUCHSAFE_LOG_FILTER", "trace");
    command.env("VOUCHSAFE_PUBLIC_URL", "http://vouchsafe.example");
    let mut server = Server::spawn_as("http://vouchsafe.example", command);
    let made = bootstrap(&database);
    let mut secrets = Secrets(Vec::new());
    secrets.keep("adminPassword", &made);
    secrets.keep("clientSecret", &made);
    secrets
        .0
        .push(std::fs::read_to_string(database.data_dir().join("master.key")).unwrap().trim().to_owned());
    server.authorise(&made).await;
    secrets.0.push(server.token.clone().unwrap());
    basic_credentials(&server, &mut secrets).await;
    x509_credentials(&server, &mut secrets).await;
    tokens(&server, &made, &mut secrets).await;
    refused(&server, &mut secrets).await;

    let ended = server.stop();
    assert!(ended.stderr.contains("DEBUG") || database.url.is_none(), "{}", ended.stderr);
    assert!(ended.stderr.matches(" answered ").count() > 30, "{}", ended.stderr);
    assert!(secrets.0.len() > 20, "{}", secrets.0.len());
    for output in [ended.stdout, ended.stderr] {
        let log = output.to_lowercase();
        for secret in &secrets.0 {
            let found = log.find(&secret.to_lowercase());
            assert_eq!(
                found,
                None,
                "{secret}: {}",
                found.map_or("", |at| &log[at.saturating_sub(300)..at + 20])
            );
        }
    }
}

async fn basic_credentials(server: &Server, secrets: &mut Secrets) {
    let given = json!({"username": "sensor", "password": "Correct-Horse-1"});
    secrets.keep("password", &given);
    let id = server.post(BASIC, given).await.expect(201)["id"].clone();
    secrets.keep("password", &server.post(BASIC, json!({})).await.expect(201));
    let password = format!("{BASIC}/{}/password", id.as_str().unwrap());
    let given = json!({"password": "Correct-Horse-2"});
    secrets.keep("password", &given);
    server.patch(&password, given).await.expect(200);
    secrets.keep("password", &server.patch(&password, json!({})).await.expect(200));
    let state = format!("{BASIC}/{}/state", id.as_str().unwrap());
    for value in ["Suspended", "Revoked"] {
        server.patch(&state, json!({"state": value})).await.expect(204);
    }
    server.get(&format!("{BASIC}/{}", id.as_str().unwrap())).await.expect(200);
    server.get(&format!("{BASIC}?limit=1&username=sensor")).await.expect(200);
}

async fn x509_credentials(server: &Server, secrets: &mut Secrets) {
    for key_type in ["rsa-2048", "ec-p256", "ec-p384", "ed25519", "rsa-3072"] {
        let issued =
            server.post(X509, json!({"commonName": "sensor", "keyType": key_type})).await.expect(201);
        secrets.keep("privateKey", &issued);
    }
    let openssl = OpenSsl::new();
    openssl.run(
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout my.key -subj /CN=a -out my.csr",
    );
    let csr = json!({"commonName": "sensor", "csr": openssl.read("my.csr")});
    let id = server.post(X509, csr).await.expect(201)["id"].clone();
    let state = format!("{X509}/{}/state", id.as_str().unwrap());
    server.patch(&state, json!({"state": "Revoked"})).await.expect(204);
    server.get(X509).await.expect(200);
}

fn token(server: &Server, form: &[(&str, &str)]) -> RequestBuilder {
    server.http.post(format!("{}/oauth2/token", server.url)).form(form)
}

async fn tokens(server: &Server, made: &Value, secrets: &mut Secrets) {
    let (id, secret) = (made["clientId"].as_str().unwrap(), made["clientSecret"].as_str().unwrap());
    let grant = ("grant_type", "client_credentials");
    let answer = Answer::of(token(server, &[grant, ("client_id", id), ("client_secret", secret)])).await;
    secrets.keep("access_token", &answer.expect(200));
    for wrong in ["Wrong-Secret-1", "Wrong-Secret-2"] {
        secrets.0.push(wrong.to_owned());
        server.ask_token(id, wrong).await.expect(401);
        let form = [grant, ("client_id", id), ("client_secret", wrong)];
        Answer::of(token(server, &form)).await.expect(401);
        Answer::of(token(server, &[("grant_type", wrong), ("client_secret", wrong)])).await.expect(400);
        Answer::of(token(server, &form).basic_auth(id, Some(wrong))).await.expect(400);
    }
}

/// Secrets in requests that fail.
async fn refused(server: &Server, secrets: &mut Secrets) {
    for (number, body) in [
        r#"{"username": "sensor", "password": "SECRET"}"#,
        r#"{"username": "other", "password": "SECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRET"}"#,
        r#"{"username": "other", "password": "SECRET"#,
        r#"{"username": "other", "passwort": "SECRET"}"#,
        r#"{"username": "other", "SECRET": 1}"#,
        r#"{"username": "other", "password": ["SECRET"]}"#,
        r#"{"username": "other", "password": "SECRET\u0000"}"#,
        r#""SECRET""#,
    ]
    .into_iter()
    .enumerate()
    {
        let secret = format!("Never-Shown-{number}");
        let request = server.request(Method::POST, BASIC).header("content-type", "application/json");
        let answer = Answer::of(request.body(body.replace("SECRET", &secret))).await;
        assert!([400, 409].contains(&answer.status.as_u16()), "{body}: {}", answer.text);
        secrets.0.push(secret);
    }
    let bad_token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.Never-Shown";
    secrets.0.push(bad_token.to_owned());
    let request = server.http.get(format!("{}{BASIC}", server.url)).bearer_auth(bad_token);
    Answer::of(request).await.expect(401);
}
