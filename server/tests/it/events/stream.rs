//! Reads a stream of events line by line.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::EVENTS;
use crate::harness::TestServer;

/// A message: its fields, or a comment.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) id: Option<String>,
    pub(super) event: Option<String>,
    pub(super) data: Option<Value>,
}

/// An open stream.
pub(super) struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    pub(super) async fn open(server: &TestServer) -> Self {
        Self::of(server.request(Method::GET, EVENTS)).await
    }

    pub(super) async fn after(server: &TestServer, id: &str) -> Self {
        Self::of(server.request(Method::GET, EVENTS).header("last-event-id", id)).await
    }

    /// The answer must be a stream that nobody keeps back.
    pub(super) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap();
        assert_eq!(
            (response.status().as_u16(), header("content-type"), header("cache-control")),
            (200, "text/event-stream", "no-store")
        );
        assert!(!header("x-request-id").is_empty());
        Self { response, text: String::new() }
    }

    /// The next message, within a time; nothing at the end.
    pub(super) async fn message(&mut self, within: Duration) -> Option<Message> {
        let next = async {
            loop {
                if let Some((message, rest)) = self.text.split_once("\n\n") {
                    let message = read(message);
                    self.text = rest.to_owned();
                    return Some(message);
                }
                let chunk = self.response.chunk().await.ok()??;
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(within, next).await.unwrap_or_else(|_| panic!("nothing in {within:?}"))
    }

    /// The position that every stream begins with.
    pub(super) async fn position(&mut self) -> String {
        let message = self.message(Duration::from_secs(10)).await.unwrap();
        assert_eq!((&message.event, &message.data), (&None, &None), "no position: {message:?}");
        message.id.unwrap()
    }

    /// The next event, within a time. What it says of itself it says twice.
    pub(super) async fn event_within(&mut self, within: Duration) -> Value {
        loop {
            let message = self.message(within).await.expect("the stream has ended");
            let Some(data) = message.data else { continue };
            assert_eq!(
                (message.id.as_deref(), message.event.as_deref()),
                (data["id"].as_str(), data["kind"].as_str())
            );
            return data;
        }
    }

    pub(super) async fn event(&mut self) -> Value {
        self.event_within(Duration::from_secs(10)).await
    }

    /// Nothing is told for a while but where the stream is.
    pub(super) async fn is_silent(&mut self) {
        let silence = tokio::time::timeout(Duration::from_millis(600), async {
            loop {
                let chunk = self.response.chunk().await.unwrap().expect("the stream has ended");
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
                assert!(!self.text.contains("data:"), "{}", self.text);
            }
        });
        assert!(silence.await.is_err());
    }
}

fn read(text: &str) -> Message {
    let mut message = Message::default();
    for line in text.lines() {
        let (name, value) = line.split_once(':').unwrap();
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" => message.id = Some(value.to_owned()),
            "event" => message.event = Some(value.to_owned()),
            "data" => message.data = Some(serde_json::from_str(value).unwrap()),
            "" => {}
            _ => panic!("an unknown field: {text}"),
        }
    }
    message
}
