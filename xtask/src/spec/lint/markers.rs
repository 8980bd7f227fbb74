//! The `x-vouchsafe-` members are known ones and name things that exist.

use serde_json::Value;

use super::{Lint, escape, items};

/// What the value of a member is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    True,
    Text,
    /// A list of names from this map beside it.
    NamesOf(&'static str),
}

/// All members of ours.
const KNOWN: [(&str, Kind); 6] = [
    ("x-vouchsafe-extension", Kind::True),
    ("x-vouchsafe-secret", Kind::True),
    ("x-vouchsafe-required", Kind::True),
    ("x-vouchsafe-rule", Kind::Text),
    ("x-vouchsafe-extension-properties", Kind::NamesOf("properties")),
    ("x-vouchsafe-extension-examples", Kind::NamesOf("examples")),
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
    let Some((_, kind)) = KNOWN.iter().find(|(name, _)| *name == key) else {
        return lint.report("marker", at, format!("`{key}` is not one of ours"));
    };
    match kind {
        Kind::True if value != &Value::Bool(true) => {
            lint.report("marker", at, format!("`{key}` can only be true"));
        }
        Kind::Text if !value.is_string() => lint.report("marker", at, format!("`{key}` must be a text")),
        Kind::True | Kind::Text => {}
        Kind::NamesOf(map) => {
            for name in items(holder, key).filter_map(Value::as_str) {
                if holder.get(map).and_then(|map| map.get(name)).is_none() {
                    lint.report("marker", at, format!("`{key}` names `{name}`, which is not in `{map}`"));
                }
            }
        }
    }
}
