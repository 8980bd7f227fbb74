//! Every constraint of every body of the document, broken once.

use super::{Everything, path, refusal};
use crate::{
    harness::{TestServer, both, document::ADMIN_OPERATIONS},
    routes::bad_input::nested::{Broken, MARK, broken},
};

both!(of_bodies, async |server: TestServer| {
    let (session, store) = (server.session().await, server.ready().await.store);
    let before = Everything::of(&store).await;
    let mut tried = 0;
    for operation in ADMIN_OPERATIONS.iter() {
        let Some((schema, good)) = operation.request else { continue };
        let path = path(operation);
        for Broken { pointer, constraint, value } in broken(schema, good) {
            let what = format!("{} {pointer} {constraint}: {value}", operation.id);
            let answer = session.send(operation.method.clone(), &path, Some(&value)).await;
            assert_eq!(answer.status.as_u16(), 400, "{what}: {}", answer.text);
            let (kind, place, message) = refusal(&answer);
            assert_eq!((&*kind, place), ("SyntacticError", format!("{path}{pointer}")), "{what}: {message}");
            assert_eq!(
                answer.json()["error"]["details"]["errors"].as_array().unwrap().len(),
                1,
                "{what}: {message}"
            );
            assert!(!answer.text.contains(MARK), "{what}: {message}");
            tried += 1;
        }
        assert_eq!(Everything::of(&store).await, before, "{}", operation.id);
    }
    // A walk that finds nothing must not pass.
    assert!(tried > 1_000, "{tried}");
});
