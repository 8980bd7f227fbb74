//! Integration keys: shown once, good from the commit to their removal, each for one tenant.

use super::{default_tenant, escaped, nginx, nginx_basic, staged, status};
use crate::{
    harness::{Answer, TestServer, both, session::Session},
    process::database::sql,
    routes::verification::{basic, issued},
};
use serde_json::json;

const TENANTS: &str = "/api/configuration/tenants";

async fn passes(server: &TestServer, key: &str) -> u16 {
    status(&nginx_basic(server, key, "UserA", "123").await)
}

/// Refused for such a reason.
async fn refused(session: &Session<'_>, answer: Answer, kind: &str) {
    let error = answer.failure(400);
    assert_eq!(error["type"], kind, "{error}");
    session.rollback().await.expect(200);
}

both!(are_shown_once_and_work_once_committed, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let session = server.session().await;
    let tenant = default_tenant(&session).await;
    let (path, secret) = staged(&session, &tenant, "Edge proxy", false).await;
    let random = secret.strip_prefix("vouchsafe_").unwrap();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(random.as_bytes()).unwrap();
    assert_eq!((random.len(), bytes.len()), (43, 32));
    assert_eq!(passes(&server, &secret).await, 403, "not committed");
    session.commit().await.expect(201);
    assert_eq!(passes(&server, &secret).await, 204);

    let shown = session.get(&path).await;
    let body = json!({"name": "Edge proxy", "client_certificates": false});
    assert_eq!(shown.expect(200)["body"], body);
    let list = session.get(&format!("{tenant}/integration_keys")).await;
    assert_eq!(list.expect(200)["items"][0]["body"], body);
    let changed = json!({"name": "Edge proxy", "client_certificates": true});
    let replaced = session.put(&path, changed).await;
    replaced.expect(201);
    let changes = session.get("/api/transaction/changes").await;
    for answer in [shown, list, replaced, changes, session.get("/api/audit").await] {
        assert!(!answer.text.contains(random), "{}", answer.text);
    }
    session.commit().await.expect(201);
    for table in ["integration_keys", "configuration", "audit"] {
        let rows = sql(&server.database, &format!("SELECT * FROM {table}"));
        assert!(!rows.is_empty() && !rows.contains(random), "{table}");
    }
});

both!(go_at_once, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let session = server.session().await;
    let tenant = default_tenant(&session).await;
    let (path, first) = staged(&session, &tenant, "one", false).await;
    let (_, other) = staged(&session, &tenant, "two", false).await;
    session.commit().await.expect(201);
    session.delete(&path).await.expect(200);
    assert_eq!(passes(&server, &first).await, 204, "not committed");
    session.commit().await.expect(201);
    assert_eq!((passes(&server, &first).await, passes(&server, &other).await), (403, 204));
    session.get(&path).await.failure(404);

    // A new one of that name is another one, also if the old one goes in the same commit.
    let (path, second) = staged(&session, &tenant, "one", false).await;
    session.commit().await.expect(201);
    session.delete(&path).await.expect(200);
    let (_, third) = staged(&session, &tenant, "one", false).await;
    session.commit().await.expect(201);
    let all = [&first, &second, &third, &other];
    let mut passed = Vec::new();
    for key in all {
        passed.push(passes(&server, key).await);
    }
    assert_eq!(passed, [403, 403, 204, 204]);
});

both!(say_whether_client_certificates_count, async |server: TestServer| {
    let leaf = issued(&server, "device").await["certificate"].take();
    let session = server.session().await;
    let tenant = default_tenant(&session).await;
    let (path, secret) = staged(&session, &tenant, "proxy", false).await;
    session.commit().await.expect(201);
    for (counts, expected) in [(false, 401), (true, 204), (false, 401)] {
        session.put(&path, json!({"name": "proxy", "client_certificates": counts})).await.expect(201);
        session.commit().await.expect(201);
        let request = nginx(&server, &secret).header("X-SSL-Client-Verify", "SUCCESS");
        let answer = Answer::of(request.header("X-SSL-Client-Cert", escaped(&leaf))).await;
        assert_eq!(status(&answer), expected, "{counts}");
    }
});

