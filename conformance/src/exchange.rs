//! One exchange with the target: what was sent and what came back.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// Why a case made an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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

/// A request and its answer.
#[derive(Debug, Clone, Serialize)]
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
    pub focus: Option<Value>,
}

/// What let a request in. It is not kept, only of what kind it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
}

/// A request.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// Method in upper case.
    pub method: String,
    /// Whole URL.
    pub url: String,
    /// Path below the target's URL.
    pub path: String,
    /// What let it in.
    pub authorization: Authorization,
    /// JSON body.
    pub body: Option<Value>,
    /// Body that was sent as `application/json` and is none.
    pub text: Option<&'static str>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers with names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Body,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// No bytes at all.
    Empty,
    /// Something that parses as JSON, whatever its content type says.
    Json(Value),
    /// Something else; bytes that aren't UTF-8 are replaced.
    Text(String),
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

impl Answer {
    /// A copy to keep.
    pub(crate) fn excerpt(&self) -> Self {
        let body = match &self.body {
            Body::Json(Value::Array(items)) => {
                Body::Json(Value::Array(items.iter().take(KEPT_ITEMS).cloned().collect()))
            }
            body => body.clone(),
        };
        Self { status: self.status, headers: self.headers.clone(), body }
    }

    /// The first header with this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body, if it is JSON.
    pub fn json(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(value) => Some(value),
            Body::Empty | Body::Text(_) => None,
        }
    }
}

impl Request {
    /// The body as it was sent.
    pub(crate) fn content(&self) -> Option<String> {
        self.text.map(str::to_owned).or_else(|| self.body.as_ref().map(Value::to_string))
    }
}

impl fmt::Display for Request {
    /// As a `curl` command for a POSIX shell, with what let it in left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "curl -i -X {} {}", self.method, quote(&self.url))?;
        f.write_str(match self.authorization {
            Authorization::None => "",
            Authorization::Token => " -H 'Authorization: Bearer [redacted]'",
            Authorization::Password => " -u '[redacted]'",
            Authorization::Session => " --cookie 'session_id=[redacted]'",
        })?;
        match self.content() {
            Some(body) => write!(f, " -H 'Content-Type: application/json' --data-raw {}", quote(&body)),
            None => Ok(()),
        }
    }
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
