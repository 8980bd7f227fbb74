//! What can go wrong with a call, and what a caller can ask about it.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::{
    generated::{Failure, FailureReason},
    retry,
};

/// Why a call failed.
///
/// ```no_run
/// # use vouchsafe_sdk::{BasicCredentialsRequest, Client, Error, StatusCode};
/// # async fn example(client: &Client) -> Result<(), Error> {
/// match client.basic_credentials().create(&BasicCredentialsRequest::new().username("sensor-7")).await {
///     Ok(created) => println!("{}", created.id),
///     Err(error) if error.status() == Some(StatusCode::CONFLICT) => println!("the username is taken"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server refused the call or failed.
    #[error("{operation}: {} ({})", .0.message, .0.status, operation = .0.operation)]
    Api(Refusal),
    /// Some events can't be had any more: the stream was to go on after one that is too long ago. Begin a new stream
    /// with [`Client::events`](crate::Client::events), [connect](crate::Events::connect), and read the lists of
    /// credentials anew.
    #[error("{operation}: {} ({})", .0.message, .0.status, operation = .0.operation)]
    EventsGone(Refusal),
    /// The token endpoint gave no access token.
    #[error("no access token: {} ({})", .0.message, .0.status)]
    Auth(Refusal),
    /// No answer came: the connection failed, broke, or took too long. [`std::error::Error::source`] has the reason.
    #[error("{operation}: {}", if *.timeout { "the server took too long to answer" } else { "the server did not answer" })]
    #[non_exhaustive]
    Transport {
        /// The operation's id, such as `basic_credentials_create`.
        operation: &'static str,
        /// Whether a time limit was reached.
        timeout: bool,
        /// Whether there was not even a connection, so that the server cannot have seen the request.
        connect: bool,
        /// What the HTTP library says.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The answer is not what the API's document says. The request may have been carried out.
    #[error("{operation}: the answer ({status}) can't be read: {reason}")]
    #[non_exhaustive]
    Decode {
        /// The operation's id.
        operation: &'static str,
        /// The answer's status.
        status: StatusCode,
        /// The answer's `X-Request-Id`.
        request_id: Option<String>,
        /// What is wrong and where, without any value of the answer.
        reason: String,
    },
    /// The client can't be built as it was asked to.
    #[error("{0}")]
    Config(String),
    /// An argument has no place in a request; nothing was sent.
    #[error("{name}: {reason}")]
    #[non_exhaustive]
    Argument {
        /// The argument's name in the document.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// An answer that says no.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Refusal {
    /// The operation's id, such as `basic_credentials_create`.
    pub operation: &'static str,
    /// The answer's status.
    pub status: StatusCode,
    /// The server's description of the error, or the status in words where it gave none.
    pub message: String,
    /// What the configuration's operations say of the error beside its message.
    pub failure: Option<Box<FailureReason>>,
    /// The answer's `X-Request-Id`, which finds the request in the server's logs.
    pub request_id: Option<String>,
    /// After what time the server wants to be asked again.
    pub retry_after: Option<Duration>,
}

impl Error {
    /// The status of the answer, if there was one.
    ///
    /// ```
    /// # use vouchsafe_sdk::{Error, StatusCode};
    /// fn is_not_found(error: &Error) -> bool {
    ///     error.status() == Some(StatusCode::NOT_FOUND)
    /// }
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(refusal) | Self::EventsGone(refusal) | Self::Auth(refusal) => Some(refusal.status),
            Self::Decode { status, .. } => Some(*status),
            Self::Transport { .. } | Self::Config(_) | Self::Argument { .. } => None,
        }
    }

    /// The `X-Request-Id` of the answer, which finds the request in the server's logs.
    ///
    /// ```
    /// # use vouchsafe_sdk::Error;
    /// fn report(error: &Error) {
    ///     eprintln!("{error} (request {})", error.request_id().unwrap_or("unknown"));
    /// }
    /// ```
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(refusal) | Self::EventsGone(refusal) | Self::Auth(refusal) => {
                refusal.request_id.as_deref()
            }
            Self::Decode { request_id, .. } => request_id.as_deref(),
            Self::Transport { .. } | Self::Config(_) | Self::Argument { .. } => None,
        }
    }

    /// What the configuration's operations say of the error: its kind, and what it is about.
    ///
    /// ```
    /// # use vouchsafe_sdk::{Error, FailureType};
    /// fn is_locked(error: &Error) -> bool {
    ///     error.failure().is_some_and(|failure| failure.r#type == FailureType::ConfigurationLocked)
    /// }
    /// ```
    #[must_use]
    pub fn failure(&self) -> Option<&FailureReason> {
        match self {
            Self::Api(refusal) | Self::EventsGone(refusal) | Self::Auth(refusal) => {
                refusal.failure.as_deref()
            }
            Self::Decode { .. } | Self::Transport { .. } | Self::Config(_) | Self::Argument { .. } => None,
        }
    }

    /// Whether the same call may succeed later. It says nothing about whether the server carried this one out.
    ///
    /// ```
    /// # use vouchsafe_sdk::Error;
    /// fn next_step(error: &Error) -> &'static str {
    ///     if error.is_retryable() { "try again later" } else { "change the call" }
    /// }
    /// ```
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(refusal) | Self::Auth(refusal) => retry::is_transient(refusal.status),
            Self::Transport { .. } => true,
            Self::EventsGone(_) | Self::Decode { .. } | Self::Config(_) | Self::Argument { .. } => false,
        }
    }

    pub(crate) fn transport(operation: &'static str, error: reqwest::Error) -> Self {
        Self::Transport {
            operation,
            timeout: error.is_timeout(),
            connect: error.is_connect(),
            // The URL may have a username in its query.
            source: Arc::new(error.without_url()),
        }
    }

    /// Nothing was heard for too long.
    pub(crate) fn silence(operation: &'static str, elapsed: tokio::time::error::Elapsed) -> Self {
        Self::Transport { operation, timeout: true, connect: false, source: Arc::new(elapsed) }
    }

    pub(crate) fn api(operation: &'static str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        Self::Api(Refusal {
            operation,
            status,
            message: message(body).unwrap_or_else(|| status_in_words(status)),
            failure: serde_json::from_slice::<Failure>(body).ok().map(|failure| Box::new(failure.error)),
            request_id: request_id(headers),
            retry_after: retry::retry_after(headers),
        })
    }

    pub(crate) fn decode(
        operation: &'static str,
        status: StatusCode,
        headers: &HeaderMap,
        reason: &str,
    ) -> Self {
        Self::Decode { operation, status, request_id: request_id(headers), reason: without_value(reason) }
    }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get("x-request-id")?.to_str().ok().map(str::to_owned)
}

