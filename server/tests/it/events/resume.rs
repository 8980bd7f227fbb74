//! Whoever comes back misses nothing, as long as there is what they missed.

use reqwest::Method;
use serde_json::json;

use super::{BASIC, EVENTS, basic, state, stream::Stream, told};
use crate::harness::{Answer, TestServer, both};

both!(after_the_last_one, async |server: TestServer| {
    let mut stream = Stream::open(&server).await;
    let start = stream.position().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(basic(&server, &format!("user{n}")).await);
    }
    let mut events = Vec::new();
    for id in &ids {
        let event = stream.event().await;
        assert_eq!(told(&event), ("created", "basic", &**id));
        events.push(event);
    }
    drop(stream);
    let revoked = basic(&server, "late").await;
    state(&server, BASIC, &revoked, "Revoked").await;
    // From the start, from the middle, from the last: what follows comes, and is the same as the first time.
    for known in 0..=5 {
        let last =
            if known == 0 { start.clone() } else { events[known - 1]["id"].as_str().unwrap().to_owned() };
        let mut again = Stream::after(&server, &last).await;
        assert_eq!(again.position().await, last);
        for event in &events[known..] {
            assert_eq!(again.event().await, *event);
        }
        assert_eq!(told(&again.event().await), ("created", "basic", &*revoked));
        assert_eq!(told(&again.event().await), ("revoked", "basic", &*revoked));
    }
    // Whoever has no last one hears what happens from now on.
    let mut fresh = Stream::open(&server).await;
    fresh.position().await;
    fresh.is_silent().await;
});

both!(more_than_a_page, async |server: TestServer| {
    let mut stream = Stream::open(&server).await;
    let start = stream.position().await;
    let id = basic(&server, "ann").await;
    for _ in 0..300 {
        state(&server, BASIC, &id, "Suspended").await;
        state(&server, BASIC, &id, "Active").await;
    }
    let mut again = Stream::after(&server, &start).await;
    for stream in [&mut stream, &mut again] {
        assert_eq!(told(&stream.event().await).0, "created");
        for _ in 0..300 {
            assert_eq!(told(&stream.event().await).0, "suspended");
            assert_eq!(told(&stream.event().await).0, "reactivated");
        }
    }
});

both!(bad_ids, async |server: TestServer| {
    basic(&server, "ann").await;
    for id in ["-1", "0x1", "one", "1.5", "99999999999999999999", "+1", " ", "1,2"] {
        let request = server.request(Method::GET, EVENTS).header("last-event-id", id);
        let message = Answer::of(request).await.message(400);
        assert!(message.contains("Last-Event-ID"), "{id}: {message}");
    }
    // Numbers that were never given: those of a database that has been put back to an earlier day.
    for id in ["1000000", "999999999999999999"] {
        let request = server.request(Method::GET, EVENTS).header("last-event-id", id);
        let message = Answer::of(request).await.message(410);
        assert!(message.contains("without Last-Event-ID"), "{id}: {message}");
    }
});

both!(what_is_kept_no_more_is_gone, async |server: TestServer| {
    let mut stream = Stream::open(&server).await;
    let start = stream.position().await;
    for n in 0..3 {
        basic(&server, &format!("user{n}")).await;
    }
    let first = stream.event().await["id"].as_str().unwrap().to_owned();
    let second = stream.event().await["id"].as_str().unwrap().to_owned();
    let store = server.ready().await.store;
    store.outbox_trim(second.parse().unwrap()).await.unwrap();
    for gone in [&*start, &*first] {
        let request = server.request(Method::GET, EVENTS).header("last-event-id", gone);
        let message = Answer::of(request).await.message(410);
        assert!(message.contains("without Last-Event-ID"), "{message}");
    }
    let mut again = Stream::after(&server, &second).await;
    again.position().await;
    let third = again.event().await;
    assert_eq!(third["kind"], "created");
    // When all is trimmed, the last number is still one to go on from.
    store.outbox_trim(third["id"].as_str().unwrap().parse().unwrap()).await.unwrap();
    let mut again = Stream::after(&server, third["id"].as_str().unwrap()).await;
    again.position().await;
    let mut fresh = Stream::open(&server).await;
    assert_eq!(
        fresh.position().await,
        third["id"].as_str().unwrap(),
        "and the one that a new listener is told"
    );
    let late = basic(&server, "late").await;
    for stream in [&mut again, &mut fresh] {
        assert_eq!(told(&stream.event().await), ("created", "basic", &*late));
    }
});

// A tenant that goes takes nothing from those who listen to others.
both!(after_another_tenant_has_gone, async |server: TestServer| {
    let mut stream = Stream::open(&server).await;
    let start = stream.position().await;
    let token = server.tenant_token("acme").await;
    let id = basic(&server, "ann").await;
    let acme = server.with_token(Some(&token));
    let order = json!({"username": "bob", "password": "correct horse"});
    let bob = acme.send(Method::POST, BASIC, Some(order)).await.expect(201);
    let path = format!("{BASIC}/{}/state", bob["id"].as_str().unwrap());
    acme.send(Method::PATCH, &path, Some(json!({"state": "Revoked"}))).await.expect(204);
    let last = stream.event().await["id"].as_str().unwrap().to_owned();

    server.session().await.delete_tenant("acme").await;

    state(&server, BASIC, &id, "Suspended").await;
    for known in [&*start, &*last] {
        let mut again = Stream::after(&server, known).await;
        assert_eq!(again.position().await, known);
        if known == start {
            assert_eq!(told(&again.event().await), ("created", "basic", &*id));
        }
        assert_eq!(told(&again.event().await), ("suspended", "basic", &*id));
    }
});
