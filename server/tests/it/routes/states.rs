//! The state machine, walked from every state in every direction, for both kinds of credentials.

use serde_json::{Value, json};
use vouchsafe_store::Store;

use crate::harness::{
    TestServer, both,
    database::{Everything, basic_first_use, x509_first_use},
};

const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

const NEVER_USED: &str =
    "the credentials are Inactive and become Active by their first use; permitted are Suspended and Revoked";
const FINAL: &str = "the credentials are Revoked, which is final; permitted is only Revoked";

/// The steps from creation to a state, and what each wish leads to from there: another state, the same one (nothing
/// is written), or a refusal in words.
type Row = (&'static str, &'static [&'static str], [Result<&'static str, &'static str>; 3]);

const TABLE: &[Row] = &[
    ("Inactive", &[], [Err(NEVER_USED), Ok("Suspended"), Ok("Revoked")]),
    ("Active", &["use"], [Ok("Active"), Ok("Suspended"), Ok("Revoked")]),
    ("Suspended", &["Suspended"], [Ok("Inactive"), Ok("Suspended"), Ok("Revoked")]),
    ("Suspended", &["use", "Suspended"], [Ok("Active"), Ok("Suspended"), Ok("Revoked")]),
    ("Revoked", &["Revoked"], [Err(FINAL), Err(FINAL), Ok("Revoked")]),
    ("Revoked", &["use", "Suspended", "Revoked"], [Err(FINAL), Err(FINAL), Ok("Revoked")]),
    // There and back.
    ("Inactive", &["Suspended", "Active"], [Err(NEVER_USED), Ok("Suspended"), Ok("Revoked")]),
    ("Active", &["use", "Suspended", "Active"], [Ok("Active"), Ok("Suspended"), Ok("Revoked")]),
];

async fn step(server: &TestServer, store: &Store, resource: &str, id: &Value, step: &str) {
    match (step, resource) {
        ("use", BASIC) => drop(basic_first_use(store, id).await),
        ("use", _) => drop(x509_first_use(store, id).await),
        (state, _) => drop(wish(server, resource, id, state).await.expect(204)),
    }
}

async fn wish(server: &TestServer, resource: &str, id: &Value, state: &str) -> crate::harness::Answer {
    let path = format!("{resource}/{}/state", id.as_str().unwrap());
    server.patch(&path, json!({"state": state})).await
}

async fn walk(server: TestServer, resource: &str, body: Value) {
    let store = server.ready().await.store;
    for (from, steps, outcomes) in TABLE {
        for (target, outcome) in ["Active", "Suspended", "Revoked"].iter().zip(outcomes) {
            let what = format!("{steps:?}, then {target}");
            let id = server.post(resource, body.clone()).await.expect(201)["id"].clone();
            for one in *steps {
                step(&server, &store, resource, &id, one).await;
            }
            let path = format!("{resource}/{}", id.as_str().unwrap());
            let mut before = server.get(&path).await.expect(200);
            assert_eq!(before["state"], *from, "{what}");
            assert_eq!(before.get("lastUseDate").is_some(), steps.contains(&"use"), "{what}");
            let written = Everything::of(&store).await;
            let answer = wish(&server, resource, &id, target).await;
            let mut after = server.get(&path).await.expect(200);
            let new = Everything::of(&store).await;
            let to = match outcome {
                Ok(to) => {
                    answer.expect(204);
                    *to
                }
                Err(message) => {
                    assert_eq!(answer.message(400), *message, "{what}");
                    *from
                }
            };
            assert_eq!(after["state"], to, "{what}");
            if to == *from {
                assert_eq!((&after, &new), (&before, &written), "{what}");
                continue;
            }
            let kind =
                if to == "Suspended" || to == "Revoked" { to.to_lowercase() } else { "reactivated".into() };
            assert_eq!(new.outbox.last().unwrap().kind, kind, "{what}");
            assert_eq!(new.audit.last().unwrap().detail, format!("{from} to {to}"), "{what}");
            assert_eq!(new.audit.len(), written.audit.len() + 1, "{what}");
            // Only state and updatedDate change, and the list says the same.
            let updated = |row: &mut Value| {
                let row = row.as_object_mut().unwrap();
                row.remove("state");
                row.remove("updatedDate").unwrap().to_string()
            };
            let (was, is) = (updated(&mut before), updated(&mut after));
            assert!(was < is, "{what}: {was} {is}");
            assert_eq!(before, after, "{what}");
            let list = server.get(&format!("{resource}?state={to}")).await.expect(200);
            assert!(list.as_array().unwrap().iter().any(|item| item["id"] == id), "{what}");
        }
    }
}

both!(of_basic_credentials, async |server: TestServer| walk(server, BASIC, json!({})).await);

both!(of_x509_credentials, async |server: TestServer| walk(server, X509, json!({"keyType": "ec-p256"}))
    .await);

both!(first_use_leaves_the_updated_date, async |server: TestServer| {
    let store = server.ready().await.store;
    for (resource, body) in [(BASIC, json!({})), (X509, json!({"keyType": "ec-p256"}))] {
        let created = server.post(resource, body).await.expect(201);
        let path = format!("{resource}/{}", created["id"].as_str().unwrap());
        let before = server.get(&path).await.expect(200);
        step(&server, &store, resource, &created["id"], "use").await;
        let mut after = server.get(&path).await.expect(200);
        assert_eq!(after["state"], "Active");
        assert!(after.as_object_mut().unwrap().remove("lastUseDate").is_some());
        after["state"] = json!("Inactive");
        assert_eq!(before, after);
    }
});
