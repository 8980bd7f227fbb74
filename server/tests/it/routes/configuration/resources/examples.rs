//! Every example of a request in the document, sent to a fresh server.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{
    TestServer, both,
    document::{ADMIN_OPERATIONS, Operation, resolve},
};

const STORE: &str = "is not the key of a trust store";

/// What a fresh server can't accept, and why: users, groups, trust stores and tenants of the examples' world.
const REFUSED: &[(&str, &str, u16, &str)] = &[
    ("transaction_commit", "plain", 409, "no transaction is open"),
    ("transaction_commit", "message", 409, "no transaction is open"),
    ("acls_replace", "auditors", 400, "is not the name of a group"),
    ("groups_create", "auditors", 400, "is not the name of a user"),
    ("groups_replace", "members", 404, "there is no such object"),
    ("users_replace", "rename", 404, "there is no such object"),
    ("users_replace", "password", 404, "there is no such object"),
    ("aaa_settings_replace", "certificates", 400, STORE),
    ("email_replace", "protected", 400, STORE),
    ("tenants_create", "acme", 400, STORE),
    ("tenants_replace", "renamed", 404, "there is no such object"),
    ("oauth_clients_create", "reader", 404, "there is no such object"),
    ("oauth_clients_replace", "oneMoreScope", 404, "there is no such object"),
    ("integration_keys_create", "broker", 404, "there is no such object"),
    ("integration_keys_replace", "certificatesCount", 404, "there is no such object"),
    ("trust_stores_replace", "oneMore", 404, "there is no such object"),
];

both!(is_accepted_or_refused_for_a_stated_reason, async |server: TestServer| {
    let session = server.session().await;
    let mut refused: BTreeMap<_, _> =
        REFUSED.iter().map(|(id, name, status, words)| ((*id, *name), (*status, *words))).collect();
    let mut accepted = 0;
    // A question to a trust store changes nothing, and is asked elsewhere.
    let changes =
        |operation: &&Operation| operation.request.is_some() && operation.id != "trust_stores_verify";
    for operation in ADMIN_OPERATIONS.iter().filter(changes) {
        let path = operation.path.replace('/', "~1");
        let method = operation.method.as_str().to_lowercase();
        let pointer = format!("/paths/{path}/{method}/requestBody/content/application~1json/examples");
        let examples = vouchsafe_api_spec::document().pointer(&pointer).unwrap().as_object().unwrap();
        for (name, example) in examples {
            let body: &Value = &resolve(example)["value"];
            let nobody = "00000000-0000-4000-8000-000000000000";
            let path = operation.path_of_object(nobody, nobody);
            let answer = session.send(operation.method.clone(), &path, Some(body)).await;
            let Some((status, words)) = refused.remove(&(operation.id, name.as_str())) else {
                assert_eq!(answer.status.as_u16(), 201, "{} {name}: {}", operation.id, answer.text);
                session.rollback().await.expect(200);
                accepted += 1;
                continue;
            };
            let error = answer.failure(status);
            assert!(error["message"].as_str().unwrap().contains(words), "{} {name}: {error}", operation.id);
            assert!(status != 400 || error["type"] == "SemanticError", "{error}");
        }
    }
    assert_eq!(refused, BTreeMap::new(), "the document has them no more");
    assert!(accepted >= 14, "{accepted}");
    assert_eq!(session.get("/api/transaction/changes").await.expect(200)["changes"], json!([]));
});
