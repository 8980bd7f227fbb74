//! One exchange with the target: what was sent and what came back.

mod exchanges;

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub use exchanges::Exchanges;

/// Why a case made an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Makes what the case needs.
    Prepare,
    /// The request that the case is about.
    Request,
    /// Looks what the request changed.
    Observe,
    /// Revokes what the case made.
    Cleanup,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Prepare => "prepare",
            Self::Request => "request",
            Self::Observe => "observe",
            Self::Cleanup => "cleanup",
        })
    }
}

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Why it was made.
    pub role: Role,
    /// Identifier of the operation in the document.
    pub operation: String,
    /// What was sent.
    pub request: Request,
    /// What came back; of a long list the first items.
    pub answer: Answer,
    /// In an answer that is a list, the item that the case looked for.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub focus: Option<Value>,
    /// From the first byte sent to the last one received.
    pub duration: Duration,
}

/// What let a request in. It is not kept, only of what kind it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Authorization {
    /// Nothing.
    None,
    /// An access token.
    Token,
    /// A user name and password.
    Password,
    /// The cookie of a session.
    Session,
    /// A header that lets nobody in; what it says is no secret.
    Header(String),
}

/// A request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Method in upper case.
    pub method: String,
    /// Whole URL.
    pub url: String,
    /// Path below the target's URL.
    pub path: String,
    /// What let it in.
    pub authorization: Authorization,
    /// Content type, if there is a body and one was sent.
    pub content_type: Option<String>,
    /// JSON body.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    pub body: Option<Value>,
    /// The start of a body that is no JSON, or was sent as something else; bytes that aren't UTF-8 are replaced.
    pub text: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers with names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Body,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// No bytes at all.
    Empty,
    /// Something that parses as JSON, whatever its content type says.
    Json(Value),
    /// Something else; bytes that aren't UTF-8 are replaced.
    Text(String),
}

/// A value that is there, which may be `null`.
fn given<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Body {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        serde_json::from_slice(bytes)
            .map_or_else(|_| Self::Text(String::from_utf8_lossy(bytes).into_owned()), Self::Json)
    }
}

/// How many items of a list are kept: a server may have hundreds of thousands.
const KEPT_ITEMS: usize = 20;

/// About how much of a body is kept, in bytes of memory.
const KEPT_BYTES: usize = 16 << 10;

/// About what a value takes beside its text, with its place in an object.
const VALUE_BYTES: usize = 100;

impl Answer {
    /// A copy to keep.
    pub(crate) fn excerpt(&self) -> Self {
        let mut left = KEPT_BYTES;
        let body = match &self.body {
            Body::Empty => Body::Empty,
            Body::Json(Value::Array(items)) => Body::Json(Value::Array(first(items))),
            Body::Json(value) => Body::Json(excerpt(value, &mut left)),
            Body::Text(text) => Body::Text(cut(text, &mut left)),
        };
        Self { status: self.status, headers: self.headers.clone(), body }
    }

    /// The first header with this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The status; of a redirect also where it leads, which is where nothing was sent.
    pub(crate) fn told_status(&self) -> String {
        match self.header("location").filter(|_| (300..400).contains(&self.status)) {
            Some(place) => {
                let place: String = place.chars().take(200).flat_map(char::escape_debug).collect();
                format!(
                    "{}, a redirect to {place}, which is not followed: test the URL it leads to",
                    self.status
                )
            }
            None => self.status.to_string(),
        }
    }

    /// The body, if it is JSON.
    pub fn json(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(value) => Some(value),
            Body::Empty | Body::Text(_) => None,
        }
    }
}

/// The first items of a list, whole ones unless one alone is too long.
fn first(items: &[Value]) -> Vec<Value> {
    let (mut kept, mut taken) = (Vec::new(), 0);
    for item in items.iter().take(KEPT_ITEMS) {
        let mut left = KEPT_BYTES;
        kept.push(excerpt(item, &mut left));
        taken += KEPT_BYTES - left;
        if taken > KEPT_BYTES {
            break;
        }
    }
    kept
}

/// The start of a value.
fn excerpt(value: &Value, left: &mut usize) -> Value {
    *left = left.saturating_sub(VALUE_BYTES);
    match value {
        Value::String(text) => Value::String(cut(text, left)),
        Value::Array(items) => {
            let mut kept = Vec::new();
            for item in items {
                if *left == 0 {
                    break;
                }
                kept.push(excerpt(item, left));
            }
            Value::Array(kept)
        }
        Value::Object(members) => {
            let mut kept = Map::new();
            for (name, value) in members {
                if *left == 0 {
                    break;
                }
                kept.insert(cut(name, left), excerpt(value, left));
            }
            Value::Object(kept)
        }
        scalar => scalar.clone(),
    }
}

/// The start of a text.
fn cut(text: &str, left: &mut usize) -> String {
    let end = text.floor_char_boundary(*left);
    *left -= end;
    text.get(..end).unwrap_or(text).to_owned()
}

impl Request {
    /// The body as it was sent, or the start of it.
    pub(crate) fn content(&self) -> Option<String> {
        self.text.clone().or_else(|| self.body.as_ref().map(Value::to_string))
    }
}

impl fmt::Display for Request {
    /// As a `curl` command for a POSIX shell, with what let it in left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "curl -i -X {} {}", self.method, quote(&self.url))?;
        match &self.authorization {
            Authorization::None => {}
            Authorization::Token => f.write_str(" -H 'Authorization: Bearer [redacted]'")?,
            Authorization::Password => f.write_str(" -u '[redacted]'")?,
            Authorization::Session => f.write_str(" --cookie 'session_id=[redacted]'")?,
            Authorization::Header(value) => {
                write!(f, " -H {}", quote(&format!("Authorization: {value}")))?;
            }
        }
        let Some(body) = self.content() else { return Ok(()) };
        // Without a value curl leaves the header out that it would add by itself.
        let content_type = self.content_type.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        write!(f, " -H {} --data-raw {}", quote(&format!("Content-Type:{content_type}")), quote(&body))
    }
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(body: Value) -> Value {
        let answer = Answer { status: 200, headers: Vec::new(), body: Body::Json(body) };
        answer.excerpt().json().unwrap().clone()
    }

    #[test]
    fn of_long_bodies_the_start_is_kept() {
        let short = json!({"a": [1, {"b": "é"}], "c": null});
        assert_eq!(kept(short.clone()), short);
        let item = json!({"id": "a", "text": "x".repeat(2000)});
        let items = kept(vec![item.clone(); 30].into());
        assert_eq!(items, Value::from(vec![item; 8]));
        assert_eq!(kept(vec![json!(1); 30].into()).as_array().unwrap().len(), KEPT_ITEMS);
        for long in [
            json!("é".repeat(KEPT_BYTES)),
            json!({"a": vec![json!([]); KEPT_BYTES]}),
            json!([vec![1; KEPT_BYTES]]),
        ] {
            let length = kept(long).to_string().len();
            assert!((100..=KEPT_BYTES + 2).contains(&length), "{length}");
        }
        let text = Answer { status: 200, headers: Vec::new(), body: Body::Text("x".repeat(KEPT_BYTES * 2)) };
        assert_eq!(text.excerpt().body, Body::Text("x".repeat(KEPT_BYTES)));
    }
}
