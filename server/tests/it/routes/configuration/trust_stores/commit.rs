//! A commit checks everything again: between staging and commit the database changes behind the server's back.

use serde_json::{Value, json};
use vouchsafe_store::ConfigurationRow;

use super::{PATH, refused, store};
use crate::harness::{TestServer, both, session::Session};

const OTHER: &str = "3f0a1c52-6d0e-4b8f-9f57-0c9a5f7be2d4";
const CONFIGURATION: &str = "/api/configuration";

/// Puts a body to a path, or removes it, past the server.
async fn behind(server: &TestServer, path: &str, body: Option<Value>) {
    let store = server.ready().await.store;
    let tx = store.begin_configuration().await.unwrap();
    match body {
        Some(body) => {
            let row = ConfigurationRow { path: path.to_owned(), body, secret: None };
            tx.configuration_put(&row).await.unwrap();
        }
        None => assert!(tx.configuration_delete(path).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

/// Commits, which must fail for something below a path, and leave everything as it was.
async fn fails(server: &TestServer, session: &Session<'_>, place: &str, words: &str) {
    let store = server.ready().await.store;
    let before = (store.configuration_all().await.unwrap(), store.configuration_changes().await.unwrap());
    assert!(!before.1.is_empty());
    let error = session.commit().await.failure(400);
    assert_eq!(error["type"], "SemanticError", "{error}");
    let found = error["details"]["errors"].as_array().unwrap().iter();
    let hit = |found: &&Value| {
        let (path, message) = (found["path"].as_str().unwrap(), found["message"].as_str().unwrap());
        path.starts_with(place) && message.contains(words)
    };
    assert_eq!(found.filter(hit).count(), 1, "{error}");
    let after = (store.configuration_all().await.unwrap(), store.configuration_changes().await.unwrap());
    assert_eq!(after, before);
    assert_eq!(session.get("/api/transaction").await.expect(200)["body"]["status"], "open");
    session.rollback().await.expect(200);
}

both!(a_taken_name, async |server: TestServer| {
    let session = server.session().await;
    let stores = format!("{PATH}/{OTHER}");
    session.create(PATH, store("Mine", json!([]))).await;
    behind(&server, &stores, Some(store("Mine", json!([])))).await;
    fails(&server, &session, PATH, "is the name of another trust store").await;
    // The name is free again, and so the same change goes through.
    behind(&server, &stores, None).await;
    session.create(PATH, store("Mine", json!([]))).await;
    session.commit().await.expect(201);

    for (collection, mine, theirs, words) in [
        (
            "aaa/local_database/users",
            json!({"name": "eve"}),
            json!({"name": "eve"}),
            "is the name of another user",
        ),
        (
            "aaa/local_database/groups",
            json!({"name": "g", "members": []}),
            json!({"name": "g", "members": ["admin"]}),
            "is the name of another group",
        ),
    ] {
        let collection = format!("{CONFIGURATION}/{collection}");
        session.create(&collection, mine).await;
        behind(&server, &format!("{collection}/{OTHER}"), Some(theirs)).await;
        fails(&server, &session, &collection, words).await;
    }
});

both!(a_taken_tenant, async |server: TestServer| {
    let session = server.session().await;
    let tenants = format!("{CONFIGURATION}/tenants");
    let listed = session.get(&tenants).await.expect(200);
    let (default, first) =
        (&listed["items"][0]["body"], listed["items"][0]["meta"]["href"].as_str().unwrap());
    let mut mine = default.clone();
    mine["id"] = json!("mine");
    mine["external_issuers"] =
        json!([{"issuer": "https://login.example.com", "audience": "us", "clock_leeway_seconds": 1}]);

    session.create(&tenants, mine.clone()).await;
    let mut theirs = mine.clone();
    theirs["external_issuers"] = json!([]);
    behind(&server, &format!("{tenants}/{OTHER}"), Some(theirs.clone())).await;
    fails(&server, &session, &tenants, "is the id of another tenant").await;

    theirs["id"] = json!("theirs");
    theirs["external_issuers"] = mine["external_issuers"].clone();
    behind(&server, &format!("{tenants}/{OTHER}"), None).await;
    session.create(&tenants, mine).await;
    behind(&server, &format!("{tenants}/{OTHER}"), Some(theirs)).await;
    fails(&server, &session, &tenants, "is trusted already with that audience").await;
    behind(&server, &format!("{tenants}/{OTHER}"), None).await;

    let client = json!({"client_id": "c", "scopes": ["tenant:basic-credentials:read"]});
    session.create(&format!("{first}/oauth_clients"), client.clone()).await;
    behind(&server, &format!("{first}/oauth_clients/{OTHER}"), Some(client)).await;
    fails(&server, &session, first, "is the id of another client").await;
});

both!(a_reference_to_what_is_gone, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(PATH, store("Used", json!([]))).await;
    session.commit().await.expect(201);
    let path = format!("{PATH}/{key}");
    let (settings, email) =
        (format!("{CONFIGURATION}/aaa/settings"), format!("{CONFIGURATION}/management/email"));
    let mut referring = session.body(&settings).await;
    referring["trust_store"] = json!(key);
    session.put(&settings, referring.clone()).await.expect(201);
    behind(&server, &path, None).await;
    fails(&server, &session, &settings, "is not the key of a trust store").await;

    // The other way round: what is deleted comes into use.
    behind(&server, &path, Some(store("Used", json!([])))).await;
    session.delete(&path).await.expect(200);
    behind(&server, &settings, Some(referring.clone())).await;
    fails(&server, &session, &settings, "is not the key of a trust store").await;
    referring["trust_store"] = Value::Null;
    behind(&server, &settings, Some(referring)).await;
    let mut referring = session.body(&email).await;
    referring["smtp_encryption"] = json!({"selection": "tls", "trust_store": key});
    session.delete(&path).await.expect(200);
    behind(&server, &email, Some(referring)).await;
    fails(&server, &session, &email, "is not the key of a trust store").await;
});

both!(a_member_and_a_group_that_are_gone, async |server: TestServer| {
    let session = server.session().await;
    let database = format!("{CONFIGURATION}/aaa/local_database");
    let user = session.create(&format!("{database}/users"), json!({"name": "eve"})).await;
    let group = session.create(&format!("{database}/groups"), json!({"name": "evil", "members": []})).await;
    session.commit().await.expect(201);
    let group = format!("{database}/groups/{group}");

    session.put(&group, json!({"name": "evil", "members": ["admin", "eve"]})).await.expect(201);
    behind(&server, &format!("{database}/users/{user}"), None).await;
    fails(&server, &session, &format!("{group}/members/1"), "is not the name of a user").await;

    let acls = format!("{CONFIGURATION}/aaa/acls");
    let mut body = session.body(&acls).await;
    let acl = json!({"group": "evil", "objects": ["/api/audit"], "permission": "read"});
    body.as_array_mut().unwrap().push(acl);
    session.put(&acls, body).await.expect(201);
    behind(&server, &group, None).await;
    fails(&server, &session, &format!("{acls}/1/group"), "is not the name of a group").await;
});

both!(a_last_administrator_that_is_gone, async |server: TestServer| {
    let session = server.session().await;
    session.put(&format!("{CONFIGURATION}/datetime/timezone"), json!("Europe/Paris")).await.expect(201);
    behind(&server, &format!("{CONFIGURATION}/aaa/acls"), Some(json!([]))).await;
    fails(&server, &session, &format!("{CONFIGURATION}/aaa/acls"), "nobody could change").await;
});

both!(what_was_broken_before_is_told_to_who_comes_next, async |server: TestServer| {
    let session = server.session().await;
    let theirs = format!("{PATH}/{OTHER}");
    behind(&server, &theirs, Some(store("Built-in", json!([])))).await;
    let answer = session.put(&format!("{CONFIGURATION}/datetime/timezone"), json!("Europe/Paris")).await;
    refused(&answer, "SemanticError", &format!("{theirs}/name"), "is the name of another trust store");
    // Who mends it goes on.
    session.put(&theirs, store("Renamed", json!([]))).await.expect(201);
    session.commit().await.expect(201);
});
