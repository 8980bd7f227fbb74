//! Tenants and their OAuth clients: what a commit makes, changes and takes away on the tenant plane.

use reqwest::Method;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use vouchsafe::setup;
use vouchsafe_domain::{ScopeSet, TenantId};

use super::tenant;
use crate::{
    harness::{Answer, Backend, TestServer, both, openssl::OpenSsl, session::Session},
    process::database::sql,
};

const TENANTS: &str = "/api/configuration/tenants";
const CAS: &str = "/api/configuration/x509/tenant_cas";
const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";
const READ: &str = "tenant:basic-credentials:read";
const ALL: [&str; 4] = [
    READ,
    "tenant:basic-credentials:create",
    "tenant:basic-credentials:update",
    "tenant:x509-credentials:create",
];

/// The answer of the token endpoint.
async fn ask_token(server: &TestServer, client: &str, secret: &str) -> Answer {
    let request = server.anonymous(Method::POST, "/oauth2/token").basic_auth(client, Some(secret));
    Answer::of(request.form(&[("grant_type", "client_credentials")])).await
}

async fn token(server: &TestServer, client: &str, secret: &str) -> String {
    server.token_with(client, secret, None).await
}

/// A tenant and a client of it, `robot`, not committed; the tenant's path, the client's path and its secret.
async fn staged(session: &Session<'_>, tenant: Value) -> (String, String, String) {
    let path = format!("{TENANTS}/{}", session.create(TENANTS, tenant).await);
    let clients = format!("{path}/oauth_clients");
    let created = session.post(&clients, json!({"client_id": "robot", "scopes": ALL})).await.expect(201);
    let secret = created["client_secret"].as_str().unwrap().to_owned();
    let client = format!("{clients}/{}", created["key"].as_str().unwrap());
    (path, client, secret)
}

#[track_caller]
fn assert_error(answer: &Answer, kind: &str, path: &str) {
    let error = answer.failure(400);
    assert_eq!((&error["type"], &error["details"]["path"]), (&json!(kind), &json!(path)), "{error}");
}

both!(a_tenant_has_its_ca_with_the_commit, async |server: TestServer| {
    let (session, other) = (server.session().await, server.session().await);
    let before = other.get(CAS).await.expect(200);
    assert_eq!(before["items"].as_array().unwrap().len(), 1, "the first start's");
    let ec = session.create(TENANTS, tenant("acme")).await;
    let mut body = tenant("globex");
    body["certificate_profile"]["ca_key_type"] = json!("rsa-2048");
    let rsa = session.create(TENANTS, body).await;
    for session in [&session, &other] {
        session.get(&format!("{CAS}/{ec}")).await.failure(404);
        assert_eq!(session.get(CAS).await.expect(200)["items"], before["items"]);
    }
    server.get("/pki/acme/ca.pem").await.message(404);

    session.commit().await.expect(201);
    let openssl = OpenSsl::new();
    openssl.write("platform.pem", &server.get("/pki/platform/ca.pem").await.text);
    let list = other.get(CAS).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    for (id, key, algorithm) in [("acme", &ec, "id-ecPublicKey"), ("globex", &rsa, "(2048 bit)")] {
        let pem = server.get(&format!("/pki/{id}/ca.pem")).await;
        assert_eq!(pem.status, 200);
        openssl.write("ca.pem", &pem.text);
        assert_eq!(openssl.run("verify -x509_strict -CAfile platform.pem ca.pem"), "ca.pem: OK\n");
        assert!(openssl.run("x509 -in ca.pem -noout -text").contains(algorithm), "{id}");
        let read = other.get(&format!("{CAS}/{key}")).await.expect(200);
        let chain = read["body"]["certificates"].as_array().unwrap();
        assert_eq!(chain.len(), 2, "itself, and the platform's");
        assert_eq!(chain[0]["pem"].as_str().unwrap().trim(), pem.text.trim());
        assert_eq!(chain[0]["issuer"], chain[1]["subject"]);
        let digest = openssl.field("ca.pem", "-fingerprint -sha256").to_lowercase();
        assert_eq!(chain[0]["fingerprint"], json!({"digest": digest, "hash_algorithm": "sha256"}));
        let item = list["items"].as_array().unwrap().iter().find(|item| item["key"] == **key).unwrap();
        assert_eq!(item["body"], read["body"]);
        assert_eq!(read["meta"]["href"], json!(format!("{CAS}/{key}")));
    }
});

