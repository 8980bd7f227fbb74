//! The commands that change a database: `migrate`, `tenant`, `client`, `admin`.

use serde_json::{Value, json};

use super::{
    child::{Server, on_both, run, vouchsafe},
    database::{counts, sql},
};
use crate::harness::TestDatabase;

on_both!(
    nothing_works_before_the_first_start,
    migrations_by_hand,
    tenants_are_made,
    clients_are_made,
    an_administrator_gets_a_new_password,
);

const BASIC: &str = "/api/v1/basic-credentials";

async fn nothing_works_before_the_first_start(database: TestDatabase) {
    let commands = || {
        [
            vouchsafe(&database, ["tenant", "create", "acme"]),
            vouchsafe(&database, ["client", "create", "--tenant", "default"]),
            vouchsafe(&database, ["admin", "reset-password"]),
            vouchsafe(&database, ["ca", "export"]),
        ]
    };
    let empty = "the database is empty: start the server once with `vouchsafe serve`";
    if database.url.is_none() {
        for command in commands() {
            let none = format!(
                "there is no database in {}: name its folder by --data-dir, or start the server once with \
                 `vouchsafe serve`",
                database.data_dir().display()
            );
            assert_eq!(run(command).error(), none);
            assert!(!database.data_dir().exists(), "a mistaken folder is not made");
        }
        run(vouchsafe(&database, ["migrate"])).worked();
    }
    for command in commands() {
        assert_eq!(run(command).error(), empty);
    }
    assert_eq!(counts(&database), "0|0|0|0|0");
}

async fn migrations_by_hand(database: TestDatabase) {
    let serve = || vouchsafe(&database, ["serve", "--no-migrate"]);
    let old = "the database's schema is not up to date: run `vouchsafe migrate`";
    assert_eq!(run(serve()).error(), old);
    let mut by_variable = vouchsafe(&database, ["serve"]);
    by_variable.env("VOUCHSAFE_DATABASE_MIGRATE", "false");
    assert_eq!(run(by_variable).error(), old);

    let done = "the database's schema is up to date\n";
    let first = run(vouchsafe(&database, ["migrate"]));
    assert_eq!(first.worked(), done);
    assert!(first.stderr.contains("migrated name=\"m0001_tenants\""), "{}", first.stderr);
    let mut second = vouchsafe(&database, ["migrate"]);
    second.env("VOUCHSAFE_DATABASE_MIGRATE", "false");
    let second = run(second);
    assert_eq!((second.worked(), second.stderr.as_str()), (done, ""));
    // What is up to date can be served, and the first start is still to come.
    let server = Server::spawn(serve());
    assert!(server.process.stdout().starts_with("first start: "));
}

async fn tenants_are_made(database: TestDatabase) {
    let server = Server::start(&database).await;
    let create = |id: &str| run(vouchsafe(&database, ["tenant", "create", id]));
    assert_eq!(create("acme").worked(), "made tenant acme\n");
    assert_eq!(create("acme").error(), "there is a tenant acme already: choose another id");
    assert_eq!(create("default").error(), "there is a tenant default already: choose another id");
    let rule = "tenant must be 1 to 63 lower-case letters, digits and inner hyphens";
    for id in ["", "Acme", "a_b", "a b", "a/b", "a-", &"a".repeat(64), "mü"] {
        assert_eq!(create(id).error(), rule, "{id}");
    }
    assert_eq!(create("platform").error(), "tenant must not be 'platform', which names the platform CA");
    assert_eq!(counts(&database), "2|3|1|1|1");
    let audit = sql(&database, "SELECT action, subject FROM audit ORDER BY id");
    assert_eq!(audit, "first_start|platform\ntenant_create|acme");
    // The running server knows it at once.
    assert!(server.get("/pki/acme/ca.pem").await.text.contains("BEGIN CERTIFICATE"));
}

