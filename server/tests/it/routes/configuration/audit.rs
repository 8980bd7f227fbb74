//! The audit trail: who did what to what, from where, and what came of it.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe_store::AuditFilter;

use super::tenant;
use crate::{
    harness::{
        Answer, TestServer, both,
        session::{Session, session_id},
    },
    process::database::sql,
};

const AUDIT: &str = "/api/audit";
const TIMEZONE: &str = "/api/configuration/datetime/timezone";
const USERS: &str = "/api/configuration/aaa/local_database/users";
const TENANTS: &str = "/api/configuration/tenants";
const EMAIL: &str = "/api/configuration/management/email";
const BASIC: &str = "/api/v1/basic-credentials";

/// One request under an id of its own, by which it is found in the trail.
async fn send(session: &Session<'_>, id: &str, method: Method, path: &str, body: Value) -> Answer {
    let mut request = session.request(method, path).header("x-request-id", id);
    if !body.is_null() {
        request = request.json(&body);
    }
    Answer::of(request).await
}

/// The entries that a query finds, oldest first.
async fn entries(session: &Session<'_>, query: &str) -> Vec<Value> {
    let mut answer = session.get(&format!("{AUDIT}?{query}")).await.expect(200);
    let mut items: Vec<Value> = serde_json::from_value(answer["items"].take()).unwrap();
    items.reverse();
    items
}

/// Actor, operation, target, outcome, request and detail, in words.
fn line(entry: &Value) -> String {
    let text = |name: &str| entry[name].as_str().unwrap_or("-");
    let names = ["actor", "operation", "target", "outcome", "request_id", "detail"];
    names.map(text).join(" | ")
}

both!(changes_and_logins_leave_their_rows, async |server: TestServer| {
    let before = time::OffsetDateTime::now_utc();
    let login = server.anonymous(Method::GET, "/api/authentication").header("x-request-id", "r-login");
    let login = Answer::of(login.basic_auth("admin", Some(&server.admin_password))).await;
    login.expect(200);
    let session = server.resume(&session_id(&login));

    let user = json!({"name": "ann", "password": "the first password"});
    let created = send(&session, "r-1", Method::POST, USERS, user).await.expect(201);
    let ann = format!("{USERS}/{}", created["key"].as_str().unwrap());
    send(&session, "r-2", Method::PUT, TIMEZONE, json!("Europe/Paris")).await.expect(201);
    send(&session, "r-3", Method::DELETE, "/api/transaction", Value::Null).await.expect(200);
    send(&session, "r-nothing", Method::DELETE, "/api/transaction", Value::Null).await.expect(200);

    let user = json!({"name": "ann", "password": "the second password"});
    let created = send(&session, "r-4", Method::POST, USERS, user).await.expect(201);
    let gone = ann;
    let ann = format!("{USERS}/{}", created["key"].as_str().unwrap());
    let created = send(&session, "r-5", Method::POST, TENANTS, tenant("acme")).await.expect(201);
    let acme = format!("{TENANTS}/{}", created["key"].as_str().unwrap());
    send(&session, "r-6", Method::PUT, TIMEZONE, json!("Europe/Paris")).await.expect(201);
    let commit = json!({"status": "commit", "commit_message": "moved to Paris"});
    send(&session, "r-7", Method::PUT, "/api/transaction", commit).await.expect(201);

    send(&session, "r-8", Method::DELETE, &ann, Value::Null).await.expect(200);
    send(&session, "r-9", Method::PUT, "/api/transaction", json!({"status": "commit"})).await.expect(201);
    let create = server.request(Method::POST, BASIC).header("x-request-id", "r-10");
    let basic = Answer::of(create.json(&json!({"username": "sensor"}))).await.expect(201);
    let basic = basic["id"].as_str().unwrap();
    let revoke =
        server.request(Method::PATCH, &format!("{BASIC}/{basic}/state")).header("x-request-id", "r-11");
    Answer::of(revoke.json(&json!({"state": "Revoked"}))).await.expect(204);
    send(&session, "r-12", Method::DELETE, "/api/authentication", Value::Null).await.expect(200);

    let reader = server.session().await;
    let mut entries = entries(&reader, "").await;
    entries.retain(|entry| entry["request_id"].as_str().unwrap().starts_with("r-"));
    let lines: Vec<String> = entries.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "admin | authentication_login | /api/authentication | done | r-login | by password".to_owned(),
            "admin | transaction_rollback | /api/transaction | done | r-3 | 2 changes".to_owned(),
            format!("admin | users_create | {ann} | done | r-7 | -"),
            format!("admin | tenants_create | {acme} | done | r-7 | -"),
            format!("admin | timezone_replace | {TIMEZONE} | done | r-7 | -"),
            "admin | transaction_commit | /api/transaction | done | r-7 | moved to Paris".to_owned(),
            format!("admin | users_delete | {ann} | done | r-9 | -"),
            "admin | transaction_commit | /api/transaction | done | r-9 | -".to_owned(),
            format!("default | basic_credentials_create | {basic} | done | r-10 | sensor"),
            format!("default | basic_credentials_update_state | {basic} | done | r-11 | Inactive to Revoked"),
            "admin | authentication_logout | /api/authentication | done | r-12 | -".to_owned(),
        ]
    );
    assert!(!lines.concat().contains(&gone), "what was dropped was not done");
    for entry in &entries {
        assert_eq!((&entry["address"], &entry["count"]), (&json!("127.0.0.1"), &json!(1)), "{entry}");
        let tenant = entry["operation"].as_str().unwrap().starts_with("basic").then_some("default");
        assert_eq!(entry.get("tenant").and_then(Value::as_str), tenant, "{entry}");
        let at = entry["at"].as_str().unwrap();
        let at = time::OffsetDateTime::parse(at, &time::format_description::well_known::Rfc3339).unwrap();
        assert!(before - time::Duration::seconds(1) < at && at <= time::OffsetDateTime::now_utc(), "{entry}");
    }
});

