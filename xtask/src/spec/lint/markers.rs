//! The `x-vouchsafe-` members are known ones and name things that exist.

use serde_json::Value;

use super::{Lint, escape, items};

/// All members of ours, with whether they are lists of names and of which map.
const KNOWN: [(&str, Option<&str>); 5] = [
    ("x-vouchsafe-extension", None),
    ("x-vouchsafe-secret", None),
    ("x-vouchsafe-required", None),
    ("x-vouchsafe-extension-properties", Some("properties")),
    ("x-vouchsafe-extension-examples", Some("examples")),
];

pub(super) fn check(lint: &mut Lint<'_>) {
    walk(lint, lint.document, "#");
}

fn walk(lint: &mut Lint<'_>, value: &Value, at: &str) {
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        walk(lint, item, &format!("{at}/{index}"));
    }
    for (key, item) in value.as_object().into_iter().flatten() {
        if key.starts_with("x-") {
            marker(lint, value, key, item, at);
        } else if key != "value" && key != "headers" {
            walk(lint, item, &format!("{at}/{}", escape(key)));
        } else if key == "headers" {
            // A header may be called `X-...`.
            for (name, header) in item.as_object().into_iter().flatten() {
                walk(lint, header, &format!("{at}/headers/{name}"));
            }
        }
    }
}

fn marker(lint: &mut Lint<'_>, holder: &Value, key: &str, value: &Value, at: &str) {
    match KNOWN.iter().find(|(name, _)| *name == key) {
        None => lint.report("marker", at, format!("`{key}` is not one of ours")),
        Some((_, None)) if value != &Value::Bool(true) => {
            lint.report("marker", at, format!("`{key}` can only be true"));
        }
        Some((_, None)) => {}
        Some((_, Some(map))) => {
            for name in items(holder, key).filter_map(Value::as_str) {
                if holder.get(map).and_then(|map| map.get(name)).is_none() {
                    lint.report("marker", at, format!("`{key}` names `{name}`, which is not in `{map}`"));
                }
            }
        }
    }
}
