//! Users and groups: who logs in, and what keeps them consistent.

use serde_json::{Value, json};

use crate::harness::{TestServer, both, session::Session};

const ACLS: &str = "/api/configuration/aaa/acls";
const USERS: &str = "/api/configuration/aaa/local_database/users";
const GROUPS: &str = "/api/configuration/aaa/local_database/groups";
const OLD: &str = "the old password";
const NEW: &str = "the new password";

fn ann() -> Value {
    json!({"name": "ann", "password": OLD})
}

/// A committed user `ann`; her path.
async fn created(session: &Session<'_>) -> String {
    let key = session.create(USERS, ann()).await;
    session.commit().await.expect(201);
    format!("{USERS}/{key}")
}

async fn semantic(session: &Session<'_>, answer: crate::harness::Answer, paths: &[String]) {
    let error = answer.failure(400);
    assert_eq!(error["type"], "SemanticError", "{error}");
    let errors = error["details"]["errors"].as_array().unwrap().iter();
    assert_eq!(errors.map(|cause| cause["path"].as_str().unwrap()).collect::<Vec<_>>(), paths, "{error}");
    session.rollback().await.expect(200);
}

both!(a_user_logs_in_once_committed, async |server: TestServer| {
    let session = server.session().await;
    let admin = session.get(USERS).await.expect(200)["items"][0]["key"].take();
    let answer = session.post(USERS, ann()).await;
    let created = answer.expect(201);
    let key = created["key"].as_str().unwrap();
    let path = format!("{USERS}/{key}");
    let href = |key: &str| format!("{USERS}/{key}");
    let mut keys = [admin.as_str().unwrap(), key];
    keys.sort_unstable();
    let meta = json!({
        "first": href(keys[0]),
        "href": path,
        "last": href(keys[1]),
        "next": (keys[0] == key).then(|| href(keys[1])),
        "parent": USERS,
        "previous": (keys[1] == key).then(|| href(keys[0])),
        "transaction": "/api/transaction",
        "remaining_seconds": 600,
    });
    assert_eq!(created, json!({"key": key, "meta": meta}));
    assert_eq!(answer.header("location"), Some(&*path));
    assert_eq!(
        session.get(&path).await.expect(200),
        json!({"body": {"name": "ann"}, "key": key, "meta": meta})
    );
    let change = json!({"type": "create", "path": path, "new_value": {"name": "ann"}});
    assert_eq!(session.get("/api/transaction/changes").await.expect(200)["changes"], json!([change]));
    server.login("ann", OLD).await.failure(401);

    session.commit().await.expect(201);
    server.login("ann", OLD).await.expect(200);
    let mut names = session.get(USERS).await.expect(200)["items"].take();
    names.as_array_mut().unwrap().sort_by_key(|user| user["body"]["name"].to_string());
    let item =
        |key: &str, name: &str| json!({"key": key, "meta": {"href": href(key)}, "body": {"name": name}});
    assert_eq!(names, json!([item(admin.as_str().unwrap(), "admin"), item(key, "ann")]));
});

both!(a_replacement_without_a_password_keeps_it, async |server: TestServer| {
    let session = server.session().await;
    let path = created(&session).await;
    session.put(&path, json!({"name": "ann"})).await.expect(201);
    session.commit().await.expect(201);
    server.login("ann", OLD).await.expect(200);

    session.put(&path, json!({"name": "ann", "password": NEW})).await.expect(201);
    server.login("ann", OLD).await.expect(200);
    server.login("ann", NEW).await.failure(401);
    // A second change in the same transaction keeps what the first one set.
    session.put(&path, json!({"name": "ann"})).await.expect(201);
    session.commit().await.expect(201);
    server.login("ann", OLD).await.failure(401);
    server.login("ann", NEW).await.expect(200);
});

both!(a_password_of_a_new_user_outlives_later_changes, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(USERS, ann()).await;
    session.put(&format!("{USERS}/{key}"), json!({"name": "anna"})).await.expect(201);
    session.commit().await.expect(201);
    server.login("anna", OLD).await.expect(200);
    server.login("ann", OLD).await.failure(401);
});

both!(a_renamed_user_logs_in_anew, async |server: TestServer| {
    let session = server.session().await;
    let path = created(&session).await;
    let (hers, other) = (server.session_of("ann", OLD).await, server.session().await);
    session.put(&path, json!({"name": "anna"})).await.expect(201);
    hers.get("/api/transaction").await.expect(200);
    session.commit().await.expect(201);
    assert_eq!(hers.get("/api/transaction").await.failure(401)["type"], "Unauthenticated");
    other.get("/api/transaction").await.expect(200);
    server.login("ann", OLD).await.failure(401);
    server.login("anna", OLD).await.expect(200);
});

both!(a_deleted_user_is_logged_out, async |server: TestServer| {
    let session = server.session().await;
    let path = created(&session).await;
    let hers = server.session_of("ann", OLD).await;
    let mut place = session.get(&path).await.expect(200)["meta"].take();
    place["remaining_seconds"] = json!(600);
    assert_eq!(session.delete(&path).await.expect(200), json!({"meta": place}), "where it stood");
    session.get(&path).await.failure(404);
    server.login("ann", OLD).await.expect(200);
    session.commit().await.expect(201);
    assert_eq!(hers.get("/api/transaction").await.failure(401)["type"], "Unauthenticated");
    server.login("ann", OLD).await.failure(401);
    for answer in [session.get(&path).await, session.put(&path, ann()).await, session.delete(&path).await] {
        assert_eq!(answer.failure(404)["details"], json!({"path": path}));
    }
});

