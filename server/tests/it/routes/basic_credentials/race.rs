//! Many at once.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use super::PATH;
use crate::harness::{TestServer, both, database::Everything};

both!(one_username_is_created_once, async |server: TestServer| {
    let all = (0..32).map(|_| server.post(PATH, json!({"username": "UserA"})));
    let answers = join_all(all).await;
    let created: Vec<_> = answers.iter().filter(|answer| answer.status.as_u16() == 201).collect();
    assert_eq!(created.len(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status.as_u16() != 201) {
        assert_eq!(answer.message(409), "basic credentials with such username already registered");
    }
    let rows = Everything::of(&server.ready().await.store).await;
    assert_eq!((rows.basic.len(), rows.audit.len(), rows.outbox.len()), (1, 1, 1));
    assert_eq!(created[0].json()["id"], rows.basic[0].id.as_str());
});

both!(names_and_passwords_and_ids_differ, async |server: TestServer| {
    let mut seen = BTreeSet::new();
    for _ in 0..4 {
        for answer in join_all((0..50).map(|_| server.post(PATH, json!({})))).await {
            let created = answer.expect(201);
            seen.extend(["username", "password", "id"].map(|field| created[field].to_string()));
        }
    }
    assert_eq!(seen.len(), 600);
});

both!(a_state_is_changed_by_one_of_many, async |server: TestServer| {
    let created = server.post(PATH, json!({})).await.expect(201);
    let path = format!("{PATH}/{}/state", created["id"].as_str().unwrap());
    let all = (0..32).map(|n| {
        let state = ["Suspended", "Revoked"][n % 2];
        server.patch(&path, json!({"state": state}))
    });
    for answer in join_all(all).await {
        // Suspended after Revoked is refused, everything else goes through.
        assert!([204, 400].contains(&answer.status.as_u16()), "{answer:?}");
    }
    let rows = Everything::of(&server.ready().await.store).await;
    let kinds: Vec<_> = rows.outbox.iter().map(|row| row.kind.as_str()).collect();
    let possible: [&[&str]; 2] = [&["created", "revoked"], &["created", "suspended", "revoked"]];
    assert!(possible.contains(&kinds.as_slice()), "{kinds:?}");
    assert_eq!(rows.basic[0].state.as_str(), "Revoked");
});
