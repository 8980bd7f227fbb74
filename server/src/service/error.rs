//! Why an operation fails, without a word of HTTP. What a client may read is apart from what the log says.

use vouchsafe_domain::{IllegalTransition, Invalid, Scope};

use crate::auth::HashError;

/// Why an operation fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request asks for something that can't be; the text is for the client.
    #[error("{0}")]
    Invalid(String),
    /// What was asked for isn't there, or isn't the caller's.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// It was there and is kept no more; the text is for the client.
    #[error("{0}")]
    Gone(&'static str),
    /// It collides with what is there; the text is for the client.
    #[error("{0}")]
    Conflict(String),
    /// Nobody knows who calls; the text is for the client.
    #[error("{message}")]
    Unauthenticated {
        /// Why.
        message: String,
        /// Whether a token was sent (RFC 6750 section 3.1 asks for an error code only then).
        token_sent: bool,
    },
    /// The caller lacks a scope.
    #[error("the scope {0} is needed")]
    Forbidden(Scope),
    /// Too much at once, or the database is away for a moment.
    #[error("the server is busy, try again")]
    Busy,
    /// Our fault. The context and the source are for the log only.
    #[error("{context}")]
    Internal {
        /// What was being done.
        context: &'static str,
        /// What went wrong.
        source: anyhow::Error,
    },
}

impl Error {
    /// Our fault, while doing something.
    pub fn internal(context: &'static str) -> impl FnOnce(anyhow::Error) -> Self {
        move |source| Self::Internal { context, source }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid.to_string())
    }
}

impl From<IllegalTransition> for Error {
    fn from(illegal: IllegalTransition) -> Self {
        Self::Invalid(illegal.to_string())
    }
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Overloaded => Self::Busy,
            HashError::Failed(_) => Self::Internal { context: "hashing a password", source: error.into() },
        }
    }
}
