//! Scopes granted as UMA permissions, as Keycloak writes them.

use serde_json::json;

use super::{Signer, call};
use crate::harness::{TestServer, both, document::OPERATIONS};

both!(permissions_on_the_tenant_system_count, async |server: TestServer| {
    let signer = Signer::of(&server).await;
    for operation in OPERATIONS.iter() {
        let permissions = |name: &str, scopes: serde_json::Value| {
            let rsid = "8a4d8e5c-5a31-4b3c-8b8c-0f5b9a1f1d0e";
            let other = json!({"rsid": "1", "rsname": "application-x", "scopes": ["application:read"]});
            let one = json!({"rsid": rsid, "rsname": name, "scopes": scopes});
            signer.sign(json!({"scope": null, "authorization": {"permissions": [other, one]}}))
        };
        let token = permissions("tenant-system", json!(["tenant:other", operation.scope]));
        let answer = call(&server, operation, Some(&token)).await;
        assert!([200, 201, 404].contains(&answer.status.as_u16()), "{}: {answer:?}", operation.id);
        for token in [
            permissions("application-system", json!([operation.scope])),
            permissions("tenant-system", json!([])),
            permissions("tenant-system", json!([format!("{} ", operation.scope)])),
            signer.sign(json!({"scope": null, "authorization": {}})),
            signer.sign(json!({"scope": null})),
        ] {
            let message = call(&server, operation, Some(&token)).await.message(403);
            assert_eq!(message, format!("the scope {} is needed", operation.scope));
        }
    }
});

both!(both_places_count_together, async |server: TestServer| {
    let permission = json!({"rsname": "tenant-system", "scopes": ["tenant:x509-credentials:read"]});
    let token = Signer::of(&server).await.sign(json!({"authorization": {"permissions": [permission]}}));
    for operation in OPERATIONS.iter().filter(|operation| operation.id.ends_with("credentials_list")) {
        call(&server, operation, Some(&token)).await.expect(200);
    }
});
