//! Bodies with one place changed.

use serde_json::{Map, Value, json};

use super::{text::Text, walk::types};
use crate::document::Node;

/// A value that a schema accepts.
pub(super) fn some(schema: &Node) -> Value {
    let schema = schema.resolved();
    if let Some(one) = schema.get("oneOf").and_then(|one| one.items().into_iter().next()) {
        return some(&one);
    }
    if let Some(first) = schema.names("enum").first() {
        return json!(first);
    }
    match types(&schema).first().copied() {
        Some("string") if schema.str("format") == Some("date-time") => json!("2026-03-01T12:00:00.000000Z"),
        Some("string") => json!(Text::new(&schema, None).some().unwrap_or_default()),
        Some("boolean") => json!(true),
        Some("array") => json!(schema.get("items").map(|items| vec![some(&items)]).unwrap_or_default()),
        Some("object") => {
            let properties = schema.get("properties");
            let required = schema.names("required").into_iter();
            let member = |name: &'static str| Some((name.to_owned(), some(&properties.as_ref()?.get(name)?)));
            Value::Object(required.filter_map(member).collect::<Map<_, _>>())
        }
        Some(_) => json!(schema.number("minimum").map_or(1, |least| least as i64)),
        None => Value::Null,
    }
}

/// The body with a value at a place.
pub(super) fn set(base: &Value, at: &str, value: Value) -> Value {
    let mut body = base.clone();
    let Some((parent, name)) = at.rsplit_once('/') else { return value };
    match body.pointer_mut(parent) {
        Some(Value::Object(members)) => drop(members.insert(name.to_owned(), value)),
        Some(Value::Array(items)) => match items.first_mut() {
            Some(first) => *first = value,
            None => items.push(value),
        },
        _ => {}
    }
    body
}

/// The body without the value at a place.
pub(super) fn without(base: &Value, at: &str) -> Value {
    let mut body = base.clone();
    let (parent, name) = at.rsplit_once('/').unwrap_or_default();
    if let Some(members) = body.pointer_mut(parent).and_then(Value::as_object_mut) {
        members.remove(name);
    }
    body
}
