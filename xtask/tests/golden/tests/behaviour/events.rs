//! Streams of events, and parameters in headers.

use std::sync::Arc;

use futures_util::{Stream, stream};
use poem::http::{HeaderValue, Method};
use vouchsafe_golden::{
    generated::schemas::{EventId, WidgetEvent, WidgetEventKind},
    runtime::Event,
};

use crate::{Reply, Service, request, send};

/// One event, which tells the parameters, and a heartbeat.
pub(crate) fn after(last: Option<EventId>, note: Option<String>) -> impl Stream<Item = Event<WidgetEvent>> {
    let id = last.map_or_else(|| "none".to_owned(), |last| last.as_str().to_owned());
    let data = WidgetEvent { id: note.unwrap_or_default(), kind: WidgetEventKind::Made };
    stream::iter([Event::Happened { id, kind: "made".to_owned(), data }, Event::Heartbeat])
}

/// Names and values.
type Headers<'a> = &'a [(&'a str, &'a [u8])];

async fn events(headers: Headers<'_>) -> Reply {
    let request = headers.iter().fold(request(Method::GET, "/v1/events"), |request, (name, value)| {
        request.header(*name, HeaderValue::from_bytes(value).unwrap())
    });
    send(&Arc::new(Service::default()), request.finish()).await
}

#[tokio::test]
async fn events_are_streamed() {
    let reply = events(&[]).await;
    let expected = "id: none\nevent: made\ndata: {\"id\":\"\",\"kind\":\"made\"}\n\n: \n\n";
    assert_eq!(reply.told(), (200, expected.to_owned()));
    let headers = ["content-type", "cache-control", "x-left"].map(|name| reply.header(name));
    assert_eq!(headers, [Some("text/event-stream"), Some("no-store"), Some("3")]);
}

#[tokio::test]
async fn headers_are_parameters() {
    let reply = events(&[("last-event-id", b"42"), ("x-note", b"a note")]).await;
    let expected = "id: 42\nevent: made\ndata: {\"id\":\"a note\",\"kind\":\"made\"}\n\n: \n\n";
    assert_eq!(reply.told(), (200, expected.to_owned()));
}

#[tokio::test]
async fn headers_that_break_their_rules_are_told() {
    let cases: [(Headers<'_>, &str); 5] = [
        (&[("last-event-id", b"x")], "Last-Event-ID must be a number"),
        (&[("last-event-id", b"")], "Last-Event-ID must be a number"),
        (&[("last-event-id", b"1"), ("last-event-id", b"2")], "Last-Event-ID must not be sent twice"),
        (&[("last-event-id", b"\xff")], "Last-Event-ID must be visible ASCII"),
        (&[("x-note", b"\xff")], "X-Note must be visible ASCII"),
    ];
    for (headers, message) in cases {
        assert_eq!(events(headers).await.told(), (400, message.to_owned()), "{headers:?}");
    }
}