both!(have_a_name_that_is_unique, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let session = server.session().await;
    let tenant = default_tenant(&session).await;
    let keys = format!("{tenant}/integration_keys");
    let (path, secret) = staged(&session, &tenant, "one", false).await;
    staged(&session, &tenant, "two", false).await;
    session.commit().await.expect(201);
    let one = || json!({"name": "one", "client_certificates": true});
    let answer = session.post(&keys, one()).await;
    refused(&session, answer, "SemanticError").await;
    let answer = session.put(&path, json!({"name": "two", "client_certificates": false})).await;
    refused(&session, answer, "SemanticError").await;
    for bad in [
        json!({}),
        json!({"name": "three"}),
        json!({"name": "", "client_certificates": true}),
        json!({"name": "three", "client_certificates": "true"}),
        json!({"name": "three", "client_certificates": true, "integration_key": "mine"}),
        json!({"name": "three\n", "client_certificates": true}),
        json!({"name": "n".repeat(101), "client_certificates": true}),
    ] {
        let answer = session.post(&keys, bad.clone()).await;
        assert_eq!(answer.failure(400)["type"], "SyntacticError", "{bad}");
    }
    assert_eq!(passes(&server, &secret).await, 204);
    session.post(&format!("{TENANTS}/{}/integration_keys", uuid()), one()).await.failure(404);
});

both!(are_the_same_under_another_name, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let session = server.session().await;
    let tenant = default_tenant(&session).await;
    let (one_path, one) = staged(&session, &tenant, "one", false).await;
    let (two_path, two) = staged(&session, &tenant, "two", false).await;
    let name = async |path: &str, name: &str| {
        session.put(path, json!({"name": name, "client_certificates": false})).await.expect(201);
    };
    // Before they are committed, after, and each with the other's name in one commit.
    for [first, second] in [["three", "four"], ["five", "six"], ["six", "five"], ["one", "six"]] {
        name(&one_path, "in between").await;
        name(&two_path, second).await;
        name(&one_path, first).await;
        session.commit().await.expect(201);
        assert_eq!((passes(&server, &one).await, passes(&server, &two).await), (204, 204), "{first}");
        assert_eq!(session.body(&one_path).await["name"], first);
    }
    session.delete(&two_path).await.expect(200);
    session.commit().await.expect(201);
    assert_eq!((passes(&server, &one).await, passes(&server, &two).await), (204, 403));
    // Renamed and deleted in one commit.
    name(&one_path, "seven").await;
    session.delete(&one_path).await.expect(200);
    session.commit().await.expect(201);
    assert_eq!(passes(&server, &one).await, 403);
    assert_eq!(sql(&server.database, "SELECT count(*) FROM integration_keys"), "0");
});

fn uuid() -> &'static str {
    "7f1b6a52-8f0e-4a35-9a43-0d6f6f1f2c11"
}

both!(speak_for_their_tenant_alone_and_go_with_it, async |server: TestServer| {
    basic(&server, "UserA", "123").await;
    let session = server.session().await;
    let mut body = session.body(&default_tenant(&session).await).await;
    (body["id"], body["name"]) = (json!("acme"), json!("acme"));
    let acme = format!("{TENANTS}/{}", session.create(TENANTS, body).await);
    let (_, theirs) = staged(&session, &acme, "broker", false).await;
    // Names are the tenant's.
    let (_, ours) = staged(&session, &default_tenant(&session).await, "broker", false).await;
    session.commit().await.expect(201);
    for (username, key, expected) in [
        ("UserA", &ours, 204),
        ("UserA@default", &ours, 204),
        ("UserA", &theirs, 401),
        ("UserA@default", &theirs, 401),
    ] {
        let answer = nginx_basic(&server, key, username, "123").await;
        assert_eq!(status(&answer), expected, "{username}");
    }
    session.delete(&acme).await.expect(200);
    session.commit().await.expect(201);
    assert_eq!((passes(&server, &theirs).await, passes(&server, &ours).await), (403, 204));
    assert_eq!(sql(&server.database, "SELECT count(*) FROM integration_keys"), "1");
});
