//! One request as the generated code describes it: which operation, where to, with what.

use std::fmt::{Display, Write as _};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use serde::Serialize;
use url::form_urlencoded::byte_serialize;

use crate::error::Error;

/// A request, complete but for who sends it.
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) url: String,
    /// Beside those that all requests have.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// The content type and the content.
    pub(crate) body: Option<(&'static str, Bytes)>,
    /// Whether it does no harm to send it again when the server may have carried it out already.
    pub(crate) repeatable: bool,
}

impl Call {
    /// A request of `operation` to `path` under `base`, which ends without a slash.
    pub(crate) fn new(operation: &'static str, method: Method, base: &str, path: &str) -> Self {
        let mut url = String::with_capacity(base.len() + path.len() + 40);
        url.push_str(base);
        url.push_str(path);
        // RFC 9110 9.2.2, apart from PATCH, which knows by its body.
        let repeatable = method.is_idempotent();
        Self { operation, method, url, headers: Vec::new(), body: None, repeatable }
    }

    /// A fixed piece of the path.
    pub(crate) fn path(mut self, piece: &str) -> Self {
        self.url.push_str(piece);
        self
    }

    /// The value of the path parameter `name`, as one segment whatever is in it.
    ///
    /// # Errors
    /// For the three values that no URL can have in one place of its path.
    pub(crate) fn segment(mut self, name: &'static str, value: impl Display) -> Result<Self, Error> {
        let value = value.to_string();
        if matches!(value.as_str(), "" | "." | "..") {
            return Err(Error::Argument { name, reason: "must not be empty and not consist of dots" });
        }
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                self.url.push(char::from(byte));
            } else {
                // Writing to a `String` can't fail.
                let _ = write!(self.url, "%{byte:02X}");
            }
        }
        Ok(self)
    }

    /// A query parameter, if it has a value.
    pub(crate) fn query(mut self, name: &str, value: Option<&impl Display>) -> Self {
        if let Some(value) = value {
            self.url.push(if self.url.contains('?') { '&' } else { '?' });
            self.url.push_str(name);
            self.url.push('=');
            self.url.extend(byte_serialize(value.to_string().as_bytes()));
        }
        self
    }

    /// A header of the request.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A JSON body.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let json = serde_json::to_vec(body);
        let json = json.map_err(|_| Error::Argument { name: "body", reason: "can't be written as JSON" })?;
        self.body = Some(("application/json", json.into()));
        Ok(self)
    }

    /// A form body.
    pub(crate) fn form(mut self, form: String) -> Self {
        self.body = Some(("application/x-www-form-urlencoded", form.into()));
        self
    }

    /// Says whether this request may be repeated.
    pub(crate) fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn call() -> Call {
        Call::new("op", Method::GET, "http://h", "/things/")
    }

    #[test]
    fn path_parameters_stay_one_segment() {
        for (value, encoded) in
            [("a-._~9", "a-._~9"), ("../x?y#z %", "..%2Fx%3Fy%23z%20%25"), ("é", "%C3%A9")]
        {
            let url = call().segment("id", value).unwrap().path("/state").url;
            assert_eq!(url, format!("http://h/things/{encoded}/state"));
            assert_eq!(url::Url::parse(&url).unwrap().as_str(), url, "the URL parser changes nothing more");
        }
        for value in ["", ".", ".."] {
            let refused = call().segment("id", value).err().unwrap().to_string();
            assert_eq!(refused, "id: must not be empty and not consist of dots", "{value:?}");
        }
    }

    #[test]
    fn query_parameters_are_those_with_a_value() {
        let call =
            call().query("limit", Some(&10)).query("after", None::<&u8>).query("username", Some(&"a&b c"));
        assert_eq!(call.url, "http://h/things/?limit=10&username=a%26b+c");
    }

    #[test]
    fn what_may_be_repeated_follows_from_the_method() {
        let repeatable = |method| Call::new("op", method, "", "").repeatable;
        assert!(repeatable(Method::GET) && repeatable(Method::PUT) && repeatable(Method::DELETE));
        assert!(!repeatable(Method::POST) && !repeatable(Method::PATCH));
    }
}
