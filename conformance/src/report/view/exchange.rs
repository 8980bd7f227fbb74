//! An exchange as reports show it. Of cases that passed there are thousands: of these bodies are cut short, and only those
//! headers are shown that the document speaks of.

use serde::Serialize;
use serde_json::Value;

use crate::{
    exchange::{Body, Exchange, Role},
    report::{latency::milliseconds, redact::Redactor},
};

/// How much of a body is shown.
struct Limits {
    /// Characters of one string in it.
    string: usize,
    /// Items of one array in it.
    items: usize,
    /// Characters of the whole.
    whole: usize,
}

const PASSED: Limits = Limits { string: 60, items: 1, whole: 160 };
const NOT_PASSED: Limits = Limits { string: 4_000, items: 20, whole: 12_000 };

/// Headers that are shown of cases that passed.
const DOCUMENTED: [&str; 8] = [
    "allow",
    "cache-control",
    "content-type",
    "link",
    "location",
    "retry-after",
    "set-cookie",
    "www-authenticate",
];

#[derive(Debug, Serialize)]
pub(in crate::report) struct ExchangeView {
    pub(in crate::report) role: Role,
    pub(in crate::report) operation: String,
    pub(in crate::report) method: String,
    pub(in crate::report) path: String,
    pub(in crate::report) curl: String,
    /// Whether the command lacks something of the body.
    #[serde(skip_serializing_if = "is_false")]
    pub(in crate::report) curl_cut: bool,
    pub(in crate::report) answer: AnswerView,
    pub(in crate::report) duration_ms: f64,
}

#[derive(Debug, Serialize)]
pub(in crate::report) struct AnswerView {
    pub(in crate::report) status: u16,
    pub(in crate::report) headers: Vec<(String, String)>,
    pub(in crate::report) body: String,
    /// Whether the body, as it is shown, is JSON.
    pub(in crate::report) json: bool,
    /// Whether there is more of the body.
    #[serde(skip_serializing_if = "is_false")]
    pub(in crate::report) cut: bool,
}

impl ExchangeView {
    /// `all` is whether the case did not pass, so that all is of interest.
    pub(super) fn of(exchange: &Exchange, redactor: &Redactor, all: bool) -> Self {
        let limits = if all { NOT_PASSED } else { PASSED };
        let mut request = redactor.request(&exchange.request);
        let content = request.content().unwrap_or_default();
        let shown = start(&content, limits.whole);
        let curl_cut = shown.len() < content.len();
        if curl_cut {
            request.text = Some(format!("{shown}…"));
        }
        let mut answer = redactor.answer(&exchange.answer);
        answer.headers.retain(|(name, _)| all || DOCUMENTED.contains(&name.as_str()));
        let (body, json, cut) = match &answer.body {
            Body::Empty => (String::new(), false, false),
            Body::Json(value) => shown_json(value, &limits),
            Body::Text(text) => {
                let shown = start(text, limits.whole);
                (shown.to_owned(), false, shown.len() < text.len())
            }
        };
        Self {
            role: exchange.role,
            operation: exchange.operation.clone(),
            curl: request.to_string(),
            curl_cut,
            method: request.method,
            path: request.path,
            answer: AnswerView { status: answer.status, headers: answer.headers, body, json, cut },
            duration_ms: milliseconds(exchange.duration),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// JSON as a text, whether that is still JSON, and whether something was left out.
fn shown_json(value: &Value, limits: &Limits) -> (String, bool, bool) {
    let mut cut = false;
    let text = abridged(value, limits, &mut cut).to_string();
    let shown = start(&text, limits.whole);
    match shown.len() < text.len() {
        true => (shown.to_owned(), false, true),
        false => (text, true, cut),
    }
}

/// The value with the starts of its long strings and arrays.
fn abridged(value: &Value, limits: &Limits, cut: &mut bool) -> Value {
    match value {
        Value::String(text) => {
            let shown = start(text, limits.string);
            if shown.len() == text.len() {
                return value.clone();
            }
            *cut = true;
            Value::from(format!("{shown}…"))
        }
        Value::Array(items) => {
            *cut |= items.len() > limits.items;
            items.iter().take(limits.items).map(|item| abridged(item, limits, cut)).collect()
        }
        Value::Object(members) => {
            let members = members.iter();
            members.map(|(name, value)| (name.clone(), abridged(value, limits, cut))).collect()
        }
        value => value.clone(),
    }
}

/// The first characters of a text.
fn start(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_bodies_stay_json_as_long_as_that_helps() {
        let limits = Limits { string: 3, items: 2, whole: 40 };
        let shown = |value: Value| shown_json(&value, &limits);
        assert_eq!(shown(json!({"a": "äöü"})), ("{\"a\":\"äöü\"}".to_owned(), true, false));
        assert_eq!(shown(json!(["äöüß", 1, 2])), ("[\"äöü…\",1]".to_owned(), true, true));
        let (text, json, cut) = shown(json!({"a": 1, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb": 2}));
        assert_eq!((text.len(), json, cut), (40, false, true));
    }
}