both!(refusals_leave_their_rows, async |server: TestServer| {
    let admin = server.session().await;
    let password = admin.user("ann", &[("/api/configuration/datetime", "read")]).await;
    let ann = server.session_of("ann", &password).await;
    let nobody = server.resume("00000000");
    let anonymous = async |id: &str, path: &str| {
        Answer::of(server.anonymous(Method::GET, path).header("x-request-id", id)).await
    };
    let login = async |id: &str, user: &str| {
        let request = server.anonymous(Method::GET, "/api/authentication").header("x-request-id", id);
        Answer::of(request.basic_auth(user, Some("a wrong password"))).await
    };
    send(&nobody, "r-1", Method::GET, TIMEZONE, Value::Null).await.failure(401);
    send(&ann, "r-2", Method::PUT, TIMEZONE, json!("Europe/Paris")).await.failure(403);
    send(&ann, "r-3", Method::GET, AUDIT, Value::Null).await.failure(403);
    send(&ann, "r-4", Method::POST, "/api/transaction", Value::Null).await.failure(403);
    login("r-5", "ann").await.failure(401);
    login("r-6", "a password in the wrong field").await.failure(401);
    anonymous("r-7", "/api/authentication").await.failure(401);
    anonymous("r-8", "/api/authentication?type=x509").await.failure(401);
    anonymous("r-9", BASIC).await.message(401);
    let small = server
        .token_with(&server.client_id, &server.client_secret, Some("tenant:basic-credentials:read"))
        .await;
    let request = server.anonymous(Method::POST, BASIC).bearer_auth(small).header("x-request-id", "r-10");
    Answer::of(request.json(&json!({}))).await.message(403);
    let request = server.anonymous(Method::POST, "/oauth2/token").header("x-request-id", "r-11");
    let form = [("grant_type", "client_credentials")];
    Answer::of(request.basic_auth("default", Some("a wrong secret")).form(&form)).await.expect(401);
    for _ in 0..4 {
        login("r-unseen", "ann").await.failure(401);
    }
    login("r-12", "ann").await.failure(429);

    let mut entries = entries(&admin, "").await;
    entries.retain(|entry| entry["outcome"] == "refused" && entry["request_id"] != "r-unseen");
    entries.sort_by_key(|entry| entry["request_id"].as_str().unwrap()[2..].parse::<u32>().unwrap());
    let lines: Vec<String> = entries.iter().map(line).collect();
    let login = "authentication_login | /api/authentication | refused";
    assert_eq!(
        lines,
        [
            format!("unknown | timezone_get | {TIMEZONE} | refused | r-1 | no session"),
            format!("ann | timezone_replace | {TIMEZONE} | refused | r-2 | no ACL grants it"),
            "ann | audit_list | /api/audit | refused | r-3 | no ACL grants it".to_owned(),
            "ann | transaction_open | /api/transaction | refused | r-4 | no ACL grants it".to_owned(),
            format!("ann | {login} | r-5 | wrong credentials"),
            format!("unknown | {login} | r-6 | wrong credentials"),
            format!("unknown | {login} | r-7 | no user name and password"),
            format!("unknown | {login} | r-8 | login by certificate is off"),
            format!("unknown | basic_credentials_list | {BASIC} | refused | r-9 | no valid access token"),
            format!(
                "default | basic_credentials_create | {BASIC} | refused | r-10 | the access token lacks a scope"
            ),
            "unknown | token_create | /oauth2/token | refused | r-11 | wrong client credentials".to_owned(),
            format!("ann | {login} | r-12 | too many failed logins"),
        ]
    );
    assert!(entries.iter().all(|entry| entry["address"] == "127.0.0.1"));
    assert_eq!(entries[9]["tenant"], "default");
});