both!(a_name_passes_from_one_to_another, async |server: TestServer| {
    let session = server.session().await;
    let first = created(&session).await;
    let second = session.create(USERS, json!({"name": "bob", "password": NEW})).await;
    session.commit().await.expect(201);
    let hers = server.session_of("ann", OLD).await;
    for (path, name) in [(&first, "nobody"), (&format!("{USERS}/{second}"), "ann"), (&first, "bob")] {
        session.put(path, json!({"name": name})).await.expect(201);
    }
    session.commit().await.expect(201);
    hers.get("/api/transaction").await.failure(401);
    server.login("ann", NEW).await.expect(200);
    server.login("bob", OLD).await.expect(200);
    // One goes, another comes with the same name.
    let hers = server.session_of("bob", OLD).await;
    session.delete(&first).await.expect(200);
    session.create(USERS, json!({"name": "bob", "password": NEW})).await;
    session.commit().await.expect(201);
    hers.get("/api/transaction").await.failure(401);
    server.login("bob", OLD).await.failure(401);
    server.login("bob", NEW).await.expect(200);
});

both!(names_are_unique_and_known, async |server: TestServer| {
    let session = server.session().await;
    let path = created(&session).await;
    let group = session.create(GROUPS, json!({"name": "hers", "members": ["ann"]})).await;
    session.commit().await.expect(201);
    let group = format!("{GROUPS}/{group}");
    let field = |path: &str, field: &str| vec![format!("{path}{field}")];
    semantic(&session, session.post(USERS, json!({"name": "ann"})).await, &field(USERS, "/name")).await;
    let both = [format!("{path}/name"), format!("{group}/members/0")];
    semantic(&session, session.put(&path, json!({"name": "admin"})).await, &both).await;
    let same = json!({"name": "hers", "members": []});
    semantic(&session, session.post(GROUPS, same).await, &field(GROUPS, "/name")).await;
    let strangers = json!({"name": "theirs", "members": ["ann", "nobody", "ann", "Ann"]});
    let paths = ["1", "3", "2"].map(|index| format!("{GROUPS}/members/{index}"));
    semantic(&session, session.post(GROUPS, strangers).await, &paths).await;
    let mut acls = session.body(ACLS).await;
    acls.as_array_mut().unwrap().push(json!({"group": "nobody's", "objects": [], "permission": "read"}));
    semantic(&session, session.put(ACLS, acls).await, &field(ACLS, "/1/group")).await;

    // What is used stays.
    semantic(&session, session.delete(&path).await, &field(&group, "/members/0")).await;
    semantic(&session, session.put(&path, json!({"name": "anna"})).await, &field(&group, "/members/0")).await;
    let mut acls = session.body(ACLS).await;
    acls.as_array_mut().unwrap().push(json!({"group": "hers", "objects": [], "permission": "read"}));
    session.put(ACLS, acls).await.expect(201);
    session.commit().await.expect(201);
    semantic(&session, session.delete(&group).await, &field(ACLS, "/1/group")).await;

    // In the right order all of it goes.
    let acls = json!([session.body(ACLS).await[0]]);
    session.put(ACLS, acls).await.expect(201);
    session.delete(&group).await.expect(200);
    session.delete(&path).await.expect(200);
    session.commit().await.expect(201);
});

both!(who_has_no_password_does_not_log_in_by_one, async |server: TestServer| {
    let session = server.session().await;
    let key = session.create(USERS, json!({"name": "robot"})).await;
    session.commit().await.expect(201);
    for password in ["", " ", "robot", "null"] {
        assert_eq!(server.login("robot", password).await.failure(401)["type"], "AuthenticationFailure");
    }
    session.put(&format!("{USERS}/{key}"), json!({"name": "robot", "password": NEW})).await.expect(201);
    session.commit().await.expect(201);
    server.login("robot", NEW).await.expect(200);
});

both!(passwords_keep_their_rules, async |server: TestServer| {
    let session = server.session().await;
    let path = created(&session).await;
    for bad in [
        json!(""),
        json!("hunter2"),
        json!("h".repeat(73)),
        json!("hunter2\u{e9}\u{e9}"),
        json!("hunter2\n2"),
        json!("hunter2\0hunter2"),
        json!(null),
        json!(12_345_678),
        json!(["hunter22"]),
    ] {
        for answer in [
            session.post(USERS, json!({"name": "bob", "password": bad})).await,
            session.put(&path, json!({"name": "ann", "password": bad})).await,
        ] {
            let error = answer.failure(400);
            assert_eq!(error["type"], "SyntacticError", "{bad}");
            assert!(error["details"]["path"].as_str().unwrap().ends_with("/password"), "{error}");
            assert!(!answer.text.contains("hunter") && !answer.text.contains("12345678"), "{answer:?}");
        }
    }
    for good in ["hunter22", &"h".repeat(72), " ~!:@\"\\ ", "a:b:c:d:"] {
        session.put(&path, json!({"name": "ann", "password": good})).await.expect(201);
        session.commit().await.expect(201);
        server.login("ann", good).await.expect(200);
    }
});
