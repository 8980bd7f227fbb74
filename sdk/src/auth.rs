//! How a client authenticates: not at all, with a given token, or with tokens it fetches.

use data_encoding::BASE64;
use http::HeaderValue;

use crate::{error::Error, secret::Secret, token::TokenSource, transport::Transport};

/// Where the `Authorization` of a request comes from.
pub(crate) enum Auth {
    None,
    Bearer(HeaderValue),
    Fetched(Box<TokenSource>),
}

impl Auth {
    pub(crate) async fn authorization(&self, transport: &Transport) -> Result<Option<HeaderValue>, Error> {
        match self {
            Self::None => Ok(None),
            Self::Bearer(value) => Ok(Some(value.clone())),
            Self::Fetched(source) => source.authorization(transport).await.map(Some),
        }
    }

    /// Gives up the token that the server refused. True if it is worth asking for another.
    pub(crate) fn discard(&self, refused: Option<&HeaderValue>) -> bool {
        match (self, refused) {
            (Self::Fetched(source), Some(refused)) => {
                source.discard(refused);
                true
            }
            _ => false,
        }
    }
}

/// `Bearer TOKEN` (RFC 6750 2.1), or `None` if that is no header value.
pub(crate) fn bearer(token: &Secret) -> Option<HeaderValue> {
    let token = token.expose();
    // Anything else is a mistake, such as the line end of the file that the token was read from.
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    sensitive(format!("Bearer {token}"))
}

/// `Basic BASE64` (RFC 7617 2) of a `user:password`.
pub(crate) fn basic(user_and_password: &Secret) -> Option<HeaderValue> {
    sensitive(format!("Basic {}", BASE64.encode(user_and_password.expose().as_bytes())))
}

/// A header value that prints as `Sensitive` and stays out of HTTP/2's compression tables.
fn sensitive(text: String) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_values_are_sensitive() {
        let value = bearer(&"abc.DEF-1".into()).map(|value| (value.is_sensitive(), value));
        assert_eq!(value, Some((true, HeaderValue::from_static("Bearer abc.DEF-1"))));
        let value = basic(&"Aladdin:open sesame".into()).map(|value| (value.is_sensitive(), value));
        assert_eq!(value, Some((true, HeaderValue::from_static("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="))));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for token in ["", "abc\n", "a b", "\u{e9}", "a\0"] {
            assert_eq!(bearer(&token.into()), None, "{token:?}");
        }
    }
}
