//! When and for whom grants count.

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{GROUPS, NOTHING, PASSWORD, World, assert_refused};
use crate::harness::{Answer, TestServer, both, document::ADMIN_OPERATIONS};

both!(changes_count_from_the_next_login, async |server: TestServer| {
    let world = World::new(&server).await;
    let before = world.ann(&[("read", "/datetime")]).await;
    let during = world.ann(&[("write", "/alerting")]).await;
    assert!(world.reads(&before, "/datetime").await && !world.reads(&before, "/alerting").await);
    assert!(!world.reads(&during, "/datetime").await && world.reads(&during, "/alerting").await);
    world.grant(&[]).await;
    during.post("/api/transaction", json!({})).await.expect(201);
    during.rollback().await.expect(200);
    assert!(!world.reads(&server.session_of("ann", PASSWORD).await, "/alerting").await);

    // The same for a change of a group.
    world.grant(&[("read", "/datetime")]).await;
    let member = server.session_of("ann", PASSWORD).await;
    let groups = world.admin.get(GROUPS).await.expect(200);
    let mut groups = groups["items"].as_array().unwrap().iter();
    let hers = groups.find(|group| group["body"]["name"] == "hers").unwrap();
    let path = hers["meta"]["href"].as_str().unwrap();
    world.admin.put(path, json!({"name": "hers", "members": ["admin"]})).await.expect(201);
    assert!(world.reads(&server.session_of("ann", PASSWORD).await, "/datetime").await, "not committed yet");
    world.admin.commit().await.expect(201);
    assert!(world.reads(&member, "/datetime").await);
    assert!(!world.reads(&server.session_of("ann", PASSWORD).await, "/datetime").await);
});

both!(who_may_change_nothing_opens_no_transaction, async |server: TestServer| {
    let world = World::new(&server).await;
    for grants in [&[][..], &[("read", "/api")], &[("read", "/api/audit"), ("read", "")]] {
        let ann = world.ann(grants).await;
        assert_refused(&ann.send(Method::POST, "/api/transaction", None).await, "/api/transaction");
        assert_eq!(ann.get("/api/transaction").await.expect(200)["body"]["status"], "closed");
        assert_eq!(ann.get("/api/transaction/changes").await.expect(200)["changes"], json!([]));
        assert_eq!(ann.commit().await.failure(409)["type"], "TransactionNotOpen");
        ann.rollback().await.expect(200);
    }
    let ann = world.ann(&[("write", "/datetime/timezone")]).await;
    ann.send(Method::POST, "/api/transaction", None).await.expect(201);
    ann.put("/api/configuration/datetime/timezone", json!("Europe/Paris")).await.expect(201);
    ann.commit().await.expect(201);
});

// Every operation there is and will be.
both!(without_a_grant_no_operation_is_allowed, async |server: TestServer| {
    let world = World::new(&server).await;
    let ann = world.ann(&[]).await;
    let anonymous = server.resume(NOTHING);
    for operation in &*ADMIN_OPERATIONS {
        let path = operation.path_of_object(&world.tenant, &world.client);
        let body = operation.request.map(|(_, example)| example);
        if operation.session {
            let error = anonymous.send(operation.method.clone(), &path, body).await.failure(401);
            let details = json!({"path": path});
            assert_eq!((&error["type"], &error["details"]), (&json!("Unauthenticated"), &details), "{path}");
        }
        let expected = match operation.id {
            "authentication_login" | "authentication_logout" => continue,
            "authentication_types_list" => 200,
            "transaction_get" | "transaction_changes_list" | "transaction_rollback" => 200,
            "transaction_commit" => 409,
            _ => 403,
        };
        let answer = ann.send(operation.method.clone(), &path, body).await;
        assert_eq!(answer.status.as_u16(), expected, "{}: {answer:?}", operation.id);
        if expected == 403 {
            assert_refused(&answer, &path);
        }
    }
    ann.delete("/api/authentication").await.expect(200);
});

both!(a_refusal_waits_for_no_body, async |server: TestServer| {
    let world = World::new(&server).await;
    let ann = world.ann(&[("read", "/api")]).await;
    let path = "/api/configuration/datetime/timezone";
    for (media_type, body) in [("application/json", "{"), ("text/plain", "UTC"), ("application/json", "")] {
        let request = ann.request(Method::PUT, path).header("content-type", media_type).body(body);
        assert_refused(&Answer::of(request).await, path);
    }
    // Nothing of what is promised comes.
    let address = server.url.strip_prefix("http://").unwrap();
    for (cookie, status) in [(ann.id.as_str(), "403 Forbidden"), (NOTHING, "401 Unauthorized")] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "PUT {path} HTTP/1.1\r\nHost: {address}\r\nCookie: session_id={cookie}\r\n\
             Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 1024];
        let length = stream.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
    }
});

both!(an_alias_has_the_rights_of_what_it_stands_for, async |server: TestServer| {
    let world = World::new(&server).await;
    for object in ["/management/health_monitoring", "/management/monitoring"] {
        let ann = world.ann(&[("write", object)]).await;
        let mut body = ann.body("/api/configuration/management/monitoring").await;
        body["maximum_swap_utilization_ratio"] = json!(60);
        let changed = ann.put("/api/configuration/management/monitoring", body.clone()).await.expect(201);
        assert_eq!(changed["meta"]["href"], "/api/configuration/management/health_monitoring");
        assert_eq!(ann.body("/api/configuration/management/health_monitoring").await, body);
        ann.rollback().await.expect(200);
        assert!(!world.reads(&ann, "/management/accounting").await);
    }
});
