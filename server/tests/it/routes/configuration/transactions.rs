//! Transactions: one lock, own view, all or nothing.

use serde_json::{Value, json};
use vouchsafe::{auth::hash_secret, clock};
use vouchsafe_domain::{Secret, Timestamp};

use super::tenant;
use crate::harness::{TestServer, both, session::Session};

const TRANSACTION: &str = "/api/transaction";
const CHANGES: &str = "/api/transaction/changes";
const TIMEZONE: &str = "/api/configuration/datetime/timezone";
const ACCOUNTING: &str = "/api/configuration/management/accounting";
const TENANTS: &str = "/api/configuration/tenants";

fn state(status: &str, message: &str) -> Value {
    json!({
        "body": {"commit_message": message, "status": status},
        "key": "transaction",
        "meta": {"href": TRANSACTION, "parent": "/api"},
        "transaction": {"status": status},
    })
}

/// Lets a session's transaction be idle for some seconds.
async fn idle(server: &TestServer, session: &Session<'_>, seconds: i64) {
    let store = server.ready().await.store;
    let then = Timestamp::from_micros(clock::now().as_micros() - seconds * 1_000_000);
    let tx = store.begin_configuration().await.unwrap();
    assert!(tx.configuration_lock_touch(&hash_secret(&Secret::new(&*session.id)), then).await.unwrap());
    tx.commit().await.unwrap();
}

both!(a_transaction_is_opened_seen_and_committed, async |server: TestServer| {
    let (session, other) = (server.session().await, server.session().await);
    assert_eq!(session.get(TRANSACTION).await.expect(200), state("closed", "optional"));
    let mut open = state("open", "optional");
    open["meta"]["remaining_seconds"] = json!(600);
    assert_eq!(session.send(reqwest::Method::POST, TRANSACTION, None).await.expect(201), open);
    assert_eq!(session.get(TRANSACTION).await.expect(200), open);
    assert_eq!(
        other.get(TRANSACTION).await.expect(200),
        state("closed", "optional"),
        "it is the session's own"
    );

    session.put(TIMEZONE, json!("Europe/Budapest")).await.expect(201);
    open["meta"]["changes"] = json!(CHANGES);
    assert_eq!(session.get(TRANSACTION).await.expect(200), open);
    assert_eq!(
        session.get(CHANGES).await.expect(200),
        json!({
            "changes": [
                {"type": "replace", "path": TIMEZONE, "new_value": "Europe/Budapest", "old_value": "UTC"},
            ],
            "meta": {
                "href": CHANGES,
                "parent": TRANSACTION,
                "transaction": TRANSACTION,
                "remaining_seconds": 600,
            },
        })
    );
    assert_eq!(session.get(TIMEZONE).await.expect(200)["meta"]["remaining_seconds"], json!(600));
    assert_eq!(
        (session.body(TIMEZONE).await, other.body(TIMEZONE).await),
        (json!("Europe/Budapest"), json!("UTC"))
    );

    assert_eq!(session.commit().await.expect(201), state("closed", "optional"));
    assert_eq!(
        (session.body(TIMEZONE).await, other.body(TIMEZONE).await),
        (json!("Europe/Budapest"), json!("Europe/Budapest"))
    );
    assert!(session.get(TIMEZONE).await.expect(200)["meta"].get("remaining_seconds").is_none());
});

both!(the_first_change_opens_and_a_refused_one_does_not, async |server: TestServer| {
    let session = server.session().await;
    session.put(TIMEZONE, json!("Europe/Atlantis")).await.failure(400);
    assert_eq!(session.get(TRANSACTION).await.expect(200)["body"]["status"], "closed");
    session.put(TIMEZONE, json!("Europe/Paris")).await.expect(201);
    assert_eq!(session.get(TRANSACTION).await.expect(200)["body"]["status"], "open");
});

both!(a_second_writer_is_told_who_holds_the_lock, async |server: TestServer| {
    let (first, second) = (server.session().await, server.session().await);
    first.put(TIMEZONE, json!("Europe/Paris")).await.expect(201);
    for answer in [
        second.put(TIMEZONE, json!("Europe/Rome")).await,
        second.send(reqwest::Method::POST, TRANSACTION, None).await,
        second.post(TENANTS, tenant("late")).await,
    ] {
        let error = answer.failure(409);
        assert_eq!(
            (&error["type"], &error["details"]["holder"]["username"]),
            (&json!("ConfigurationLocked"), &json!("admin"))
        );
        assert!(error["details"]["holder"]["remaining_seconds"].as_u64().unwrap() <= 600);
    }
    assert_eq!(second.commit().await.failure(409)["type"], "TransactionNotOpen");
    second.rollback().await.expect(200);
    assert_eq!(
        first.commit().await.expect(201)["transaction"]["status"],
        "closed",
        "the other's rollback drops nothing"
    );
    second.put(TIMEZONE, json!("Europe/Rome")).await.expect(201);
});