both!(a_rolled_back_tenant_was_never_there, async |server: TestServer| {
    let session = server.session().await;
    let (path, _, secret) = staged(&session, tenant("acme")).await;
    session.rollback().await.expect(200);
    session.get(&path).await.failure(404);
    session.get(&format!("{path}/oauth_clients")).await.failure(404);
    ask_token(&server, "robot", &secret).await.expect(401);
    session.create(TENANTS, tenant("acme")).await;
    session.commit().await.expect(201);
});

both!(a_client_works_once_committed, async |server: TestServer| {
    let session = server.session().await;
    let (path, client, secret) = staged(&session, tenant("acme")).await;
    assert_eq!(ask_token(&server, "robot", &secret).await.expect(401)["error"], "invalid_client");
    let body = json!({"client_id": "robot", "scopes": ALL});
    assert_eq!(session.body(&client).await, body);
    session.commit().await.expect(201);
    let acme = server.with_token(Some(&token(&server, "robot", &secret).await));
    assert_eq!(acme.send(Method::GET, BASIC, None).await.expect(200), json!([]));
    acme.send(Method::POST, BASIC, Some(json!({"username": "sensor"}))).await.expect(201);
    assert_eq!(server.get(BASIC).await.expect(200), json!([]), "the other tenant's are others");
    ask_token(&server, "robot", "another secret").await.expect(401);

    // The secret is shown once.
    let clients = format!("{path}/oauth_clients");
    session.put(&client, body.clone()).await.expect(201);
    for path in [&clients, &client, &path, TENANTS, "/api/transaction/changes", "/api/audit"] {
        assert!(!session.get(path).await.text.contains(&secret), "{path}");
    }
    session.commit().await.expect(201);
    token(&server, "robot", &secret).await;
});

both!(changed_scopes_count_for_the_next_token, async |server: TestServer| {
    let session = server.session().await;
    let (_, client, secret) = staged(&session, tenant("acme")).await;
    session.commit().await.expect(201);
    session.put(&client, json!({"client_id": "robot", "scopes": [READ]})).await.expect(201);
    let before = ask_token(&server, "robot", &secret).await.expect(200);
    assert_eq!(before["scope"].as_str().unwrap().split(' ').count(), ALL.len(), "not committed yet");
    session.commit().await.expect(201);
    let answer = ask_token(&server, "robot", &secret).await.expect(200);
    assert_eq!(answer["scope"], READ);
    let acme = server.with_token(answer["access_token"].as_str());
    acme.send(Method::GET, BASIC, None).await.expect(200);
    acme.send(Method::POST, BASIC, Some(json!({}))).await.message(403);

    session.delete(&client).await.expect(200);
    token(&server, "robot", &secret).await;
    session.commit().await.expect(201);
    assert_eq!(ask_token(&server, "robot", &secret).await.expect(401)["error"], "invalid_client");
    session.get(&client).await.failure(404);
});