fn status_in_words(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("no message").to_owned()
}

/// The message in `{"message"}`, in `{"error": {"message"}}` or in `{"error", "error_description"}` (RFC 6749 5.2).
fn message(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    text(&body["message"]).or_else(|| text(&body["error"]["message"])).or_else(|| {
        let code = text(&body["error"])?;
        Some(match body["error_description"].as_str() {
            Some(description) => format!("{code}: {description}"),
            None => code,
        })
    })
}

/// serde's message, without the value of the wrong type that it repeats: that may be a secret in the wrong place.
fn without_value(message: &str) -> String {
    for wrong in ["invalid type", "invalid value"] {
        if let Some(rest) = message.strip_prefix(wrong)
            && let Some(expected) = rest.rfind(", expected ")
        {
            return format!("{wrong}{}", &rest[expected..]);
        }
    }
    message.to_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn messages_of_all_shapes_are_found() {
        let cases: [(&str, Option<&str>); 7] = [
            (r#"{"message":"no such credentials"}"#, Some("no such credentials")),
            (r#"{"error":{"type":"T","message":"locked","details":{}}}"#, Some("locked")),
            (r#"{"error":"invalid_client"}"#, Some("invalid_client")),
            (r#"{"error":"invalid_scope","error_description":"unknown"}"#, Some("invalid_scope: unknown")),
            (r#"{"message":7}"#, None),
            ("<html>502</html>", None),
            ("", None),
        ];
        for (body, expected) in cases {
            assert_eq!(message(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn a_refusal_says_what_when_and_where() {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", "r-1".parse().unwrap());
        headers.insert("retry-after", "2".parse().unwrap());
        let error =
            Error::api("basic_credentials_list", StatusCode::SERVICE_UNAVAILABLE, &headers, b"<html>");
        assert_eq!(
            error.to_string(),
            "basic_credentials_list: Service Unavailable (503 Service Unavailable)"
        );
        assert_eq!(
            (error.status(), error.request_id(), error.is_retryable()),
            (Some(StatusCode::SERVICE_UNAVAILABLE), Some("r-1"), true)
        );
        let Error::Api(refusal) = error else { unreachable!() };
        assert_eq!(refusal.retry_after, Some(Duration::from_secs(2)));
    }

    #[test]
    fn decode_errors_show_no_value() {
        let cases = [
            (r#"["a, expected b"]"#, "invalid type, expected u8 at line 1 column 16"),
            ("[1.5]", "invalid type, expected u8 at line 1 column 4"),
            ("[300]", "invalid value, expected u8 at line 1 column 4"),
            ("[1", "EOF while parsing a list at line 1 column 2"),
        ];
        for (json, expected) in cases {
            let error = serde_json::from_str::<Vec<u8>>(json).unwrap_err();
            let error = Error::decode("op", StatusCode::OK, &HeaderMap::new(), &error.to_string());
            assert_eq!(
                error.to_string(),
                format!("op: the answer (200 OK) can't be read: {expected}"),
                "{json}"
            );
        }
    }
}