both!(a_rollback_leaves_nothing, async |server: TestServer| {
    let session = server.session().await;
    let before = server.ready().await.store.configuration_all().await.unwrap();
    session.put(TIMEZONE, json!("Europe/Paris")).await.expect(201);
    let key = session.create(TENANTS, tenant("gone")).await;
    assert_eq!(
        session.rollback().await.expect(200),
        json!({"meta": {"href": TRANSACTION, "parent": "/api"}})
    );
    assert_eq!(session.get(CHANGES).await.expect(200)["changes"], json!([]));
    session.get(&format!("{TENANTS}/{key}")).await.failure(404);
    assert_eq!(session.body(TIMEZONE).await, "UTC");
    assert_eq!(server.ready().await.store.configuration_all().await.unwrap(), before);
});

both!(changes_of_one_object_are_folded, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(TENANTS, tenant("short-lived")).await;
    let mut body = tenant("short-lived");
    body["name"] = json!("Renamed");
    session.put(&format!("{TENANTS}/{key}"), body.clone()).await.expect(201);
    let changes = session.get(CHANGES).await.expect(200);
    assert_eq!(changes["changes"].as_array().unwrap().len(), 1, "{changes}");
    assert_eq!(changes["changes"][0]["type"], "create");
    assert_eq!(changes["changes"][0]["new_value"]["name"], "Renamed");
    session.delete(&format!("{TENANTS}/{key}")).await.expect(200);
    assert_eq!(session.get(CHANGES).await.expect(200)["changes"], json!([]));
});

both!(an_idle_transaction_ends_and_its_session_is_told_once, async |server: TestServer| {
    let (session, other) = (server.session().await, server.session().await);
    session.put(TIMEZONE, json!("Europe/Paris")).await.expect(201);
    idle(&server, &session, 590).await;
    assert_eq!(
        session.get(TRANSACTION).await.expect(200)["meta"]["remaining_seconds"],
        600,
        "a request counts"
    );
    idle(&server, &session, 601).await;
    other.put(TIMEZONE, json!("Europe/Rome")).await.expect(201);
    assert_eq!(session.get(TRANSACTION).await.expect(200)["body"]["status"], "closed");
    assert_eq!(session.commit().await.failure(409)["type"], "TransactionExpired");
    other.commit().await.expect(201);
    assert_eq!(session.body(TIMEZONE).await, "Europe/Rome");
    session.put(TIMEZONE, json!("Europe/Paris")).await.expect(201);

    idle(&server, &session, 601).await;
    assert_eq!(
        session.put(ACCOUNTING, json!({"require_commitlog": true})).await.failure(409)["type"],
        "TransactionExpired"
    );
    session.put(ACCOUNTING, json!({"require_commitlog": true})).await.expect(201);
    idle(&server, &session, 601).await;
    assert_eq!(session.commit().await.failure(409)["type"], "TransactionExpired");
    assert_eq!(session.commit().await.failure(409)["type"], "TransactionNotOpen");
    session.put(ACCOUNTING, json!({"require_commitlog": true})).await.expect(201);
    assert_eq!(
        session.get(CHANGES).await.expect(200)["changes"].as_array().unwrap().len(),
        1,
        "the old one is gone"
    );
});

both!(the_end_of_a_session_frees_the_lock, async |server: TestServer| {
    let (first, second) = (server.session().await, server.session().await);
    first.put(TIMEZONE, json!("Europe/Paris")).await.expect(201);
    first.delete("/api/authentication").await.expect(200);
    second.put(TIMEZONE, json!("Europe/Rome")).await.expect(201);
    second.age(1201).await;
    let third = server.session().await;
    third.put(TIMEZONE, json!("Europe/Oslo")).await.expect(201);
    assert_eq!(second.get(TRANSACTION).await.failure(401)["type"], "Unauthenticated");
});

