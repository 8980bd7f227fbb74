//! Usernames and passwords: what is accepted, what a use leaves, what is rejected.

use serde_json::{Value, json};

use super::{BASIC, basic, outcome, rejected, shown, until, verify, verify_from, wrong_password};
use crate::harness::{
    TestServer, both,
    database::{Everything, tenant},
};

/// Credentials as an acceptance shows them.
fn accepted(row: &Value) -> Value {
    json!({
        "verdict": "Accepted",
        "tenant": "default",
        "credentialsId": row["id"],
        "username": row["username"],
        "state": "Active",
        "createdDate": row["createdDate"],
        "updatedDate": row["updatedDate"],
        "lastUseDate": row["lastUseDate"],
    })
}

both!(the_first_use_is_written_before_the_answer, async |server: TestServer| {
    let store = server.ready().await.store;
    let created = basic(&server, "UserA", "123").await;
    let before = Everything::of(&store).await;
    let first = verify_from(&server, "192.0.2.17", "UserA", "123").await;
    let row = shown(&server, BASIC, &created["id"]).await;
    assert_eq!(first, accepted(&row));
    assert_eq!((&row["state"], &row["updatedDate"]), (&json!("Active"), &created["updatedDate"]));

    let after = Everything::of(&store).await;
    let (audit, outbox) = (after.audit.last().unwrap(), after.outbox.last().unwrap());
    assert_eq!((after.audit.len(), after.outbox.len()), (before.audit.len() + 1, before.outbox.len() + 1));
    assert_eq!(
        (&*audit.action, &*audit.detail, audit.subject.as_str(), audit.tenant.as_ref()),
        ("basic_credentials_verify", "Inactive to Active", created["id"].as_str().unwrap(), Some(&tenant()))
    );
    assert_eq!((&*outbox.kind, outbox.credentials_id.as_str()), ("activated", audit.subject.as_str()));
});

both!(later_uses_are_written_soon_and_leave_nothing_else, async |server: TestServer| {
    let store = server.ready().await.store;
    let id = basic(&server, "UserA", "123").await["id"].take();
    let first = verify(&server, "UserA", "123").await;
    let written = Everything::of(&store).await;
    let mut last = Value::Null;
    for username in ["UserA", "UserA@default"] {
        last = verify(&server, username, "123").await;
        let mut expected = first.clone();
        expected["lastUseDate"] = last["lastUseDate"].clone();
        assert_eq!(last, expected, "{username}");
        assert!(last["lastUseDate"].as_str() > first["lastUseDate"].as_str(), "{last}");
    }
    let row = until("lastUseDate", async || {
        Some(shown(&server, BASIC, &id).await).filter(|row| row["lastUseDate"] == last["lastUseDate"])
    })
    .await;
    assert_eq!(accepted(&row), last);
    let after = Everything::of(&store).await;
    assert_eq!((after.audit, after.outbox), (written.audit, written.outbox));
});

both!(uses_are_written_when_the_server_stops, async |server: TestServer| {
    let id = basic(&server, "UserA", "123").await["id"].take();
    verify(&server, "UserA", "123").await;
    let last = verify(&server, "UserA", "123").await;
    let (database, config) = server.stop().await;
    let server = TestServer::on(database, config).await;
    assert_eq!(shown(&server, BASIC, &id).await["lastUseDate"], last["lastUseDate"]);
    // Nothing is remembered over a restart, and nothing is lost by that.
    assert_eq!(outcome(&verify(&server, "UserA", "123").await), "Accepted");
});

both!(others_are_rejected, async |server: TestServer| {
    let created = basic(&server, "UserA", "123").await;
    let unknown = || rejected("UnknownUsername", "the tenant has no basic credentials with this username");
    let elsewhere = || rejected("UnknownTenant", "the username names another tenant than the caller's");
    let name = "u".repeat(255);
    basic(&server, &name, "123").await;
    let longest = [&*"u".repeat(256), &"u".repeat(512), &"ü".repeat(512)].map(str::to_owned);
    for (username, password, verdict) in [
        ("UserA", "124", wrong_password()),
        ("UserA", "12", wrong_password()),
        ("UserA", "1234", wrong_password()),
        ("UserA", "123\0", wrong_password()),
        ("UserA", "", wrong_password()),
        ("UserA", "ü\u{202e}\n", wrong_password()),
        ("UserA", &"1".repeat(1024), wrong_password()),
        ("UserA", "' OR '1'='1", wrong_password()),
        ("UserB", "123", unknown()),
        ("usera", "123", unknown()),
        ("UserA ", "123", unknown()),
        ("UserA\0", "123", unknown()),
        ("UserA:123", "123", unknown()),
        ("ÜserÄ\u{0}\u{ffff}", "123", unknown()),
        ("' OR '1'='1", "123", unknown()),
        ("%", "123", unknown()),
        (&longest[0], "123", unknown()),
        (&longest[1], "123", unknown()),
        (&longest[2], "123", unknown()),
        ("@default", "123", unknown()),
        ("UserA@", "123", elsewhere()),
        ("UserA@acme", "123", elsewhere()),
        ("UserA@Default", "123", elsewhere()),
        ("UserA@default@acme", "123", elsewhere()),
        ("UserA@acme@default", "123", unknown()),
    ] {
        assert_eq!(verify(&server, username, password).await, verdict, "{username:?} {password:?}");
    }
    assert_eq!(shown(&server, BASIC, &created["id"]).await, created, "nobody used it");
    assert_eq!(outcome(&verify(&server, &name, "123").await), "Accepted", "the longest name there is");
});

both!(a_new_password_counts_at_once, async |server: TestServer| {
    let id = basic(&server, "UserA", "old").await["id"].take();
    for _ in 0..2 {
        assert_eq!(outcome(&verify(&server, "UserA", "old").await), "Accepted");
    }
    let path = format!("{BASIC}/{}/password", id.as_str().unwrap());
    for (before, after) in [("old", "new"), ("new", "old")] {
        server.patch(&path, json!({"password": after})).await.expect(200);
        assert_eq!(verify(&server, "UserA", before).await, wrong_password(), "{before}");
        assert_eq!(outcome(&verify(&server, "UserA", after).await), "Accepted", "{after}");
    }
});

both!(tenants_have_names_of_their_own, async |server: TestServer| {
    let token = server.tenant_token("acme").await;
    let acme = server.with_token(Some(&token));
    let send = async |path: &str, body: Value| acme.send(reqwest::Method::POST, path, Some(body)).await;
    basic(&server, "UserA", "ours").await;
    send(BASIC, json!({"username": "UserA", "password": "theirs"})).await.expect(201);
    for (username, password, ours, theirs) in [
        ("UserA", "ours", "Accepted", "WrongPassword"),
        ("UserA", "theirs", "WrongPassword", "Accepted"),
        ("UserA@acme", "theirs", "UnknownTenant", "Accepted"),
        ("UserA@default", "ours", "Accepted", "UnknownTenant"),
    ] {
        assert_eq!(outcome(&verify(&server, username, password).await), ours, "{username} {password}");
        let body = json!({"username": username, "password": password});
        let verdict = send(&format!("{BASIC}/verify"), body).await.expect(200);
        assert_eq!((outcome(&verdict).as_str(), &verdict["tenant"]), (theirs, &json!("acme")), "{username}");
    }
});
