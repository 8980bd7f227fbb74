//! Where a trust store stands among the others.

use serde_json::{Value, json};

use super::{PATH, store};
use crate::harness::{TestServer, both, session::Session};

fn meta(keys: &[String], at: usize, remaining: bool) -> Value {
    let href = |key: &String| json!(format!("{PATH}/{key}"));
    let mut meta = json!({
        "first": href(&keys[0]),
        "href": href(&keys[at]),
        "last": href(&keys[keys.len() - 1]),
        "next": keys.get(at + 1).map(href),
        "parent": PATH,
        "previous": at.checked_sub(1).map(|at| href(&keys[at])),
        "transaction": "/api/transaction",
    });
    if remaining {
        meta["remaining_seconds"] = json!(600);
    }
    meta
}

async fn walk(session: &Session<'_>, keys: &[String], remaining: bool) {
    let listed = session.get(PATH).await.expect(200)["items"].take();
    let listed: Vec<_> =
        listed.as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap()).collect();
    assert_eq!(listed, keys);
    for (at, key) in keys.iter().enumerate() {
        let answer = session.get(&format!("{PATH}/{key}")).await.expect(200);
        assert_eq!(answer["meta"], meta(keys, at, remaining));
    }
}

both!(are_in_the_order_of_keys_as_the_session_sees_them, async |server: TestServer| {
    let (session, other) = (server.session().await, server.session().await);
    let mut keys = vec!["-7001".to_owned()];
    walk(&session, &keys, false).await;
    for name in ["c", "a", "d", "b"] {
        let answer = session.post(PATH, store(name, json!([]))).await;
        let created = answer.expect(201);
        keys.push(created["key"].as_str().unwrap().to_owned());
        keys.sort();
        let at = keys.iter().position(|key| created["key"] == **key).unwrap();
        assert_eq!(created["meta"], meta(&keys, at, true));
        assert_eq!(answer.header("location"), created["meta"]["href"].as_str());
    }
    walk(&session, &keys, true).await;
    walk(&other, &keys[..1], false).await;
    session.commit().await.expect(201);
    walk(&other, &keys, false).await;

    // The answer to a deletion is where it stood.
    for at in [4, 2, 1, 1] {
        let path = format!("{PATH}/{}", keys[at]);
        assert_eq!(session.delete(&path).await.expect(200), json!({"meta": meta(&keys, at, true)}));
        keys.remove(at);
        session.get(&path).await.failure(404);
        session.delete(&path).await.failure(404);
        walk(&session, &keys, true).await;
    }
    session.commit().await.expect(201);
    walk(&other, &keys, false).await;
});
