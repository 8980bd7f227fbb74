//! Numbers and switches: their bounds.

use serde_json::{Value, json};

use super::{ROOT, kept, refused, with, without};
use crate::harness::{TestServer, both};

both!(bounds_are_kept, async |server: TestServer| {
    let session = server.session().await;
    for (below, pointer, good, bad) in [
        (
            "aaa/settings",
            "/session/inactivity_minutes",
            json!([1, 20, 1440]),
            json!([0, 1441, -1, 1.5, 1e9, "20", null]),
        ),
        ("aaa/settings", "/lockout/failures", json!([1, 100]), json!([0, 101, -1, 2.5, true])),
        ("aaa/settings", "/lockout/initial_delay_seconds", json!([1, 300]), json!([0, 3601])),
        ("aaa/settings", "/lockout/maximum_delay_seconds", json!([3600, 86_400]), json!([0, 86_401])),
        (
            "management/health_monitoring",
            "/maximum_disk_utilization_ratio",
            json!([1, 100]),
            json!([0, 101, 0.5, 80.5, "80", null]),
        ),
        (
            "management/health_monitoring",
            "/maximum_swap_utilization_ratio",
            json!([1, 100]),
            json!([0, 101, -70]),
        ),
        (
            "management/health_monitoring",
            "/maximum_load1",
            json!([null, 0.01, 1, 64, 1e6]),
            json!([0, -0.0, -1, "1", [], true]),
        ),
        ("management/health_monitoring", "/maximum_load5", json!([null, 4.25]), json!([0, -4.25])),
        ("management/health_monitoring", "/maximum_load15", json!([null, 8]), json!([0, 0.0, -1e-9])),
        ("management/monitoring", "/maximum_load15", json!([null, 8]), json!([0])),
        (
            "management/accounting",
            "/require_commitlog",
            json!([true, false]),
            json!([null, 0, 1, "true", {}]),
        ),
    ] {
        let path = format!("{ROOT}/{below}");
        let body = session.body(&path).await;
        let bodies = |values: &Value| -> Vec<_> {
            values.as_array().unwrap().iter().map(|value| with(&body, pointer, value.clone())).collect()
        };
        kept(&session, &path, bodies(&good)).await;
        for body in bodies(&bad) {
            refused(&session.put(&path, body).await, &path, pointer, "must be");
        }
    }
});

both!(alerts_are_exactly_the_documented_ones, async |server: TestServer| {
    let session = server.session().await;
    for (own, count, foreign) in [("system_alerts", 21, "scbAuthFailure"), ("traffic_alerts", 16, "xcbAlert")]
    {
        let path = format!("{ROOT}/alerting/{own}");
        let body = session.body(&path).await;
        let names: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names.len(), count);
        for name in &names {
            let alert = format!("/{name}");
            refused(&session.put(&path, without(&body, &alert)).await, &path, &alert, "is required");
            for (bad, below) in [
                (json!(null), ""),
                (json!(true), ""),
                (json!([false, false]), ""),
                (json!({"email": true}), "/snmp"),
                (json!({"snmp": true}), "/email"),
                (json!({"email": "true", "snmp": true}), "/email"),
                (json!({"email": true, "snmp": 1}), "/snmp"),
                (json!({"email": true, "snmp": true, "sms": true}), "/sms"),
            ] {
                refused(
                    &session.put(&path, with(&body, &alert, bad)).await,
                    &path,
                    &format!("{alert}{below}"),
                    "",
                );
            }
            kept(&session, &path, [with(&body, &alert, json!({"email": true, "snmp": false}))]).await;
        }
        for name in [foreign, "xcbalert", "email", "scbAuthFailure "] {
            let answer = session
                .put(&path, with(&body, &format!("/{name}"), json!({"email": true, "snmp": true})))
                .await;
            let place = if name.contains(' ') { String::new() } else { format!("/{name}") };
            refused(&answer, &path, &place, "is not known");
        }
    }
});