both!(equal_refusals_are_folded, async |server: TestServer| {
    let session = server.session().await;
    let knocks =
        (0..200).map(|_| async { Answer::of(server.anonymous(Method::GET, TIMEZONE)).await.failure(401) });
    futures_util::future::join_all(knocks).await;
    server.anonymous(Method::GET, USERS).send().await.unwrap();
    let folded = entries(&session, &format!("target={TIMEZONE}")).await;
    let count: u64 = folded.iter().map(|entry| entry["count"].as_u64().unwrap()).sum();
    assert_eq!(count, 200, "none is forgotten");
    assert!(folded.len() <= 10, "{}", folded.len());
    let other = entries(&session, &format!("target={USERS}")).await;
    assert_eq!(other.iter().map(|entry| entry["count"].as_u64().unwrap()).collect::<Vec<_>>(), [1]);
    // Those of the last moment are there after a stop.
    server.anonymous(Method::GET, TIMEZONE).send().await.unwrap();
    drop(session);
    let (database, config) = server.stop().await;
    let server = TestServer::on(database, config).await;
    let folded = entries(&server.session().await, &format!("target={TIMEZONE}")).await;
    assert_eq!(folded.iter().map(|entry| entry["count"].as_u64().unwrap()).sum::<u64>(), 201);
});

both!(no_secret_gets_into_the_trail, async |server: TestServer| {
    let session = server.session().await;
    let mut secrets = vec![server.admin_password.clone(), server.client_secret.clone(), session.id.clone()];
    let mut secret = |text: &str| {
        secrets.push(text.to_owned());
        text.to_owned()
    };
    let password = secret("ann's own password");
    let key = session.create(USERS, json!({"name": "ann", "password": password})).await;
    let password = secret("ann's next password");
    session.put(&format!("{USERS}/{key}"), json!({"name": "ann", "password": password})).await.expect(201);
    let mut email = session.body(EMAIL).await;
    email["smtp_auth"] =
        json!({"enabled": true, "username": "mailer", "password": secret("the mailer's password")});
    session.put(EMAIL, email).await.expect(201);
    let clients = format!("{TENANTS}/{}/oauth_clients", session.create(TENANTS, tenant("acme")).await);
    let client = session.post(&clients, json!({"client_id": "robot", "scopes": []})).await.expect(201);
    secret(client["client_secret"].as_str().unwrap());
    session.commit().await.expect(201);
    server.login("ann", &password).await.expect(200);
    server.login("ann", &secret("a wrong password of ann")).await.failure(401);
    server.login(&secret("a password in the wrong field"), "").await.failure(401);
    let wrong = secret("a wrong secret");
    let request =
        server.anonymous(Method::POST, "/oauth2/token").basic_auth(secret("a mistyped id"), Some(wrong));
    Answer::of(request.form(&[("grant_type", "client_credentials")])).await.expect(401);
    let token = secret("eyJhbGciOiJFZERTQSJ9.e30.wrong");
    Answer::of(server.anonymous(Method::GET, BASIC).bearer_auth(token)).await.message(401);
    server.resume(&secret("0123456789abcdef0123456789abcdef01234567")).get(TIMEZONE).await.failure(401);
    let given = secret("the sensor's password");
    let basic = server.post(BASIC, json!({"username": "sensor", "password": given})).await.expect(201);
    let reset = format!("{BASIC}/{}/password", basic["id"].as_str().unwrap());
    secret(server.patch(&reset, json!({})).await.expect(200)["password"].as_str().unwrap());

    session.get(AUDIT).await.expect(200);
    let trail = server.ready().await.store.audit_page(&AuditFilter::default(), 1000).await.unwrap();
    assert!(trail.len() > 10);
    let trail = format!("{trail:?}");
    for secret in secrets {
        assert!(!trail.contains(&secret), "{secret} in {trail}");
    }
});

