//! With authentication off everyone is tenant `default`.

use reqwest::Method;

use super::call;
use crate::harness::{TestServer, both, database::Everything, document::OPERATIONS};

fn off(config: &mut vouchsafe::config::Config) {
    config.auth.enabled = false;
}

both!(every_operation_answers_without_a_token, off, async |server: TestServer| {
    for operation in OPERATIONS.iter() {
        // A token is not looked at then: a client's configuration may still have one.
        for (index, token) in [None, Some("garbage")].into_iter().enumerate() {
            let answer = call(&server, operation, token).await;
            let expected = match operation.id {
                "basic_credentials_create" => [201, 409][index],
                "x509_credentials_create" => 201,
                "basic_credentials_list" | "x509_credentials_list" | "events_list" => 200,
                "basic_credentials_verify" | "x509_credentials_verify" => 200,
                _ => 404,
            };
            assert_eq!(answer.status.as_u16(), expected, "{}: {answer:?}", operation.id);
        }
    }
    let rows = Everything::of(&server.ready().await.store).await;
    assert_eq!((rows.basic.len(), rows.x509.len()), (1, 2));
    assert!(rows.audit.iter().all(|row| row.actor == "anonymous"), "{:?}", rows.audit);
    // Tokens are still to be had, so that clients need not change when it is switched on.
    let token = server.token_with(&server.client_id, &server.client_secret, None).await;
    let path = "/api/v1/basic-credentials";
    let list = server.with_token(Some(&token)).send(Method::GET, path, None).await;
    assert_eq!(list.expect(200), server.get(path).await.expect(200));
});
