//! Passwords of the configuration: sealed in the database, and shown nowhere.

use std::process::Command;

use reqwest::{Method, header::COOKIE};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, TestDatabase, TestServer, both, session::session_id},
    process::child::{Server, bootstrap, on_both, vouchsafe},
};

const EMAIL: &str = "/api/configuration/management/email";
const TRAP: &str = "/api/configuration/management/snmp/trap";
const USERS: &str = "/api/configuration/aaa/local_database/users";

const SECRETS: &[&str] = &[
    "Smtp-pa55word-one",
    "Smtp-pa55word-two",
    "Auth-pa55word-one",
    "Encr-pa55word-one",
    "User-pa55word-one",
];
/// What is no secret, and is stored beside them.
const PLAIN: &[&str] = &["mailer-of-this-test", "trapper-of-this-test", "user-of-this-test"];

fn email(password: &str) -> Value {
    json!({
        "admin_address": null,
        "alerting_address": null,
        "reporting_address": null,
        "sender_address": null,
        "smtp_auth": {"enabled": true, "username": PLAIN[0], "password": password},
        "smtp_encryption": {"selection": "disabled"},
        "smtp_server": {"selection": "fqdn", "value": "mail.example.com"},
    })
}

fn trap() -> Value {
    let value = json!({
        "server": {"selection": "fqdn", "value": "traps.example.com"},
        "username": PLAIN[1],
        "engine_id": "0x80001f8804766f7563687361",
        "auth_method": "sha",
        "auth_password": SECRETS[2],
        "encryption_method": "aes",
        "encryption_password": SECRETS[3],
    });
    json!({"enabled": true, "version": {"selection": "3", "value": value}})
}

/// Requests with secrets, good and bad ones.
fn requests() -> Vec<(Method, &'static str, Value)> {
    let mut bad_email = email(SECRETS[1]);
    bad_email["smtp_server"]["value"] = json!("not a host");
    let mut bad_trap = trap();
    bad_trap["version"]["selection"] = json!("2c");
    let commit = json!({"status": "commit"});
    vec![
        (Method::PUT, EMAIL, bad_email),
        (Method::PUT, EMAIL, email(SECRETS[0])),
        (Method::PUT, TRAP, bad_trap),
        (Method::PUT, TRAP, trap()),
        (Method::POST, USERS, json!({"name": PLAIN[2], "password": SECRETS[4]})),
        (Method::POST, USERS, json!({"name": PLAIN[2], "password": SECRETS[4]})),
        (Method::POST, USERS, json!({"name": "x", "passwort": SECRETS[4]})),
        (Method::PUT, EMAIL, json!([SECRETS[0]])),
        (Method::PUT, EMAIL, json!({"body": email(SECRETS[0])})),
        (Method::PUT, "/api/transaction", commit.clone()),
        (Method::PUT, EMAIL, email(SECRETS[1])),
        (Method::PUT, "/api/transaction", commit),
    ]
}

/// What may show what was done.
const READ: &[&str] = &[
    EMAIL,
    TRAP,
    USERS,
    "/api/transaction",
    "/api/transaction/changes",
    "/api/audit?limit=1000",
    "/api/configuration/management",
];

fn secret_free(text: &str, what: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} in {what}: {text}");
    }
}

/// Everything that the database holds, as bytes; of `PostgreSQL` as text, binary columns in hexadecimal.
fn raw(database: &TestDatabase) -> Vec<u8> {
    let Some(url) = &database.url else {
        let files = ["vouchsafe.db", "vouchsafe.db-wal"].map(|name| database.data_dir().join(name));
        return files.into_iter().filter_map(|file| std::fs::read(file).ok()).flatten().collect();
    };
    let output =
        Command::new("pg_dump").args(["--data-only", "--inserts", "--dbname", url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn sealed(database: &TestDatabase) {
    let raw = raw(database);
    let forms = |text: &str| {
        let bytes = text.as_bytes();
        // base64 of any alignment has these in it.
        let base64 = (0..3).map(|skip| data_encoding::BASE64.encode(&bytes[skip..skip + 12]).into_bytes());
        let mut forms: Vec<_> = base64.collect();
        forms.extend([
            bytes.to_vec(),
            data_encoding::HEXLOWER.encode(bytes).into_bytes(),
            bytes.iter().rev().copied().collect(),
        ]);
        forms
    };
    for secret in SECRETS {
        assert!(!forms(secret).iter().any(|form| holds(&raw, form)), "{secret} can be read in the database");
    }
    for plain in PLAIN {
        assert!(holds(&raw, plain.as_bytes()), "what is no secret can be: {plain}");
    }
}

both!(are_sealed_and_in_no_answer, async |server: TestServer| {
    let session = server.session().await;
    let mut statuses = Vec::new();
    for (method, path, body) in requests() {
        let answer = session.send(method, path, Some(&body)).await;
        secret_free(&answer.text, path);
        statuses.push(answer.status.as_u16());
        for path in READ {
            let read = session.get(path).await;
            read.expect(200);
            secret_free(&read.text, path);
        }
        if statuses.len() == 8 {
            // Staged, that is: everything is there, but not committed.
            sealed(&server.database);
        }
    }
    assert_eq!(statuses, [400, 201, 400, 201, 201, 400, 400, 400, 400, 201, 201, 201]);
    sealed(&server.database);
    // A sealed secret belongs to its object: the master key opens it there and nowhere else.
    let ready = server.ready().await;
    let row = ready.store.configuration_get(EMAIL).await.unwrap().unwrap().secret.unwrap();
    let open = |path: &str| ready.master_key.open(&row, path.as_bytes()).map(|json| json.to_vec());
    assert_eq!(open(EMAIL).unwrap(), json!({"password": SECRETS[1]}).to_string().into_bytes());
    assert!(open(TRAP).is_err() && open("").is_err());
});

on_both!(are_in_no_log);

async fn are_in_no_log(database: TestDatabase) {
    let mut command = vouchsafe(&database, ["serve"]);
    command.env("VOUCHSAFE_LOG_FILTER", "trace");
    let server = Server::spawn(command);
    let admin = bootstrap(&database)["adminPassword"].as_str().unwrap().to_owned();
    let login = server.request(Method::GET, "/api/authentication").basic_auth("admin", Some(&admin));
    let id = session_id(&Answer::of(login).await);
    let cookie = format!("session_id={id}");
    for (method, path, body) in requests() {
        Answer::of(server.request(method, path).header(COOKIE, &cookie).json(&body)).await;
        for path in READ {
            Answer::of(server.request(Method::GET, path).header(COOKIE, &cookie)).await.expect(200);
        }
    }
    let ended = server.stop();
    assert!(ended.stderr.matches(" answered ").count() > 90, "{}", ended.stderr);
    for output in [&ended.stdout, &ended.stderr] {
        secret_free(output, "the log");
        assert!(!output.contains(&admin) && !output.contains(&id), "{output}");
    }
    sealed(&database);
}
