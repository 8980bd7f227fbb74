//! Talks HTTP with the target.

mod token;

use reqwest::{
    Client, Method, RequestBuilder,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE},
    redirect::Policy,
};
use serde_json::Value;

use crate::{
    exchange::{Answer, Authorization, Body, Request},
    target::{Auth, Options, Secret, Target},
};

/// Longest answer that is read; a list of some 300,000 credentials.
const MAX_ANSWER: usize = 64 << 20;

/// The target with a connection pool and an access token.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
    url: String,
    token: Option<Secret>,
}

/// The most of a body that is no JSON that is kept to show.
const SHOWN_TEXT: usize = 200;

/// What lets a request in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Credentials<'a> {
    None,
    /// The run's access token, if it has one.
    Token,
    /// The run's access token, and the header `Last-Event-ID` with this value.
    TokenAfter(&'a str),
    /// Another access token.
    Bearer(&'a Secret),
    /// The run's access token in the query instead of a header.
    Query,
    /// An `Authorization` header that is no secret.
    Header(&'a str),
    /// HTTP Basic (RFC 7617).
    Password(&'a str, &'a Secret),
    /// The id of a session.
    Session(&'a Secret),
}

/// The body of a request.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    None,
    Json(Value),
    /// Sent as it is, with this content type.
    Raw(Option<&'static str>, Vec<u8>),
}

impl Content {
    /// Something that is sent as `application/json` and may be none.
    pub(crate) fn text(text: &str) -> Self {
        Self::bytes(text.as_bytes().to_vec())
    }

    /// The same of bytes that may not be text.
    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        Self::Raw(Some(JSON), bytes)
    }
}

const JSON: &str = "application/json";

/// A stream, which has no end: what comes after its head is not read.
const EVENTS: &[u8] = b"text/event-stream";

/// Stands in a query for the access token that is sent there.
pub(crate) const REDACTED: &str = "access_token=[redacted]";

impl Http {
    /// Gets ready to talk to `target`, which includes fetching an access token.
    ///
    /// `token_path` is where the token endpoint is below the target's URL.
    pub(crate) async fn open(
        target: &Target,
        options: &Options,
        token_path: Option<&str>,
    ) -> Result<Self, String> {
        // Redirects are answers to judge, not to follow: a token must not go elsewhere.
        let client = Client::builder().redirect(Policy::none()).timeout(options.timeout).build();
        let client = client.map_err(|error| format!("cannot make an HTTP client: {}", reason(&error)))?;
        let url = target.url().to_owned();
        let token = match target.auth() {
            Auth::None => None,
            Auth::Token(token) => Some(token.clone()),
            Auth::ClientCredentials { client_id, client_secret, token_url } => {
                let below = || token_path.map(|path| format!("{url}{path}"));
                let token_url = token_url.clone().or_else(below);
                let token_url = token_url.ok_or("the document names no token endpoint")?;
                Some(token::fetch(&client, &token_url, client_id, client_secret).await?)
            }
        };
        Ok(Self { client, url, token })
    }

    /// Sends a request to `path` below the target's URL and reads the whole answer.
    pub(crate) async fn send(
        &self,
        credentials: Credentials<'_>,
        method: &str,
        path: &str,
        content: Content,
    ) -> Result<(Request, Answer), String> {
        let authorization = self.authorization(credentials);
        let (method, url) = (method.to_uppercase(), format!("{}{path}", self.url));
        let (content_type, body, bytes) = match content {
            Content::None => (None, None, None),
            Content::Json(body) => (Some(JSON), Some(body), None),
            Content::Raw(content_type, bytes) => (content_type, None, Some(bytes)),
        };
        let text = bytes.as_ref().map(|bytes| start(bytes));
        let content_type = content_type.map(str::to_owned);
        let request = Request { method, url, path: path.to_owned(), authorization, content_type, body, text };
        let title = format!("{} {}", request.method, request.url);
        let parsed = Method::from_bytes(request.method.as_bytes());
        let parsed = parsed.map_err(|_| format!("{title}: not a method"))?;
        let mut builder = self.client.request(parsed, self.address(credentials, &request.url));
        builder = match (credentials, &self.token) {
            (Credentials::None | Credentials::Query, _) | (Credentials::Token, None) => builder,
            (Credentials::TokenAfter(event), token) => {
                let builder = builder.header("last-event-id", event);
                match token {
                    Some(token) => builder.bearer_auth(token.expose()),
                    None => builder,
                }
            }
            (Credentials::Token, Some(token)) => builder.bearer_auth(token.expose()),
            (Credentials::Bearer(token), _) => builder.bearer_auth(token.expose()),
            (Credentials::Header(value), _) => builder.header(AUTHORIZATION, value),
            (Credentials::Password(user, password), _) => builder.basic_auth(user, Some(password.expose())),
            (Credentials::Session(id), _) => builder.header(COOKIE, format!("session_id={}", id.expose())),
        };
        if let Some(content_type) = &request.content_type {
            builder = builder.header(CONTENT_TYPE, content_type);
        }
        if let Some(bytes) = bytes.or_else(|| request.body.as_ref().map(|body| body.to_string().into_bytes()))
        {
            builder = builder.body(bytes);
        }
        let answer = read(builder).await.map_err(|reason| format!("{title}: {reason}"))?;
        Ok((request, answer))
    }

    /// Whether the target answers at all, whatever it says.
    pub(crate) async fn probe(&self) -> Result<(), String> {
        let answer = read(self.client.get(&self.url)).await;
        answer.map(|_| ()).map_err(|reason| format!("GET {}: {reason}", self.url))
    }

    /// The run's access token, if it has one.
    pub(crate) fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// An access token of another client, from the endpoint at `path` below the target's URL.
    pub(crate) async fn token_of(&self, path: &str, id: &str, secret: &Secret) -> Result<Secret, String> {
        token::fetch(&self.client, &format!("{}{path}", self.url), id, secret).await
    }

    /// Where a request really goes; what is kept of it has no secret.
    fn address(&self, credentials: Credentials<'_>, url: &str) -> String {
        match (credentials, &self.token) {
            (Credentials::Query, Some(token)) => {
                url.replace(REDACTED, &format!("access_token={}", token.expose()))
            }
            _ => url.to_owned(),
        }
    }

    fn authorization(&self, credentials: Credentials<'_>) -> Authorization {
        match credentials {
            Credentials::None => Authorization::None,
            Credentials::Token | Credentials::TokenAfter(_) if self.token.is_some() => Authorization::Token,
            Credentials::Token | Credentials::TokenAfter(_) | Credentials::Query => Authorization::None,
            Credentials::Bearer(_) => Authorization::Token,
            Credentials::Header(value) => Authorization::Header(value.to_owned()),
            Credentials::Password(..) => Authorization::Password,
            Credentials::Session(_) => Authorization::Session,
        }
    }
}

/// The start of a body, to be shown.
fn start(bytes: &[u8]) -> String {
    let shown = bytes.get(..SHOWN_TEXT).unwrap_or(bytes);
    let more = if shown.len() < bytes.len() { format!("… ({} bytes)", bytes.len()) } else { String::new() };
    format!("{}{more}", String::from_utf8_lossy(shown))
}

/// Sends a request and reads the answer.
async fn read(builder: RequestBuilder) -> Result<Answer, String> {
    let mut response = builder.send().await.map_err(|error| reason(&error))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    let mut bytes = Vec::new();
    if response.headers().get(CONTENT_TYPE).is_some_and(|name| name.as_bytes().starts_with(EVENTS)) {
        return Ok(Answer { status: response.status().as_u16(), headers, body: Body::Empty });
    }
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        if bytes.len() + chunk.len() > MAX_ANSWER {
            return Err(format!("the answer is longer than {} MiB", MAX_ANSWER >> 20));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status().as_u16(), headers, body: Body::parse(&bytes) })
}

/// Why a request came to nothing, in one line, down to the cause. The URL is left to the caller.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no complete answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let what = if error.is_connect() { "cannot connect" } else { "the exchange broke off" };
    format!("{what}: {cause}")
}
