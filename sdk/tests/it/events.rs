//! The stream of events: how it is read, how it goes on, and when it ends.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::TryStreamExt;
use tokio::time::timeout;
use vouchsafe_sdk::{CredentialsEventKind, CredentialsKind, Error, Events, StatusCode};

use super::peer::{BREAK, GAP, HANG, Peer, answer};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n";
const TOKEN: &str = "POST /oauth2/token";
const EVENTS: &str = "GET /api/v1/events";

fn event(id: u32) -> String {
    let data = format!(
        r#"{{"id":"{id}","kind":"revoked","tenant":"default","credentialsKind":"x509",
data: "credentialsId":"bg7si8mg10l7an82quh4","time":"2020-06-17T08:30:00.183402Z"}}"#
    );
    format!("id: {id}\nevent: revoked\ndata: {data}\n\n")
}

/// A stream that stays open.
fn open(events: &str) -> String {
    format!("{HANG}{HEAD}{events}")
}

/// The ids of the next events.
async fn ids<const N: usize>(events: &mut Events) -> [String; N] {
    let mut ids = [const { String::new() }; N];
    for id in &mut ids {
        let next = timeout(Duration::from_secs(5), events.try_next()).await.unwrap();
        *id = next.unwrap().unwrap().id;
    }
    ids
}

/// What was asked for: the line, and where to go on.
fn asked(peer: &Peer) -> Vec<(String, Option<String>)> {
    let seen = peer.seen().into_iter();
    seen.map(|request| (request.line.clone(), request.header("last-event-id").map(str::to_owned))).collect()
}

fn goes_on(after: &[Option<&str>]) -> Vec<(String, Option<String>)> {
    after.iter().map(|after| (EVENTS.to_owned(), after.map(str::to_owned))).collect()
}

#[tokio::test]
async fn events_are_read_as_they_come() {
    let [one, two] = [event(1), event(2)];
    let (before, after) = two.split_at(40);
    let stream = format!("{GAP}: \n\n{one}{GAP}{before}{GAP}{after}");
    let peer = Peer::start(move |_, _| open(&stream)).await;
    let client = peer.client();
    let mut events = client.events();
    assert_eq!(peer.seen().len(), 0);
    let first = events.try_next().await.unwrap().unwrap();
    assert_eq!((first.id.as_str(), first.tenant.as_str()), ("1", "default"));
    assert_eq!((first.kind, first.credentials_kind), (CredentialsEventKind::Revoked, CredentialsKind::X509));
    assert_eq!(first.credentials_id.to_string(), "bg7si8mg10l7an82quh4");
    // As a stream, too.
    let second = TryStreamExt::try_next(&mut events).await.unwrap().unwrap();
    assert_eq!(second.id, "2");
    assert_eq!(asked(&peer), goes_on(&[None]));
    assert_eq!(peer.seen()[0].header("accept"), Some("text/event-stream"));
}

/// Each a way in which a connection ends, after two events and a part of the third.
#[tokio::test]
async fn a_lost_connection_is_replaced_and_no_event_missed() {
    let (two, part) = (event(1) + &event(2), event(3)[..30].to_owned());
    let sent = format!("{two}{part}");
    let chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{sent}\r\n", sent.len());
    let ways = [
        ("closed", format!("{BREAK}{HEAD}{sent}")),
        ("ended", format!("{chunked}{chunk}0\r\n\r\n")),
        ("broken", format!("{BREAK}{chunked}{chunk}")),
        ("silent", open(&sent)),
    ];
    for (way, first) in ways {
        let peer = Peer::start(move |n, _| if n == 0 { first.clone() } else { open(&event(3)) }).await;
        let mut events = peer.client().events().silence(Duration::from_millis(200));
        assert_eq!(ids(&mut events).await, ["1", "2", "3"], "{way}");
        assert_eq!(asked(&peer), goes_on(&[None, Some("2")]), "{way}");
    }
}

#[tokio::test]
async fn it_goes_on_from_a_position_that_no_event_told() {
    let peer = Peer::start(|n, _| match n {
        0 => format!("{BREAK}{HEAD}id: 40\n\n"),
        1 => format!("{BREAK}{HEAD}: \n\n"),
        2 => format!("{BREAK}{HEAD}{}id: 50\n\nid: 51\n", event(41)),
        _ => open(&event(51)),
    })
    .await;
    assert_eq!(ids(&mut peer.client().events()).await, ["41", "51"]);
    assert_eq!(asked(&peer), goes_on(&[None, Some("40"), Some("40"), Some("50")]));
}

#[tokio::test]
async fn it_can_begin_after_an_event() {
    let peer = Peer::start(|_, _| open(&event(124))).await;
    assert_eq!(ids(&mut peer.client().events().after("123")).await, ["124"]);
    assert_eq!(asked(&peer), goes_on(&[Some("123")]));
    let error = peer.client().events().after("1\n2").try_next().await.unwrap_err();
    assert_eq!(error.to_string(), "Last-Event-ID: is no header value");
}

