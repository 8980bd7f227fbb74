//! Each operation asks for its own scope and for no other.

use serde_json::json;
use vouchsafe_domain::Scope;

use super::{Signer, call, call_badly};
use crate::harness::{TestServer, both, database::Everything, document::OPERATIONS};

both!(all_scopes_but_the_right_one_do_not_help, async |server: TestServer| {
    let (signer, store) = (Signer::of(&server).await, server.ready().await.store);
    let before = Everything::of(&store).await;
    for operation in OPERATIONS.iter() {
        let others = Scope::ALL.iter().map(|scope| scope.as_str()).filter(|scope| *scope != operation.scope);
        let others = others.collect::<Vec<_>>().join(" ");
        let near = format!("{0}s {0}: x{0} tenant:* {1}", operation.scope, operation.scope.to_uppercase());
        for scope in [&*others, &*near, ""] {
            let token = signer.sign(json!({"scope": scope}));
            let answers = [
                call(&server, operation, Some(&token)).await,
                call_badly(&server, operation, Some(&token)).await,
            ];
            for answer in answers {
                assert_eq!(answer.message(403), format!("the scope {} is needed", operation.scope));
                let challenge = format!(
                    r#"Bearer realm="vouchsafe", error="insufficient_scope", scope="{}""#,
                    operation.scope
                );
                assert_eq!(answer.header("www-authenticate"), Some(&*challenge), "{}", operation.id);
            }
        }
    }
    assert_eq!(Everything::of(&store).await, before);
});

both!(the_right_scope_alone_is_enough, async |server: TestServer| {
    let signer = Signer::of(&server).await;
    for operation in OPERATIONS.iter() {
        let token = signer.sign(json!({"scope": format!("openid  {} email", operation.scope)}));
        let answer = call(&server, operation, Some(&token)).await;
        assert!([200, 201, 404].contains(&answer.status.as_u16()), "{}: {answer:?}", operation.id);
        let bad = call_badly(&server, operation, Some(&token)).await;
        if operation.id == "events_list" {
            // It has neither a body nor a query that could be wrong.
            bad.expect(200);
            continue;
        }
        assert!([400, 404, 415].contains(&bad.status.as_u16()), "{}: {bad:?}", operation.id);
    }
});

both!(a_client_gets_what_it_was_granted, async |server: TestServer| {
    let granted = [Scope::BasicCredentialsRead, Scope::X509CredentialsCreate];
    let token = server.client_token("default", "small", granted.into_iter().collect()).await;
    for operation in OPERATIONS.iter() {
        let expected = granted.iter().any(|scope| scope.as_str() == operation.scope);
        let answer = call(&server, operation, Some(&token)).await;
        assert_eq!(answer.status.as_u16() != 403, expected, "{}: {answer:?}", operation.id);
    }
});
