//! Reads a JSON body strictly: serde where it is right, every violation with its field where it is not.

use futures_util::StreamExt;
use http::header::CONTENT_TYPE;
use poem::{Body, http::HeaderMap};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, error::Category};

use super::{
    bad_input::{BadInput, ENOUGH, Location, Violation},
    check::check,
    document::{Kind, Wire},
};

/// As much of a body that is too long is read and dropped.
const PATIENCE: usize = 16 * 1024 * 1024;

/// Reads a body of at most `limit` bytes. The size limit counts what arrives, whatever `Content-Length` says.
pub(super) async fn read<T: Wire>(headers: &HeaderMap, body: Body, limit: usize) -> Result<T, BadInput> {
    let json = content_type(headers)?;
    let bytes = bounded(body, limit).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(BadInput::Missing);
    }
    if !json {
        return Err(BadInput::ContentType);
    }
    decode(&bytes)
}

/// The bytes of a body. Of one that is too long, more is read than is wanted: a client that is still sending when the
/// connection closes sees a broken connection, not the answer (RFC 9112 section 9.6).
async fn bounded(body: Body, limit: usize) -> Result<Vec<u8>, BadInput> {
    let (mut bytes, mut dropped) = (Vec::new(), 0);
    let mut chunks = body.into_bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| BadInput::Broken)?;
        if dropped == 0 && bytes.len() + chunk.len() <= limit {
            bytes.extend_from_slice(&chunk);
            continue;
        }
        bytes.clear();
        dropped += chunk.len();
        if dropped > PATIENCE {
            break;
        }
    }
    if dropped == 0 { Ok(bytes) } else { Err(BadInput::TooLarge(limit)) }
}

/// Whether the body says it is JSON; saying nothing is only fine for no body at all.
fn content_type(headers: &HeaderMap) -> Result<bool, BadInput> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(false) };
    let text = value.to_str().map_err(|_| BadInput::ContentType)?;
    let (media, parameters) = text.split_once(';').unwrap_or((text, ""));
    let charset = parameters.trim();
    let plain = charset.is_empty()
        || charset.eq_ignore_ascii_case("charset=utf-8")
        || charset.eq_ignore_ascii_case("charset=\"utf-8\"");
    if plain && media.trim().eq_ignore_ascii_case("application/json") {
        Ok(true)
    } else {
        Err(BadInput::ContentType)
    }
}

/// Decodes JSON, in one pass when it is right.
pub(super) fn decode<T: Wire>(bytes: &[u8]) -> Result<T, BadInput> {
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Data => diagnose::<T>(bytes),
        Category::Io | Category::Syntax | Category::Eof => BadInput::Malformed(error.line(), error.column()),
    })
}

/// The second pass over a refused body: all violations, in words that repeat nothing of it.
fn diagnose<T: Wire>(bytes: &[u8]) -> BadInput {
    let value = match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => value,
        Err(error) => return BadInput::Malformed(error.line(), error.column()),
    };
    let mut violations = Vec::new();
    check(T::SCHEMA, &value, &Location::Root, &mut violations);
    if !matches!(T::SCHEMA.kind, Kind::Object { .. }) && value.get("body").is_some() {
        // An answer as it was read, sent back whole: told as one for an object is.
        violations.push(Violation::unknown(&Location::Root, "body", &[]));
    }
    if violations.is_empty() {
        // A map keeps the last of two equal keys, so the schema alone can't see this one.
        violations.push(Violation::new(&Location::Root, "must not have a property twice"));
    }
    violations.truncate(ENOUGH);
    BadInput::Violations(violations)
}

/// Decodes a value that is there: absent is `None` by `#[serde(default)]`, and `null` is a wrong type.
///
/// # Errors
/// As `T` does.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Decodes a value that must be there and may be `null`. Without this, serde takes absent for `null`.
///
/// # Errors
/// As `T` does.
pub fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}
