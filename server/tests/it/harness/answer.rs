//! What a server answered, held against the document as soon as it is read.

use reqwest::StatusCode;
use serde_json::Value;

use super::document;

/// An answer, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// Sends the request; panics when the answer is none that the document has.
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = client.execute(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        // A stream of events doesn't end by itself.
        let is_stream = headers.get("content-type").is_some_and(|media| media == "text/event-stream");
        let text = if is_stream { String::new() } else { response.text().await.unwrap() };
        let answer = Self { status, headers, text };
        document::check(&method, &path, &answer);
        answer
    }

    /// The body as JSON; null when there is none.
    pub(crate) fn json(&self) -> Value {
        if self.text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body, if the status is the expected one.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// The error of the admin plane, if the status is the expected one and the body is exactly an error.
    #[track_caller]
    pub(crate) fn failure(&self, status: u16) -> Value {
        let mut body = self.expect(status);
        let object = body.as_object().unwrap();
        assert_eq!(object.keys().collect::<Vec<_>>(), ["error"], "{body}");
        body["error"].take()
    }

    /// The error's message, if the status is the expected one and the body is exactly a message.
    #[track_caller]
    pub(crate) fn message(&self, status: u16) -> String {
        let body = self.expect(status);
        let object = body.as_object().unwrap();
        assert_eq!(object.keys().collect::<Vec<_>>(), ["message"], "{body}");
        object["message"].as_str().unwrap().to_owned()
    }
}
