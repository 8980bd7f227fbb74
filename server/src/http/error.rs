//! The one map from errors to the wire: status, headers, and `{"message"}`. Nothing internal passes.

use http::{HeaderValue, header};
use poem::{IntoResponse, Response};
use vouchsafe_api::{
    generated::schemas::Message,
    runtime::{self, BadInput},
};

use crate::service::Error;

/// Why a request fails, as the tenant plane tells it.
#[derive(Debug)]
pub enum HttpError {
    /// It can't be read.
    Input(BadInput),
    /// The operation fails.
    Service(Error),
}

impl From<BadInput> for HttpError {
    fn from(input: BadInput) -> Self {
        Self::Input(input)
    }
}

impl From<Error> for HttpError {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        match self {
            Self::Input(input) => message(input.status(), input.to_string()),
            Self::Service(error) => service(&error),
        }
    }
}

/// An error response of the tenant plane.
pub(super) fn message(status: u16, message: impl Into<String>) -> Response {
    runtime::json(status, &Message { message: message.into() })
}

fn service(error: &Error) -> Response {
    let text = error.to_string();
    match error {
        Error::Invalid(_) => message(400, text),
        Error::NotFound(_) => message(404, text),
        Error::Gone(_) => message(410, text),
        Error::Conflict(_) => message(409, text),
        Error::Unauthenticated { token_sent, .. } => {
            let mut response = message(401, &*text);
            // RFC 6750 section 3.1: no error code where no token was sent.
            let challenge = match token_sent {
                true => {
                    format!(r#"Bearer realm="vouchsafe", error="invalid_token", error_description="{text}""#)
                }
                false => r#"Bearer realm="vouchsafe""#.to_owned(),
            };
            runtime::header(&mut response, "www-authenticate", &challenge);
            response
        }
        Error::Forbidden(scope) => {
            let mut response = message(403, text);
            let challenge =
                format!(r#"Bearer realm="vouchsafe", error="insufficient_scope", scope="{scope}""#);
            runtime::header(&mut response, "www-authenticate", &challenge);
            response
        }
        Error::Busy => {
            let mut response = message(503, text);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        Error::Internal { context, source } => {
            tracing::error!(context, error = format!("{source:#}"), "internal error");
            message(500, "internal server error")
        }
    }
}
