//! Connections to the target, with limits on the time and the memory that answers take.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use reqwest::{
    Client, ClientBuilder, Method, RequestBuilder,
    header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect::Policy,
};

use super::{body::Reader, reason::reason};
use crate::{
    exchange::{Answer, Body},
    target::{Options, Target},
};

/// A stream of events has no end; of its answer only the head is read.
const EVENTS: &[u8] = b"text/event-stream";

/// Sends requests, and reads their answers.
#[derive(Debug)]
pub(super) struct Wire {
    client: Client,
    timeout: Duration,
    /// How many requests had no complete answer in time.
    late: AtomicUsize,
}

impl Wire {
    pub(super) fn open(target: &Target, options: &Options) -> Result<Self, String> {
        let timeout = options.timeout;
        let merged = builder(timeout).tls_certs_merge(target.authorities().to_vec()).build();
        // Where the system has no CAs at all, plain HTTP works, and the target's own CA.
        let client =
            merged.or_else(|_| builder(timeout).tls_certs_only(target.authorities().to_vec()).build());
        let client =
            client.map_err(|error| format!("cannot make an HTTP client: {}", reason(&error, timeout)))?;
        Ok(Self { client, timeout, late: AtomicUsize::new(0) })
    }

    pub(super) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// How many requests had no complete answer in time.
    pub(super) fn late(&self) -> usize {
        self.late.load(Ordering::Relaxed)
    }

    /// Sends a request and reads the answer. Of a very long list it keeps the start, and items with a text of `own`.
    pub(super) async fn read(&self, request: RequestBuilder, own: &[String]) -> Result<Answer, String> {
        let failed = |error: reqwest::Error| {
            if error.is_timeout() {
                self.late.fetch_add(1, Ordering::Relaxed);
            }
            reason(&error, self.timeout)
        };
        let mut response = request.send().await.map_err(failed)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
        if response.headers().get(CONTENT_TYPE).is_some_and(|name| name.as_bytes().starts_with(EVENTS)) {
            return Ok(Answer { status: response.status().as_u16(), headers, body: Body::Empty });
        }
        let mut reader = Reader::new(own);
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            reader.push(&chunk)?;
        }
        let body = Body::parse(&reader.finish()?);
        let answer = Answer { status: response.status().as_u16(), headers, body };
        match answer.header("content-encoding") {
            None | Some("identity") => Ok(answer),
            Some(coding) => Err(format!(
                "the answer is encoded (`{}`), though the request says `Accept-Encoding: identity`: send it as it is",
                coding.escape_debug()
            )),
        }
    }
}

fn builder(timeout: Duration) -> ClientBuilder {
    let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
    // Redirects are answers to judge, not to follow: a token must not go elsewhere.
    Client::builder()
        .default_headers(headers)
        .redirect(Policy::none())
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(10)))
}
