//! All kinds of events, each to whom it concerns.

use reqwest::Method;
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use vouchsafe_domain::{Scope, ScopeSet};

use super::{BASIC, EVENTS, X509, basic, state, stream::Stream, told};
use crate::harness::{Answer, TestServer, both};

both!(all_kinds_of_both_credentials, async |server: TestServer| {
    let mut stream = Stream::open(&server).await;
    let start = stream.position().await;
    let id = basic(&server, "ann").await;
    let verify = json!({"username": "ann", "password": "correct horse"});
    assert_eq!(
        server.post(&format!("{BASIC}/verify"), verify.clone()).await.expect(200)["verdict"],
        "Accepted"
    );
    // A second use is no event, nor is a state that it has already.
    server.post(&format!("{BASIC}/verify"), verify).await.expect(200);
    for to in ["Active", "Suspended", "Suspended", "Active", "Revoked", "Revoked"] {
        if to == "Revoked" {
            let reset = json!({"password": "another horse"});
            let _ = server.patch(&format!("{BASIC}/{id}/password"), reset).await;
        }
        state(&server, BASIC, &id, to).await;
    }
    let kinds = ["created", "activated", "suspended", "reactivated", "password-reset", "revoked"];
    let mut last = start.parse::<i64>().unwrap();
    for kind in kinds {
        let event = stream.event().await;
        assert_eq!(told(&event), (kind, "basic", &*id));
        let number = event["id"].as_str().unwrap().parse::<i64>().unwrap();
        assert!(number > last, "{event}");
        last = number;
        assert_eq!(event["tenant"], "default");
        let time = OffsetDateTime::parse(event["time"].as_str().unwrap(), &Rfc3339).unwrap();
        assert!((OffsetDateTime::now_utc() - time).whole_seconds().abs() < 60, "{event}");
        assert_eq!(event.as_object().unwrap().len(), 6, "{event}");
    }

    let issued = server.post(X509, json!({"keyType": "ec-p256"})).await.expect(201);
    let id = issued["id"].as_str().unwrap();
    let verify = json!({"certificates": [issued["certificate"]]});
    server.post(&format!("{X509}/verify"), verify).await.expect(200);
    for to in ["Suspended", "Active", "Revoked"] {
        state(&server, X509, id, to).await;
    }
    for kind in ["created", "activated", "suspended", "reactivated", "revoked"] {
        assert_eq!(told(&stream.event().await), (kind, "x509", id));
    }
    stream.is_silent().await;
});

both!(only_the_own_tenants, async |server: TestServer| {
    let acme = server.tenant_token("acme").await;
    let request = |token: &str| server.anonymous(Method::GET, EVENTS).bearer_auth(token);
    let mut theirs = Stream::of(request(&acme)).await;
    let start = theirs.position().await;
    let mut ours = Stream::open(&server).await;
    ours.position().await;
    let id = basic(&server, "ann").await;
    assert_eq!(told(&ours.event().await), ("created", "basic", &*id));
    theirs.is_silent().await;
    // Who comes back to before it is not told either.
    let mut again = Stream::of(request(&acme).header("last-event-id", &start)).await;
    assert_eq!(again.position().await, start);
    again.is_silent().await;
    let body = json!({"username": "ann", "password": "correct horse"});
    let made =
        Answer::of(server.anonymous(Method::POST, BASIC).bearer_auth(&acme).json(&body)).await.expect(201);
    for stream in [&mut theirs, &mut again] {
        let event = stream.event().await;
        assert_eq!((&event["tenant"], &event["credentialsId"]), (&json!("acme"), &made["id"]));
    }
    ours.is_silent().await;
});

both!(who_may_not_listen, async |server: TestServer| {
    Answer::of(server.anonymous(Method::GET, EVENTS)).await.message(401);
    let others: ScopeSet = Scope::ALL.iter().copied().filter(|scope| *scope != Scope::EventsRead).collect();
    let token = server.client_token("default", "deaf", others).await;
    Answer::of(server.anonymous(Method::GET, EVENTS).bearer_auth(token)).await.message(403);
    let token = server.client_token("default", "listener", ScopeSet::from_iter([Scope::EventsRead])).await;
    Stream::of(server.anonymous(Method::GET, EVENTS).bearer_auth(token)).await.position().await;
});
