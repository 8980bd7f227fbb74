//! One connection of a stream of events.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT, CONTENT_TYPE},
};
use tokio::time::timeout;

use super::parser::Parser;
use crate::{client::Client, error::Error, generated::CredentialsEvent};

const OPERATION: &str = "events_list";
const PATH: &str = "/api/v1/events";
const MEDIA_TYPE: &str = "text/event-stream";

/// So long a connection lives that has had a heartbeat of the server.
const LASTING: Duration = Duration::from_secs(15);

/// An answer that is read as it comes.
pub(super) struct Connection {
    response: reqwest::Response,
    headers: HeaderMap,
    opened: Instant,
    parser: Parser,
    /// The data of events that have come and were not read yet.
    ready: VecDeque<String>,
}

impl Connection {
    /// Asks for what happened after `last`, or happens from now on.
    pub(super) async fn open(client: &Client, last: Option<&str>, silence: Duration) -> Result<Self, Error> {
        let call =
            client.call(OPERATION, Method::GET, PATH).header(ACCEPT, HeaderValue::from_static(MEDIA_TYPE));
        let call = match last {
            None => call,
            Some(id) => {
                let id = HeaderValue::from_str(id)
                    .map_err(|_| Error::Argument { name: "Last-Event-ID", reason: "is no header value" })?;
                call.header(HeaderName::from_static("last-event-id"), id)
            }
        };
        let response = timeout(silence, client.open(&call)).await;
        let response = response.unwrap_or_else(|elapsed| Err(Error::silence(OPERATION, elapsed)));
        let mut response = response.map_err(|error| match error {
            Error::Api(refusal) if refusal.status == StatusCode::GONE => Error::EventsGone(refusal),
            other => other,
        })?;
        let headers = std::mem::take(response.headers_mut());
        let connection = Self {
            response,
            headers,
            opened: Instant::now(),
            parser: Parser::default(),
            ready: VecDeque::new(),
        };
        // WHATWG HTML 9.2.3.
        if connection.response.status() != StatusCode::OK || !is_stream(&connection.headers) {
            return Err(connection.unreadable("it is no stream of events"));
        }
        Ok(connection)
    }

    /// The next event, or `None` when there will be no more.
    pub(super) async fn event(&mut self, silence: Duration) -> Result<Option<CredentialsEvent>, Error> {
        loop {
            if let Some(data) = self.ready.pop_front() {
                return serde_json::from_str(&data)
                    .map(Some)
                    .map_err(|error| self.unreadable(&error.to_string()));
            }
            let Ok(Ok(Some(chunk))) = timeout(silence, self.response.chunk()).await else { return Ok(None) };
            if !self.parser.feed(&chunk, &mut self.ready) {
                return Err(self.unreadable("an event is too long"));
            }
        }
    }

    /// The id after which to go on, once all events were read.
    pub(super) fn position(&self) -> Option<String> {
        self.parser.last_event_id().map(str::to_owned)
    }

    /// Whether it lived for so long that the server is well.
    pub(super) fn lasted(&self) -> bool {
        self.opened.elapsed() >= LASTING
    }

    fn unreadable(&self, reason: &str) -> Error {
        Error::decode(OPERATION, self.response.status(), &self.headers, reason)
    }
}

/// Whether the content type is that of a stream of events, whatever its parameters.
fn is_stream(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(MEDIA_TYPE)
}