async fn clients_are_made(database: TestDatabase) {
    let server = Server::start(&database).await;
    run(vouchsafe(&database, ["tenant", "create", "acme"])).worked();
    let read = "tenant:basic-credentials:read";
    let create = "tenant:basic-credentials:create";
    let made = run(vouchsafe(
        &database,
        ["client", "create", "--tenant", "acme", "--scope", read, "--scope", create, "--id", "importer"],
    ));
    let made: Value = serde_json::from_str(made.worked()).unwrap();
    let secret = made["clientSecret"].as_str().unwrap();
    assert_eq!(
        made,
        json!({"tenant": "acme", "clientId": "importer", "clientSecret": secret, "scope": format!("{read} {create}")})
    );
    assert_eq!(secret.len(), 32);
    assert!(!sql(&database, "SELECT * FROM oauth_clients").contains(secret), "only its hash is stored");

    // It has these scopes and no other, and its tenant's credentials only.
    let token = server.ask_token("importer", secret).await.expect(200);
    assert_eq!(token["scope"], made["scope"]);
    let mut theirs = Server { token: token["access_token"].as_str().map(str::to_owned), ..server };
    theirs.post(BASIC, json!({"username": "sensor"})).await.expect(201);
    let id = theirs.get(BASIC).await.expect(200)[0]["id"].clone();
    let state = format!("{BASIC}/{}/state", id.as_str().unwrap());
    theirs.patch(&state, json!({"state": "Suspended"})).await.message(403);
    theirs.authorise(&super::child::bootstrap(&database)).await;
    assert_eq!(theirs.get(BASIC).await.expect(200), json!([]));

    // Without --scope it has all, without --id a random one; a list in one --scope will do.
    let all = run(vouchsafe(&database, ["client", "create", "--tenant", "acme"]));
    let all: Value = serde_json::from_str(all.worked()).unwrap();
    assert_eq!(all["scope"].as_str().unwrap().split(' ').count(), vouchsafe_domain::Scope::ALL.len());
    assert!(all["clientId"].as_str().unwrap().starts_with("client-"), "{all}");
    let list = format!("{read},{create}");
    let list = run(vouchsafe(&database, ["client", "create", "--tenant", "acme", "--scope", &list]));
    assert_eq!(serde_json::from_str::<Value>(list.worked()).unwrap()["scope"], made["scope"]);

    bad_clients(&database);
    assert_eq!(counts(&database), "2|3|1|4|1");
}

fn bad_clients(database: &TestDatabase) {
    let make = |tenant: &str, scope: &str, id: &str| {
        let args = ["client", "create", "--tenant", tenant, "--scope", scope, "--id", id];
        run(vouchsafe(database, args)).error().to_owned()
    };
    let read = "tenant:basic-credentials:read";
    assert_eq!(
        make("nobody", read, "a"),
        "there is no tenant nobody: make it with `vouchsafe tenant create nobody`"
    );
    assert!(make("No", read, "a").starts_with("tenant must be 1 to 63 "));
    let unknown = make("acme", "tenant:basic-credentials:delete", "a");
    let message =
        "there is no scope tenant:basic-credentials:delete; there are: tenant:basic-credentials:read ";
    assert!(unknown.starts_with(message), "{unknown}");
    assert_eq!(make("acme", read, "importer"), "there is a client importer already: choose another --id");
    for id in ["", "a b", "a:b", "ü", &"a".repeat(256)] {
        let rule = "--id must be 1 to 255 printable ASCII characters without spaces and ':'";
        assert_eq!(make("acme", read, id), rule);
    }
}

async fn an_administrator_gets_a_new_password(database: TestDatabase) {
    Server::start(&database).await.stop();
    let stored = || sql(&database, "SELECT password_hash FROM admin_users WHERE username = 'admin'");
    let before = stored();
    let reset = run(vouchsafe(&database, ["admin", "reset-password"]));
    let printed: Value = serde_json::from_str(reset.worked()).unwrap();
    let password = printed["adminPassword"].as_str().unwrap();
    assert_eq!(printed, json!({"adminUser": "admin", "adminPassword": password}));
    assert_eq!(password.len(), 32);
    let after = stored();
    assert_ne!(before, after);
    let hash = argon2::PasswordHash::new(&after).unwrap();
    argon2::PasswordVerifier::verify_password(&argon2::Argon2::default(), password.as_bytes(), &hash)
        .unwrap();
    let unknown = run(vouchsafe(&database, ["admin", "reset-password", "root"]));
    assert_eq!(unknown.error(), "there is no administrator root");
    assert_eq!(stored(), after);
}
