//! What the server refuses to protect itself: its own name, and more hashes than it has cores for.

use serde_json::json;

use crate::harness::{TestServer, both};

const BASIC: &str = "/api/v1/basic-credentials";
const X509: &str = "/api/v1/x509-credentials";

both!(no_client_gets_the_servers_own_name, async |server: TestServer| {
    let own = url::Url::parse(&server.url).unwrap().host_str().unwrap().to_owned();
    let refused = server.post(X509, json!({"commonName": own, "keyType": "ec-p256"})).await;
    assert_eq!(refused.message(400), "commonName is the name of this server, which no client can have");
    server.post(X509, json!({"commonName": "127.0.0.2", "keyType": "ec-p256"})).await.expect(201);
    assert_eq!(server.get(X509).await.expect(200).as_array().unwrap().len(), 1);
});

both!(
    a_flood_of_hashes_is_refused_in_time,
    |config| {
        (config.passwords.memory_kib, config.passwords.iterations, config.passwords.queue) =
            (32 * 1024, 4, 0);
    },
    async |server: TestServer| {
        let creations = (0..32).map(|_| server.post(BASIC, json!({})));
        let answers = futures_util::future::join_all(creations).await;
        let created = answers.iter().filter(|answer| answer.status == 201).count();
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(refused.message(503), "the server is busy, try again");
            assert_eq!(refused.header("retry-after"), Some("1"));
        }
        assert!((1..32).contains(&created), "{created} of 32 were created");
        assert_eq!(server.get(BASIC).await.expect(200).as_array().unwrap().len(), created);
    }
);
