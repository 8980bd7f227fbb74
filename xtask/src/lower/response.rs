//! Lowers responses and their headers.

use super::{Known, Result, names::Taken, node::Node, operation, schema};
use crate::{
    emit::snake,
    ir::{Content, Header, HeaderValue, Kind, Response, Ty},
};

/// Headers that the server sets on every response alike.
const AMBIENT: [&str; 1] = ["X-Request-Id"];

/// The media type of server-sent events (WHATWG HTML 9.2).
const EVENTS: &str = "text/event-stream";

/// The success, then the others by status.
pub(super) fn responses(node: &Node<'_>, known: &Known<'_>) -> Result<Vec<Response>> {
    let mut responses = Vec::new();
    for (status, response) in node.entries()? {
        let digits = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        let Some(code) = status.parse().ok().filter(|code| digits && (200..600).contains(code)) else {
            return Err(response.problem("a response's status must be a number from 200 to 599"));
        };
        responses.push(self::response(code, &response, known)?);
    }
    responses.sort_by_key(|response| response.status);
    match responses.iter().filter(|response| response.status < 300).count() {
        1 => Ok(responses),
        n => Err(node.problem(format!("an operation has exactly one 2xx response, this one has {n}"))),
    }
}

fn response(status: u16, node: &Node<'_>, known: &Known<'_>) -> Result<Response> {
    let (component, node) = (node.component()?, node.resolved()?);
    node.only(&["description", "headers", "content"])?;
    let mut headers = Vec::new();
    let mut taken = Taken::except("body");
    if let Some(all) = node.get("headers") {
        for (name, node) in all.entries()? {
            taken.take(&snake(&name.to_lowercase()), &node)?;
            headers.push(header(name, &node)?);
        }
    }
    let body = match node.get("content") {
        // RFC 9110 6.4.1.
        Some(content) if [204, 205, 304].contains(&status) => {
            return Err(content.problem(format!("a {status} has no body")));
        }
        Some(content) => Some(self::content(status, &content, known)?),
        None => None,
    };
    Ok(Response { component, status, doc: node.need("description")?.text()?.to_owned(), headers, body })
}

/// JSON, or a stream of server-sent events; its schema is that of the data of each.
fn content(status: u16, node: &Node<'_>, known: &Known<'_>) -> Result<Content> {
    let Some(media) = node.get(EVENTS) else {
        return Ok(Content::Json(schema::ty(&operation::schema_under(node, "application/json")?)?));
    };
    // WHATWG HTML 9.2.3: with any other status there are no events.
    if status != 200 {
        return Err(media.problem("only a 200 can be a stream of events"));
    }
    let schema = operation::schema_under(node, EVENTS)?;
    let ty = schema::ty(&schema)?;
    let object = known.def(&ty).is_none_or(|def| matches!(def.kind, Kind::Struct { .. }));
    if !matches!(ty, Ty::Ref(_)) || !object {
        return Err(schema.problem("the data of an event must be a named object"));
    }
    Ok(Content::Events(ty))
}

/// Whether a header can have this name: RFC 9110 5.1, without the characters that nobody uses.
pub(super) fn is_header(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn header(name: &str, node: &Node<'_>) -> Result<Header> {
    if !is_header(name) || name.eq_ignore_ascii_case("content-type") {
        return Err(
            node.problem("a header's name is made of letters, digits and `-`, and is not Content-Type")
        );
    }
    let (component, node) = (node.component()?, node.resolved()?);
    node.only(&["description", "schema", "example", "x-vouchsafe-required"])?;
    let schema = node.need("schema")?;
    let (ty, value) = match schema.get("enum") {
        Some(_) => (Ty::Text, HeaderValue::Constant(constant(&schema)?)),
        None if AMBIENT.contains(&name) => (schema::ty(&schema)?, HeaderValue::Ambient),
        None => (schema::ty(&schema)?, HeaderValue::Handler),
    };
    if !matches!(ty, Ty::Text | Ty::Integer | Ty::Boolean) {
        return Err(schema.problem("a header must be a string without a format, an integer or a boolean"));
    }
    let doc = node.need("description")?.text()?.to_owned();
    Ok(Header {
        component,
        name: name.to_owned(),
        doc,
        required: node.flag("x-vouchsafe-required")?,
        ty,
        value,
    })
}

/// The one value of a header.
fn constant(schema: &Node<'_>) -> Result<String> {
    schema.only(&["type", "enum"])?;
    let kind = schema.need("type")?;
    match schema.texts("enum")?.as_slice() {
        _ if kind.text()? != "string" => Err(kind.problem("a constant header must be a string")),
        [value] if value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) => Ok(value.clone()),
        [_] => Err(schema.problem("a header's value must be printable ASCII")),
        _ => Err(schema.problem("a header's enum has one value")),
    }
}