both!(a_tenant_goes_when_all_is_revoked, async |server: TestServer| {
    let session = server.session().await;
    let (path, client, secret) = staged(&session, tenant("acme")).await;
    session.commit().await.expect(201);
    let acme = server.with_token(Some(&token(&server, "robot", &secret).await));
    let basic = acme.send(Method::POST, BASIC, Some(json!({}))).await.expect(201);
    let basic = format!("{BASIC}/{}/state", basic["id"].as_str().unwrap());
    let refused = session.delete(&path).await;
    assert_error(&refused, "SemanticError", &path);
    acme.send(Method::PATCH, &basic, Some(json!({"state": "Suspended"}))).await.expect(204);
    assert_error(&session.delete(&path).await, "SemanticError", &path);
    acme.send(Method::PATCH, &basic, Some(json!({"state": "Revoked"}))).await.expect(204);

    session.delete(&path).await.expect(200);
    for gone in [&path, &client, &format!("{path}/oauth_clients")] {
        session.get(gone).await.failure(404);
    }
    acme.send(Method::GET, BASIC, None).await.expect(200);
    session.commit().await.expect(201);
    acme.send(Method::GET, BASIC, None).await.message(401);
    ask_token(&server, "robot", &secret).await.expect(401);
    server.get("/pki/acme/ca.pem").await.message(404);
    session.get(&path).await.failure(404);

    // Certificates of the first are still about.
    assert_error(&session.post(TENANTS, tenant("acme")).await, "SemanticError", &format!("{TENANTS}/id"));
    session.rollback().await.expect(200);
    let id = TenantId::parse("acme").unwrap();
    let refused = setup::create_tenant(&server.config, &server.ready().await, &id).await.unwrap_err();
    assert_eq!(refused.to_string(), "acme was the id of a tenant that is deleted: choose another");
});

both!(what_names_something_stays, async |server: TestServer| {
    let session = server.session().await;
    let (path, client, _) = staged(&session, tenant("acme")).await;
    session.commit().await.expect(201);
    for (field, value) in [("/id", "globex"), ("/certificate_profile/ca_key_type", "rsa-2048")] {
        let mut body = tenant("acme");
        *body.pointer_mut(field).unwrap() = json!(value);
        assert_error(&session.put(&path, body).await, "SyntacticError", &format!("{path}{field}"));
    }
    let renamed = json!({"client_id": "other", "scopes": ALL});
    assert_error(&session.put(&client, renamed).await, "SyntacticError", &format!("{client}/client_id"));
    assert_error(&session.post(TENANTS, tenant("acme")).await, "SemanticError", &format!("{TENANTS}/id"));
    assert_error(
        &session.post(TENANTS, tenant("platform")).await,
        "SyntacticError",
        &format!("{TENANTS}/id"),
    );
    let other = format!("{TENANTS}/{}/oauth_clients", session.create(TENANTS, tenant("globex")).await);
    let same = json!({"client_id": "robot", "scopes": []});
    assert_error(&session.post(&other, same.clone()).await, "SemanticError", &format!("{other}/client_id"));
    let nowhere = format!("{TENANTS}/00000000-0000-4000-8000-000000000000/oauth_clients");
    assert_eq!(session.post(&nowhere, same).await.failure(404)["details"], json!({"path": nowhere}));
    session.get(&nowhere).await.failure(404);
});