both!(the_trail_is_narrowed_and_paged, async |server: TestServer| {
    let session = server.session().await;
    for zone in ["Europe/Paris", "Europe/Rome", "Europe/Oslo"] {
        session.put(TIMEZONE, json!(zone)).await.expect(201);
        session.commit().await.expect(201);
    }
    let password = session.user("ann", &[("/api/audit", "read")]).await;
    server.session_of("ann", &password).await.get(AUDIT).await.expect(200);
    server.post(BASIC, json!({})).await.expect(201);

    let everything = entries(&session, "limit=1000").await;
    let all = |keep: &dyn Fn(&Value) -> bool| {
        everything.iter().filter(|entry| keep(entry)).cloned().collect::<Vec<_>>()
    };
    let below = |entry: &Value, path: &str| entry["target"].as_str().unwrap().starts_with(path);
    let moment = everything[everything.len() / 2]["at"].as_str().unwrap().to_owned();
    let at = |entry: &Value| entry["at"].as_str().unwrap().to_owned();
    for (query, expected) in [
        ("actor=ann".to_owned(), all(&|entry| entry["actor"] == "ann")),
        ("actor=ANN".to_owned(), Vec::new()),
        ("operation=timezone_replace".to_owned(), all(&|entry| entry["operation"] == "timezone_replace")),
        (format!("target={TIMEZONE}"), all(&|entry| entry["target"] == TIMEZONE)),
        ("target=/api/configuration/datetime".to_owned(), all(&|entry| entry["target"] == TIMEZONE)),
        ("target=/api/configuration/datetime/".to_owned(), all(&|entry| entry["target"] == TIMEZONE)),
        ("target=/api/configuration/date".to_owned(), Vec::new()),
        ("target=/api/configuration".to_owned(), all(&|entry| below(entry, "/api/configuration/"))),
        ("target=/API/configuration".to_owned(), Vec::new()),
        ("target=%25".to_owned(), Vec::new()),
        ("actor=%00".to_owned(), Vec::new()),
        (format!("since={moment}"), all(&|entry| at(entry) >= moment)),
        (format!("until={moment}"), all(&|entry| at(entry) < moment)),
        (format!("since={moment}&until={moment}"), Vec::new()),
        (
            "actor=admin&operation=transaction_commit".to_owned(),
            all(&|entry| entry["actor"] == "admin" && entry["operation"] == "transaction_commit"),
        ),
    ] {
        let found = entries(&session, &query).await;
        assert_eq!(found, expected, "{query}");
    }
    assert_eq!(all(&|entry| entry["target"] == TIMEZONE).len(), 3);
    assert!(all(&|entry| entry["actor"] == "ann").len() == 1 && all(&|entry| at(entry) < moment).len() > 1);

    // Following `next` one comes by everything once, whatever is written meanwhile.
    for (limit, filter) in
        [(1, "actor=admin"), (3, "target=/api/configuration"), (4, "since=2020-03-01T00:00:00.5%2B01:00")]
    {
        let expected = entries(&session, &format!("limit=1000&{filter}")).await;
        let (mut found, mut next) = (Vec::new(), Some(format!("{AUDIT}?limit={limit}&{filter}")));
        while let Some(path) = next {
            let page = session.get(&path).await.expect(200);
            assert_eq!((&page["meta"]["href"], &page["meta"]["parent"]), (&json!(AUDIT), &json!("/api")));
            found.extend(page["items"].as_array().unwrap().clone());
            next = page["meta"]["next"].as_str().map(str::to_owned);
            Answer::of(server.anonymous(Method::GET, TIMEZONE)).await.failure(401);
        }
        found.reverse();
        assert_eq!(found, expected, "{filter}");
        let ids: BTreeSet<_> = found.iter().map(|entry| entry["id"].to_string()).collect();
        assert_eq!(ids.len(), found.len());
    }
    let last = everything[0]["id"].as_str().unwrap();
    assert_eq!(entries(&session, &format!("before={last}")).await, Vec::<Value>::new());
});

