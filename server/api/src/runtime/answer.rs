//! Makes responses: JSON in one piece, lists as a stream.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use poem::{Body, Response};
use serde::Serialize;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A JSON response.
#[must_use]
pub fn json<T: Serialize>(status: u16, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => with_body(status, Body::from(bytes)),
        // Only a map with keys that are no strings can fail, and no schema has one.
        Err(_) => empty(500),
    }
}

/// A response without a body.
#[must_use]
pub fn empty(status: u16) -> Response {
    let mut response = Response::default();
    response.set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    response
}

fn with_body(status: u16, body: Body) -> Response {
    let mut response = empty(status);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response.set_body(body);
    response
}

/// Sets a header. A value that can't stand in one is left out.
pub fn header(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// A list or stream broke off: the rest can't be had. The connection ends early, so no client takes the part for the whole.
#[derive(Debug)]
pub struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the list broke off")
    }
}

impl std::error::Error for Interrupted {}

type Pages<T> = Pin<Box<dyn Stream<Item = Result<Vec<T>, Interrupted>> + Send>>;

/// A list that is answered as a JSON array while it is read, one page in memory at a time.
pub struct Items<T> {
    first: Vec<T>,
    rest: Option<Pages<T>>,
}

impl<T> From<Vec<T>> for Items<T> {
    fn from(all: Vec<T>) -> Self {
        Self { first: all, rest: None }
    }
}

impl<T> std::fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Items").field("first", &self.first.len()).field("more", &self.rest.is_some()).finish()
    }
}

impl<T: Serialize + Send + 'static> Items<T> {
    /// A list whose first page is at hand and whose others follow.
    pub fn paged(
        first: Vec<T>,
        rest: impl Stream<Item = Result<Vec<T>, Interrupted>> + Send + 'static,
    ) -> Self {
        Self { first, rest: Some(Box::pin(rest)) }
    }

    /// The list as a JSON response.
    #[must_use]
    pub fn into_json(self, status: u16) -> Response {
        let Some(rest) = self.rest else { return json(status, &self.first) };
        let mut empty_so_far = true;
        let pages = stream::once(async { Ok(self.first) }).chain(rest);
        let chunks = pages.filter_map(move |page| {
            let chunk = page.and_then(|page| chunk(&page, &mut empty_so_far)).map_err(std::io::Error::other);
            std::future::ready(chunk.map(|bytes| (!bytes.is_empty()).then_some(bytes)).transpose())
        });
        let open = stream::once(async { Ok(Bytes::from_static(b"[")) });
        let close = stream::once(async { Ok(Bytes::from_static(b"]")) });
        with_body(status, Body::from_bytes_stream(open.chain(chunks).chain(close)))
    }
}

/// One page without its brackets, after a comma unless it is the first with items.
fn chunk<T: Serialize>(page: &[T], empty_so_far: &mut bool) -> Result<Bytes, Interrupted> {
    if page.is_empty() {
        return Ok(Bytes::new());
    }
    let mut json = serde_json::to_vec(page).map_err(|_| Interrupted)?;
    json.pop();
    if *empty_so_far {
        *empty_so_far = false;
        return Ok(Bytes::from(json).slice(1..));
    }
    json[0] = b',';
    Ok(Bytes::from(json))
}