both!(a_commit_message_is_demanded_where_accounting_says_so, async |server: TestServer| {
    let session = server.session().await;
    session.put(ACCOUNTING, json!({"require_commitlog": true})).await.expect(201);
    session.commit().await.expect(201);
    assert_eq!(session.get(TRANSACTION).await.expect(200), state("closed", "required"));
    session.put(TIMEZONE, json!("Europe/Paris")).await.expect(201);
    for message in [json!({"status": "commit"}), json!({"status": "commit", "commit_message": " "})] {
        let error = session.put(TRANSACTION, message).await.failure(400);
        assert_eq!(
            (&error["type"], &error["details"]["path"]),
            (&json!("SyntacticError"), &json!("/api/transaction/commit_message"))
        );
    }
    let message = json!({"status": "commit", "commit_message": "moved to Paris"});
    session.put(TRANSACTION, message).await.expect(201);
    let trail = session.get("/api/audit?operation=transaction_commit&limit=1").await.expect(200);
    assert_eq!(trail["items"][0]["detail"], "moved to Paris");
});

both!(a_commit_that_fails_validation_applies_nothing, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(TENANTS, tenant("busy")).await;
    session.commit().await.expect(201);
    let path = format!("{TENANTS}/{key}");
    session.put(TIMEZONE, json!("Europe/Paris")).await.expect(201);
    session.delete(&path).await.expect(200);
    // Between staging and commit the tenant comes into use.
    let token = server.client_token("busy", "busy-client", vouchsafe_domain::ScopeSet::all()).await;
    let request = server.anonymous(reqwest::Method::POST, "/api/v1/basic-credentials").bearer_auth(token);
    assert_eq!(request.json(&json!({})).send().await.unwrap().status(), 201);
    let error = session.commit().await.failure(400);
    assert_eq!((&error["type"], &error["details"]["path"]), (&json!("SemanticError"), &json!(path)));
    assert_eq!(server.session().await.body(TIMEZONE).await, "UTC", "nothing of it is applied");
    assert_eq!(session.get(TRANSACTION).await.expect(200)["body"]["status"], "open", "it can be mended");
    assert_eq!(session.get(CHANGES).await.expect(200)["changes"].as_array().unwrap().len(), 2);
});

both!(nobody_locks_everybody_out, async |server: TestServer| {
    let session = server.session().await;
    session.put("/api/configuration/aaa/acls", json!([])).await.expect(201);
    let error = session.commit().await.failure(400);
    assert_eq!(error["type"], "SemanticError");
    session.rollback().await.expect(200);

    // Somebody who has every right but no way to log in does not count.
    let (users, groups) =
        ("/api/configuration/aaa/local_database/users", "/api/configuration/aaa/local_database/groups");
    let list = session.get(users).await.expect(200);
    let admin = list["items"][0]["key"].as_str().unwrap().to_owned();
    let list = session.get(groups).await.expect(200);
    let group = list["items"][0]["key"].as_str().unwrap().to_owned();
    let key = session.create(users, json!({"name": "ops"})).await;
    let body = json!({"name": "administrators", "members": ["ops"]});
    session.put(&format!("{groups}/{group}"), body).await.expect(201);
    session.delete(&format!("{users}/{admin}")).await.expect(200);
    assert_eq!(session.commit().await.failure(400)["type"], "SemanticError");
    session
        .put(&format!("{users}/{key}"), json!({"name": "ops", "password": "a good password"}))
        .await
        .expect(201);
    session.commit().await.expect(201);
    server.session_of("ops", "a good password").await;
});

both!(a_session_that_is_gone_takes_no_lock, async |server: TestServer| {
    let (gone, other) = (server.session().await, server.session().await);
    let logout = gone.delete("/api/authentication");
    let change = gone.put(TIMEZONE, json!("Europe/Paris"));
    let (logout, _) = tokio::join!(logout, change);
    logout.expect(200);
    other.put(TIMEZONE, json!("Europe/Rome")).await.expect(201);
});

both!(of_two_racing_sessions_one_wins, async |server: TestServer| {
    let sessions =
        [server.session().await, server.session().await, server.session().await, server.session().await];
    for round in 0..8 {
        let zones = ["Europe/Paris", "Europe/Rome", "Europe/Oslo", "Europe/Riga"];
        let (a, b, c, d) = tokio::join!(
            sessions[0].put(TIMEZONE, json!(zones[0])),
            sessions[1].put(TIMEZONE, json!(zones[1])),
            sessions[2].put(TIMEZONE, json!(zones[2])),
            sessions[3].put(TIMEZONE, json!(zones[3])),
        );
        let statuses = [a, b, c, d].map(|answer| answer.status.as_u16());
        let winner = statuses.iter().position(|status| *status == 201).expect("one wins");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3, "{round}: {statuses:?}");
        sessions[winner].commit().await.expect(201);
        assert_eq!(sessions[0].body(TIMEZONE).await, zones[winner]);
    }
});
