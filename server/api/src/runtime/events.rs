//! Answers with server-sent events (WHATWG HTML 9.2).

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::{
    HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use poem::{Body, Response};
use serde::Serialize;

use super::answer::{Interrupted, empty};

/// What a client gets of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<T> {
    /// Something happened.
    Happened {
        /// What a client sends back as `Last-Event-ID` to go on after this event.
        id: String,
        /// What kind of event it is: the field `event`.
        kind: String,
        /// What is known of it, sent as JSON.
        data: T,
    },
    /// Nothing happened, but this is where the stream stands: sent as an `id` alone, which is no event for a client, but
    /// what it sends back as `Last-Event-ID` from now on. The first thing of a stream, so that a client that loses the
    /// connection before the first event misses none; and a heartbeat, so that a client which has had no event for long
    /// does not ask for what is no longer kept.
    Position {
        /// The id of the last event that there was.
        id: String,
    },
    /// Nothing happened. It tells the client, and what is between, that the connection lives.
    Heartbeat,
}

/// A body that goes on as long as there are events.
pub struct Events<T>(Pin<Box<dyn Stream<Item = Event<T>> + Send>>);

impl<T> Events<T> {
    /// The events of a stream. When it ends, the response does, and the client will connect again.
    pub fn new(stream: impl Stream<Item = Event<T>> + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }
}

impl<T> std::fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}

impl<T: Serialize + Send + 'static> Events<T> {
    /// The events as a response. Nothing between here and the client may keep them back.
    #[must_use]
    pub fn into_stream(self, status: u16) -> Response {
        let mut response = empty(status);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // nginx collects an answer before it sends it on, but for this.
        headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
        let chunks = self.0.map(|event| chunk(&event).map_err(std::io::Error::other));
        response.set_body(Body::from_bytes_stream(chunks));
        response
    }
}

/// One event as it is sent. JSON as serde writes it has no line end, so the data is one line.
fn chunk<T: Serialize>(event: &Event<T>) -> Result<Bytes, Interrupted> {
    match event {
        Event::Happened { id, kind, data } => {
            let data = serde_json::to_string(data).map_err(|_| Interrupted)?;
            let (id, kind) = (line(id), line(kind));
            Ok(Bytes::from(format!("id: {id}\nevent: {kind}\ndata: {data}\n\n")))
        }
        Event::Position { id } => Ok(Bytes::from(format!("id: {}\n\n", line(id)))),
        Event::Heartbeat => Ok(Bytes::from_static(b": \n\n")),
    }
}

/// A field's value without what would end it, or with which an id is ignored.
fn line(text: &str) -> String {
    text.replace(['\r', '\n', '\0'], "")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use futures_util::stream;
    use serde_json::{Value, json};

    use super::*;

    fn happened(id: &str, kind: &str, data: Value) -> Event<Value> {
        Event::Happened { id: id.to_owned(), kind: kind.to_owned(), data }
    }

    async fn sent(events: Vec<Event<Value>>) -> String {
        let response = Events::new(stream::iter(events)).into_stream(200);
        response.into_body().into_string().await.unwrap()
    }

    #[test]
    fn nothing_may_keep_the_events_back() {
        let response = Events::new(stream::iter(Vec::<Event<Value>>::new())).into_stream(200);
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap();
        assert_eq!(
            ["content-type", "cache-control", "x-accel-buffering"].map(header),
            ["text/event-stream", "no-store", "no"]
        );
    }

    #[tokio::test]
    async fn each_event_is_its_fields_and_an_empty_line() {
        let events = vec![
            Event::Position { id: "40".to_owned() },
            Event::Heartbeat,
            happened("41", "created", json!({"id": "41", "kind": "created"})),
            happened("42", "password-reset", json!("two\nlines\r\nand \u{fc}")),
            Event::Heartbeat,
        ];
        let expected = "id: 40\n\n: \n\n\
            id: 41\nevent: created\ndata: {\"id\":\"41\",\"kind\":\"created\"}\n\n\
            id: 42\nevent: password-reset\ndata: \"two\\nlines\\r\\nand \u{fc}\"\n\n\
            : \n\n";
        assert_eq!(sent(events).await, expected);
        assert_eq!(sent(Vec::new()).await, "");
    }

    #[tokio::test]
    async fn no_value_ends_its_field() {
        let position = Event::Position { id: "1\r\n".to_owned() };
        let sent = sent(vec![happened("1\n2\0", "a\r\ndata: b", json!(1)), position]).await;
        assert_eq!(sent, "id: 12\nevent: adata: b\ndata: 1\n\nid: 1\n\n");
    }

    /// A map whose keys are no strings is no JSON.
    #[tokio::test]
    async fn what_is_no_json_breaks_the_stream() {
        let data = std::collections::BTreeMap::from([(vec![1], 2)]);
        let event = Event::Happened { id: "1".to_owned(), kind: "a".to_owned(), data };
        let response = Events::new(stream::iter([event])).into_stream(200);
        assert!(response.into_body().into_string().await.is_err());
    }

    #[tokio::test]
    async fn events_are_sent_when_they_happen() {
        let first = stream::iter([happened("1", "created", json!({}))]);
        let response = Events::new(first.chain(stream::pending())).into_stream(200);
        let chunk = response.into_body().into_bytes_stream().next().await.unwrap().unwrap();
        assert_eq!(chunk, "id: 1\nevent: created\ndata: {}\n\n");
    }
}
