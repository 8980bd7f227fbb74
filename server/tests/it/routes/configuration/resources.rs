//! The objects that are always there: what they say at first, what they accept, what they refuse.

mod email;
mod examples;
mod lists;
mod singletons;
mod snmp;
mod values;

use serde_json::{Value, json};

use crate::harness::{Answer, session::Session};

const ROOT: &str = "/api/configuration";

/// A body with another value at a pointer.
fn with(body: &Value, pointer: &str, value: Value) -> Value {
    let mut body = body.clone();
    let (above, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(above).unwrap()[name] = value;
    body
}

/// A body without what is at a pointer.
fn without(body: &Value, pointer: &str) -> Value {
    let mut body = body.clone();
    let (above, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(above).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    body
}

/// Asserts that a value is refused by itself, for the place in the body, without a word of what was sent.
#[track_caller]
fn refused(answer: &Answer, path: &str, pointer: &str, words: &str) {
    let error = answer.failure(400);
    assert_eq!(error["type"], "SyntacticError", "{error}");
    assert_eq!(error["details"]["path"], format!("{path}{pointer}"), "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(words), "{error}");
}

/// Asserts that a list of bodies is accepted, each read back as it was sent.
async fn kept(session: &Session<'_>, path: &str, bodies: impl IntoIterator<Item = Value>) {
    for body in bodies {
        let answer = session.put(path, body.clone()).await;
        assert_eq!(answer.status.as_u16(), 201, "{body}: {}", answer.text);
        assert!(same(&session.body(path).await, &body), "{body}");
    }
}

/// Whether two are the same JSON: 1 and 1.0 are one number.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

/// Where a namespace's child stands among the others.
fn meta(parent: &str, names: &[&str], own: &str) -> Value {
    let href = |name: &&str| json!(format!("{parent}/{name}"));
    let at = names.iter().position(|name| *name == own).unwrap();
    json!({
        "first": href(&names[0]),
        "href": href(&own),
        "last": href(&names[names.len() - 1]),
        "next": names.get(at + 1).map(href),
        "parent": parent,
        "previous": at.checked_sub(1).map(|at| href(&names[at])),
        "transaction": "/api/transaction",
    })
}
