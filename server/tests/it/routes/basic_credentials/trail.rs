//! What operations leave: one audit row and one outbox row a change, none for what changes nothing.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe_store::CredentialsKind;

use super::PATH;
use crate::harness::{Answer, TestServer, both, database::Everything};

async fn with_id(server: &TestServer, method: Method, path: &str, id: &str, body: Value) -> Answer {
    Answer::of(server.request(method, path).header("x-request-id", id).json(&body)).await
}

both!(every_change_is_recorded_with_its_request, async |server: TestServer| {
    let created = with_id(&server, Method::POST, PATH, "r-1", json!({"username": "UserA"})).await;
    assert_eq!(created.header("x-request-id"), Some("r-1"));
    let id = created.expect(201)["id"].as_str().unwrap().to_owned();
    let (state, password) = (format!("{PATH}/{id}/state"), format!("{PATH}/{id}/password"));
    for (request, path, body, status) in [
        ("r-2", &password, json!({}), 200),
        ("r-3", &state, json!({"state": "Suspended"}), 204),
        ("repeated", &state, json!({"state": "Suspended"}), 204),
        ("r-4", &state, json!({"state": "Active"}), 204),
        ("refused", &state, json!({"state": "Active"}), 400),
        ("r-5", &state, json!({"state": "Revoked"}), 204),
        ("refused", &password, json!({}), 400),
        ("refused", &state, json!({"state": "Suspended"}), 400),
        ("repeated", &state, json!({"state": "Revoked"}), 204),
    ] {
        with_id(&server, Method::PATCH, path, request, body).await.expect(status);
    }
    with_id(&server, Method::POST, PATH, "refused", json!({"username": "UserA"})).await.expect(409);
    with_id(&server, Method::POST, PATH, "refused", json!({"username": ""})).await.expect(400);
    let unknown = format!("{PATH}/efh63sad72g0sggo3s5a/state");
    with_id(&server, Method::PATCH, &unknown, "refused", json!({"state": "Revoked"})).await.expect(404);

    let rows = Everything::of(&server.ready().await.store).await;
    let audit = rows.audit.iter().map(|row| {
        assert_eq!(
            (row.tenant.as_ref().unwrap().as_str(), &*row.actor, &*row.subject),
            ("default", "default", &*id)
        );
        (row.request_id.as_str(), row.action.as_str(), row.detail.as_str())
    });
    assert_eq!(
        audit.collect::<Vec<_>>(),
        [
            ("r-1", "basic_credentials_create", "UserA"),
            ("r-2", "basic_credentials_reset_password", ""),
            ("r-3", "basic_credentials_update_state", "Inactive to Suspended"),
            ("r-4", "basic_credentials_update_state", "Suspended to Inactive"),
            ("r-5", "basic_credentials_update_state", "Inactive to Revoked"),
        ]
    );
    let outbox = rows.outbox.iter().map(|row| {
        assert_eq!((row.tenant.as_str(), row.credentials_id.as_str()), ("default", &*id));
        assert_eq!(row.credentials_kind, CredentialsKind::Basic);
        row.kind.as_str()
    });
    assert_eq!(
        outbox.collect::<Vec<_>>(),
        ["created", "password-reset", "suspended", "reactivated", "revoked"]
    );
    let moments = rows.audit.iter().map(|row| row.at).eq(rows.outbox.iter().map(|row| row.at));
    assert!(moments && rows.audit.is_sorted_by_key(|row| row.at));
    assert_eq!(rows.basic[0].updated_at, rows.audit[4].at);
});
