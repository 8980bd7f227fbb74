//! Sends requests: one attempt, and as many as the retry policy grants.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{call::Call, error::Error, retry::RetryPolicy};

/// As much of an error's body as is read.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// No limit, where reqwest wants one.
const ENDLESS: Duration = Duration::from_secs(u32::MAX as u64);

/// The HTTP client and how often it tries.
pub(crate) struct Transport {
    pub(crate) http: reqwest::Client,
    pub(crate) retry: RetryPolicy,
}

/// A header that tells who sends a request.
pub(crate) type Credentials<'a> = (HeaderName, &'a HeaderValue);

/// A 2xx answer.
pub(crate) struct Answer {
    operation: &'static str,
    status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Bytes,
}

impl Transport {
    /// Sends a request until it succeeds, fails for good, or has had its attempts.
    pub(crate) async fn send(
        &self,
        call: &Call,
        credentials: Option<Credentials<'_>>,
    ) -> Result<Answer, Error> {
        let url = url(call)?;
        let mut sent = 0;
        loop {
            let error = match self.attempt(call, url.clone(), credentials.clone()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            sent += 1;
            match self.retry.wait(sent, call.repeatable, &error) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(error),
            }
        }
    }

    /// Sends a request once, for an answer that is read as it comes. No time limit ends it.
    pub(crate) async fn open(
        &self,
        call: &Call,
        credentials: Option<Credentials<'_>>,
    ) -> Result<reqwest::Response, Error> {
        let mut request = request(call, url(call)?, credentials);
        *request.timeout_mut() = Some(ENDLESS);
        self.accepted(call, request).await
    }

    async fn attempt(
        &self,
        call: &Call,
        url: Url,
        credentials: Option<Credentials<'_>>,
    ) -> Result<Answer, Error> {
        let mut response = self.accepted(call, request(call, url, credentials)).await?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = response.bytes().await.map_err(|error| Error::transport(call.operation, error))?;
        Ok(Answer { operation: call.operation, status, headers, body })
    }

    /// The start of a 2xx answer.
    async fn accepted(&self, call: &Call, request: reqwest::Request) -> Result<reqwest::Response, Error> {
        let response =
            self.http.execute(request).await.map_err(|error| Error::transport(call.operation, error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        let body = error_body(response).await;
        Err(Error::api(call.operation, status, &headers, &body))
    }
}

fn url(call: &Call) -> Result<Url, Error> {
    Url::parse(&call.url).map_err(|_| Error::Argument { name: "path", reason: "does not make a URL" })
}

fn request(call: &Call, url: Url, credentials: Option<Credentials<'_>>) -> reqwest::Request {
    let mut request = reqwest::Request::new(call.method.clone(), url);
    let headers = request.headers_mut();
    headers.extend(call.headers.iter().cloned());
    if let Some((name, value)) = credentials {
        headers.insert(name, value.clone());
    }
    if let Some((content_type, body)) = &call.body {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        *request.body_mut() = Some(body.clone().into());
    }
    request
}

/// The start of an error's body. What can't be read is left out: the status says more.
async fn error_body(mut response: reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MAX_ERROR_BODY - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == MAX_ERROR_BODY {
            break;
        }
    }
    body
}

impl Answer {
    /// The body as a `T`.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| self.unreadable(&error.to_string()))
    }

    /// The error that this answer is not what it should be.
    pub(crate) fn unreadable(&self, reason: &str) -> Error {
        Error::decode(self.operation, self.status, &self.headers, reason)
    }
}