both!(bad_queries_are_told, async |server: TestServer| {
    let session = server.session().await;
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("limit=", "limit"),
        ("limit=1.5", "limit"),
        ("before=", "before"),
        ("before=-1", "before"),
        ("before=1e3", "before"),
        ("before=99999999999999999999", "before"),
        ("since=yesterday", "since"),
        ("since=2020-03-01", "since"),
        ("until=2020-13-01T00:00:00Z", "until"),
        ("until=", "until"),
        ("limit=1&limit=2", "twice"),
        ("colour=red", "colour"),
    ] {
        let error = session.get(&format!("{AUDIT}?{query}")).await.failure(400);
        assert_eq!(error["type"], "SyntacticError", "{query}");
        assert!(error["message"].as_str().unwrap().contains(name), "{query}: {error}");
        assert!(error["details"]["path"].as_str().unwrap().starts_with(AUDIT), "{query}: {error}");
    }
});

// Without its row a change doesn't happen, whatever it is.
both!(what_leaves_no_row_is_not_done, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(TENANTS, tenant("acme")).await;
    session.put(TIMEZONE, json!("Europe/Paris")).await.expect(201);
    let before = server.ready().await.store.configuration_all().await.unwrap();
    for statement in refusing(&server) {
        sql(&server.database, statement);
    }
    let failed = async |request: reqwest::RequestBuilder| {
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_server_error(), "{answer:?}");
        let text = answer.text().await.unwrap();
        assert!(!text.contains("no room"), "the database's words are not for clients: {text}");
    };
    failed(session.request(Method::PUT, "/api/transaction").json(&json!({"status": "commit"}))).await;
    failed(session.request(Method::DELETE, "/api/transaction")).await;
    failed(session.request(Method::DELETE, "/api/authentication")).await;
    failed(
        server
            .anonymous(Method::GET, "/api/authentication")
            .basic_auth("admin", Some(&server.admin_password)),
    )
    .await;
    failed(server.request(Method::POST, BASIC).json(&json!({"username": "sensor"}))).await;

    assert_eq!(server.ready().await.store.configuration_all().await.unwrap(), before);
    assert_eq!(sql(&server.database, "SELECT count(*) FROM tenants"), "1");
    assert_eq!(sql(&server.database, "SELECT count(*) FROM sessions"), "1");
    assert_eq!(sql(&server.database, "SELECT count(*) FROM basic_credentials"), "0");
    assert_eq!(sql(&server.database, "SELECT count(*) FROM outbox"), "0");
    let refusing = if server.database.url.is_some() { "no_room ON audit" } else { "no_room" };
    sql(&server.database, &format!("DROP TRIGGER {refusing}"));

    // The transaction is as it was. A connection of the server's may still know the trigger.
    let id = session.id.clone();
    drop(session);
    let (database, config) = server.stop().await;
    let server = TestServer::on(database, config).await;
    let session = server.resume(&id);
    let changes = session.get("/api/transaction/changes").await.expect(200);
    assert_eq!(changes["changes"].as_array().unwrap().len(), 2);
    session.commit().await.expect(201);
    assert_eq!(session.body(&format!("{TENANTS}/{key}")).await["id"], "acme");
    assert_eq!(entries(&session, "operation=transaction_commit").await.len(), 1);
});

/// What makes the database refuse new rows of the trail.
fn refusing(server: &TestServer) -> &'static [&'static str] {
    match server.database.url {
        Some(_) => &[
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$",
            "CREATE TRIGGER no_room BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION refuse()",
        ],
        None => &["CREATE TRIGGER no_room BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END"],
    }
}