both!(the_tenants_rules_are_kept, async |server: TestServer| {
    let session = server.session().await;
    let mut body = tenant("acme");
    body["password_rules"]["minimum_length"] = json!(12);
    let (path, _, secret) = staged(&session, body.clone()).await;
    session.commit().await.expect(201);
    let acme = server.with_token(Some(&token(&server, "robot", &secret).await));
    let send = async |path: &str, body: Value| acme.send(Method::POST, path, Some(body)).await;

    let issued = send(X509, json!({})).await.expect(201);
    let openssl = OpenSsl::new();
    openssl.write("leaf.pem", issued["certificate"].as_str().unwrap());
    assert!(openssl.run("x509 -in leaf.pem -noout -text").contains("ASN1 OID: prime256v1"));
    let seconds = |name: &str| {
        let text = issued[name].as_str().unwrap();
        OffsetDateTime::parse(text, &Rfc3339).unwrap().unix_timestamp()
    };
    let lifetime = seconds("invalidAfter") - OffsetDateTime::now_utc().unix_timestamp();
    assert!((86_340..=86_400).contains(&lifetime), "{lifetime}");
    send(X509, json!({"ttl": 864_000})).await.expect(201);
    assert_eq!(
        send(X509, json!({"ttl": 864_001})).await.message(400),
        "ttl is longer than the tenant's certificate profile permits, which is 864000 seconds"
    );

    assert_eq!(
        send(BASIC, json!({"password": "11 letters."})).await.message(400),
        "password must be at least 12 characters long: the tenant's rules ask for it"
    );
    let created = send(BASIC, json!({"password": "12 letters.."})).await.expect(201);
    let reset = format!("{BASIC}/{}/password", created["id"].as_str().unwrap());
    acme.send(Method::PATCH, &reset, Some(json!({"password": "11 letters."}))).await.message(400);
    assert!(send(BASIC, json!({})).await.expect(201)["password"].as_str().unwrap().len() >= 12);

    // New rules count at once.
    body["password_rules"]["minimum_length"] = json!(1);
    body["certificate_profile"]["maximum_ttl"] = json!(86_400);
    session.put(&path, body).await.expect(201);
    session.commit().await.expect(201);
    send(BASIC, json!({"password": "1"})).await.expect(201);
    send(X509, json!({"ttl": 864_000})).await.message(400);
});

both!(tenants_of_commands_are_there, async |server: TestServer| {
    let id = TenantId::parse("acme").unwrap();
    setup::create_tenant(&server.config, &server.ready().await, &id).await.unwrap();
    let session = server.session().await;
    let acme = session.tenant("acme").await;
    assert_eq!(acme["body"]["certificate_profile"]["ca_key_type"], "ec-p256");
    let key = acme["key"].as_str().unwrap();
    let chain = session.get(&format!("{CAS}/{key}")).await.expect(200);
    let pem = server.get("/pki/acme/ca.pem").await.text;
    assert_eq!(chain["body"]["certificates"][0]["pem"].as_str().unwrap().trim(), pem.trim());
    // It is a tenant like any other.
    let clients = format!("{TENANTS}/{key}/oauth_clients");
    let created = session.post(&clients, json!({"client_id": "robot", "scopes": ALL})).await.expect(201);
    session.commit().await.expect(201);
    let token = token(&server, "robot", created["client_secret"].as_str().unwrap()).await;
    server.with_token(Some(&token)).send(Method::GET, BASIC, None).await.expect(200);

    // While somebody is at it, a command would go past what was checked.
    session.put("/api/configuration/datetime/timezone", json!("Europe/Paris")).await.expect(201);
    let id = TenantId::parse("globex").unwrap();
    let refused = setup::create_tenant(&server.config, &server.ready().await, &id).await.unwrap_err();
    assert_eq!(refused.to_string(), "admin is changing the configuration: wait until their transaction ends");
});

