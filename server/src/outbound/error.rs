//! Why a call fails: a closed list, without a word of what the other side or the network said.

/// Why a call to another server fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no URL to call.
    #[error("the URL must be http or https, with a host and without credentials")]
    Url,
    /// The address is one that is never called, or not by default.
    #[error("the host's address is not public, and not in the setting outbound.allow")]
    Address,
    /// The name has no address.
    #[error("the host's name can't be resolved")]
    Name,
    /// No connection, or no TLS on it.
    #[error("there is no connection to the host, or its TLS certificate is not trusted")]
    Connection,
    /// Too slow.
    #[error("the host doesn't answer in time")]
    Timeout,
    /// Sent on too often, or from TLS to none, or to no URL.
    #[error("the host redirects too often, to no URL, or from https to http")]
    Redirect,
    /// Too long an answer.
    #[error("the host's answer is too large")]
    TooLarge,
    /// It answered with another status than it should.
    #[error("the host answers with status {0}")]
    Status(u16),
    /// The answer is not HTTP, or ends too early.
    #[error("the host's answer breaks off")]
    Broken,
    /// The client can't be made.
    #[error("TLS can't be set up: the system has no CA certificates")]
    Setup,
}

impl Error {
    /// What went wrong in the library: our own error if the resolver gave one.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let mut source = std::error::Error::source(error);
        while let Some(inner) = source {
            if let Some(ours) = inner.downcast_ref::<Self>() {
                return *ours;
            }
            source = inner.source();
        }
        match error {
            error if error.is_timeout() => Self::Timeout,
            error if error.is_connect() => Self::Connection,
            _ => Self::Broken,
        }
    }
}