#[tokio::test]
async fn it_can_be_connected_before_it_is_read() {
    let peer = Peer::start(|n, _| if n == 0 { answer(503, "", "") } else { open(&event(1)) }).await;
    let mut events = peer.client().events();
    events.connect().await.unwrap();
    events.connect().await.unwrap();
    assert_eq!(asked(&peer), goes_on(&[None, None]));
    assert_eq!(ids(&mut events).await, ["1"]);
    events.connect().await.unwrap();
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn missed_events_are_told() {
    let peer = Peer::start(|n, _| match n {
        0 => format!("{BREAK}{HEAD}{}", event(7)),
        _ => answer(410, "x-request-id: r-1\r\n", r#"{"message":"no longer kept"}"#),
    })
    .await;
    let mut events = peer.client().events();
    assert_eq!(ids(&mut events).await, ["7"]);
    let error = events.try_next().await.unwrap_err();
    let Error::EventsGone(refusal) = &error else { panic!("{error:?}") };
    assert_eq!((refusal.message.as_str(), refusal.status), ("no longer kept", StatusCode::GONE));
    assert_eq!((error.status(), error.request_id()), (Some(StatusCode::GONE), Some("r-1")));
    assert!(!error.is_retryable());
    assert!(events.try_next().await.unwrap().is_none(), "it ends after an error");
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn what_trying_again_does_not_mend_ends_it() {
    let stream = |body: &str| format!("{HEAD}{body}\n\n");
    let cases = [
        (answer(400, "", r#"{"message":"no number"}"#), "no number (400 Bad Request)"),
        (answer(401, "", ""), "Unauthorized (401 Unauthorized)"),
        (answer(403, "retry-after: 0\r\n", ""), "Forbidden (403 Forbidden)"),
        (answer(404, "", ""), "Not Found (404 Not Found)"),
        (answer(302, "location: /\r\n", ""), "Found (302 Found)"),
        (answer(204, "", ""), "the answer (204 No Content) can't be read: it is no stream of events"),
        (answer(200, "", "[]"), "the answer (200 OK) can't be read: it is no stream of events"),
        (
            answer(200, "content-type: text/event-streams\r\n", ""),
            "the answer (200 OK) can't be read: it is no stream of events",
        ),
        (
            stream("data: 7"),
            "the answer (200 OK) can't be read: invalid type, expected struct CredentialsEvent at line 1 column 1",
        ),
        (stream(&"a".repeat(1_048_577)), "the answer (200 OK) can't be read: an event is too long"),
    ];
    for (reply, expected) in cases {
        let peer = Peer::start(move |_, _| reply.clone()).await;
        let mut events = peer.builder().bearer_token("given").build().unwrap().events();
        let error = events.try_next().await.unwrap_err();
        assert_eq!(error.to_string(), format!("events_list: {expected}"));
        assert!(events.try_next().await.unwrap().is_none(), "{expected}");
        assert_eq!(peer.seen().len(), 1, "{expected}");
    }
}

#[tokio::test]
async fn what_passes_is_waited_for() {
    let peer = Peer::start(|n, _| match n {
        0 => answer(503, "retry-after: 1\r\n", ""),
        1 => answer(429, "", ""),
        2 => answer(500, "", ""),
        3 => BREAK.to_owned(),
        4 => format!("{BREAK}HTTP/1.1 200 OK\r\ncont"),
        // Not even the head of an answer comes.
        5 => HANG.to_owned(),
        _ => open(&event(1)),
    })
    .await;
    let began = Instant::now();
    assert_eq!(ids(&mut peer.client().events().silence(Duration::from_millis(300))).await, ["1"]);
    assert_eq!(peer.seen().len(), 7);
    assert!(began.elapsed() >= Duration::from_millis(1300), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_new_token_is_fetched_when_the_old_is_refused() {
    let issued = AtomicUsize::new(0);
    let peer =
        Peer::start(move |n, request| match (request.line.as_str(), request.header("authorization")) {
            (TOKEN, _) if n == 0 => answer(503, "", ""),
            (TOKEN, _) => {
                let token = format!("t{}", issued.fetch_add(1, Ordering::SeqCst));
                answer(
                    200,
                    "",
                    &format!(r#"{{"access_token":"{token}","token_type":"bearer","expires_in":3600}}"#),
                )
            }
            (_, Some("Bearer t0")) if n == 2 => format!("{BREAK}{HEAD}{}", event(1)),
            (_, Some("Bearer t1")) => open(&event(2)),
            _ => answer(401, "", ""),
        })
        .await;
    let client = peer.builder().retry(vouchsafe_sdk::RetryPolicy::never());
    let client = client.client_credentials("id", "secret").build().unwrap();
    assert_eq!(ids(&mut client.events()).await, ["1", "2"]);
    let lines: Vec<_> = peer.lines();
    assert_eq!(lines, [TOKEN, TOKEN, EVENTS, EVENTS, TOKEN, EVENTS]);
    assert_eq!(peer.seen()[5].header("last-event-id"), Some("1"));
}

/// The time that a whole request may take is not for a stream.
#[tokio::test]
async fn it_outlives_the_time_limit_of_requests() {
    let stream = format!("{}{GAP}{GAP}{GAP}{GAP}{GAP}{}", event(1), event(2));
    let peer = Peer::start(move |_, _| open(&stream)).await;
    let client = peer.builder().no_auth().request_timeout(Duration::from_millis(50)).build().unwrap();
    assert_eq!(ids(&mut client.events()).await, ["1", "2"]);
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn a_read_that_is_given_up_loses_nothing() {
    let stream: String =
        event(1).chars().flat_map(|c| if c == ',' { vec![c, GAP] } else { vec![c] }).collect();
    let peer = Peer::start(move |_, _| open(&(stream.clone() + &event(2)))).await;
    let mut events = peer.client().events();
    let mut given_up = 0;
    let first = loop {
        match timeout(Duration::from_millis(5), events.try_next()).await {
            Ok(event) => break event.unwrap().unwrap(),
            Err(_) => given_up += 1,
        }
    };
    assert!(given_up > 0);
    assert_eq!((first.id.as_str(), ids(&mut events).await), ("1", ["2".to_owned()]));
    assert_eq!(peer.seen().len(), 1);
}