// What m0005 to m0007 added is taken away: so the version before left its databases.
both!(a_database_of_the_version_before_is_adopted, async |server: TestServer| {
    let session = server.session().await;
    staged(&session, tenant("acme")).await;
    session.commit().await.expect(201);
    drop(session);
    let (secret, password) = (server.client_secret.clone(), server.admin_password.clone());
    let (database, config) = server.stop().await;
    let backend = if database.url.is_some() { Backend::Postgres } else { Backend::Sqlite };
    let count = if backend == Backend::Postgres { "count" } else { "\"count\"" };
    sql(&database, "DROP INDEX x509_credentials_revoked_idx");
    sql(&database, "ALTER TABLE x509_credentials DROP COLUMN revocation_reason");
    for table in [
        "sessions",
        "login_failures",
        "configuration",
        "configuration_lock",
        "configuration_changes",
        "integration_keys",
        "verification_failures",
        "revocation_lists",
        "revoked_authorities",
        "fetched_crls",
    ] {
        sql(&database, &format!("DROP TABLE {table}"));
    }
    for index in ["audit_at_idx", "audit_actor_idx"] {
        sql(&database, &format!("DROP INDEX {index}"));
    }
    for column in ["address", "outcome", count] {
        sql(&database, &format!("ALTER TABLE audit DROP COLUMN {column}"));
    }
    sql(&database, "DELETE FROM settings WHERE key LIKE 'configuration%'");
    sql(&database, "DELETE FROM schema_migrations WHERE version >= 'm0005'");

    let server = TestServer::on(database, config).await;
    assert_eq!((&server.client_secret, &server.admin_password), (&secret, &password));
    server.post(BASIC, json!({})).await.expect(201);
    let session = server.session().await;
    let bodies = async |path: &str| {
        let list = session.get(path).await.expect(200);
        let mut bodies: Vec<_> =
            list["items"].as_array().unwrap().iter().map(|item| item["body"].clone()).collect();
        bodies.sort_by_key(ToString::to_string);
        bodies
    };
    let users = "/api/configuration/aaa/local_database";
    assert_eq!(bodies(&format!("{users}/users")).await, [json!({"name": "admin"})]);
    let administrators = json!({"name": "administrators", "members": ["admin"]});
    assert_eq!(bodies(&format!("{users}/groups")).await, [administrators]);
    let acl = json!({"group": "administrators", "objects": ["/api"], "permission": "write"});
    assert_eq!(session.body("/api/configuration/aaa/acls").await, json!([acl]));
    let tenants = session.get(TENANTS).await.expect(200);
    let mut found = Vec::new();
    for item in tenants["items"].as_array().unwrap() {
        let clients = bodies(&format!("{}/oauth_clients", item["meta"]["href"].as_str().unwrap())).await;
        found.push((
            item["body"]["id"].clone(),
            clients.iter().map(|client| client["client_id"].clone()).collect(),
        ));
    }
    found.sort_by_key(|(id, _)| id.to_string());
    let expected: Vec<(Value, Vec<Value>)> =
        vec![(json!("acme"), vec![json!("robot")]), (json!("default"), vec![json!("default")])];
    assert_eq!(found, expected);
});

both!(the_id_of_a_tenant_that_goes_is_not_given_in_the_same_transaction, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(TENANTS, tenant("beta")).await;
    session.commit().await.expect(201);
    session.delete(&format!("{TENANTS}/{key}")).await.expect(200);
    let error = session.post(TENANTS, tenant("beta")).await.failure(400);
    assert_eq!(
        (&error["type"], &error["details"]["path"]),
        (&json!("SemanticError"), &json!(format!("{TENANTS}/id")))
    );
    session.commit().await.expect(201);
    session.post(TENANTS, tenant("beta")).await.failure(400);
});

both!(a_tenant_that_goes_while_it_is_used_is_no_fault_of_the_server, async |server: TestServer| {
    let session = server.session().await;
    for round in 0..3 {
        let id = format!("gone-{round}");
        let key = session.create(TENANTS, tenant(&id)).await;
        session.commit().await.expect(201);
        let token = server.client_token(&id, &format!("client-{round}"), ScopeSet::all()).await;
        let create = || async {
            let request = server.anonymous(Method::POST, BASIC).bearer_auth(&token).json(&json!({}));
            request.send().await.unwrap().status().as_u16()
        };
        session.delete(&format!("{TENANTS}/{key}")).await.expect(200);
        let (commit, statuses) =
            tokio::join!(session.commit(), futures_util::future::join_all((0..6).map(|_| create())));
        // Whoever comes first wins; nobody gets a 5xx.
        assert!(matches!(commit.status.as_u16(), 201 | 400), "{commit:?}");
        assert!(statuses.iter().all(|status| matches!(status, 201 | 401)), "{statuses:?}");
        session.rollback().await.expect(200);
    }
});
