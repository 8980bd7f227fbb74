//! The documented samples come out of a fresh server as they are printed in the reference.

use serde_json::json;

use super::documented;
use crate::harness::{TestServer, both};

both!(a_fresh_server_answers_the_documented_samples, async |server: TestServer| {
    let session = server.session().await;
    for (path, sample) in [
        ("/api/configuration/alerting", "alerting-list"),
        ("/api/configuration/alerting/system_alerts", "system-alerts"),
        ("/api/configuration/alerting/traffic_alerts", "traffic-alerts"),
    ] {
        assert_eq!(session.get(path).await.expect(200), documented(sample), "{path}");
    }
});

both!(an_alert_is_changed_as_documented, async |server: TestServer| {
    let (session, other) = (server.session().await, server.session().await);
    let path = "/api/configuration/alerting/traffic_alerts";
    let mut body = session.body(path).await;
    body["scbAuthFailure"] = json!({"email": true, "snmp": false});
    session.post("/api/transaction", json!({})).await;
    session.put(path, body.clone()).await.expect(201);
    assert_eq!(session.body(path).await, body, "the session sees its change");
    assert_ne!(other.body(path).await, body, "others see what is committed");
    session.commit().await.expect(201);
    assert_eq!(other.body(path).await, body);
});
