//! Shows a place of the document in a few lines, as YAML does.

use serde_json::{Map, Value};

/// How many lines are shown.
const LINES: usize = 20;

/// How much of a text is shown.
const CHARACTERS: usize = 90;

/// The place that a JSON pointer leads to. References in it are followed once.
pub(super) fn excerpt(document: &Value, pointer: &str) -> String {
    let Some(value) = document.pointer(pointer) else { return String::new() };
    let mut lines = Vec::new();
    write(&mut lines, 0, "", &resolve(document, value));
    let more = lines.len() > LINES;
    lines.truncate(LINES);
    if more {
        lines.push("…".to_owned());
    }
    lines.join("\n")
}

/// The value with what it refers to in it.
fn resolve(document: &Value, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let target = members.get("$ref").and_then(Value::as_str);
            if let Some(target) = target.and_then(|target| document.pointer(target.trim_start_matches('#'))) {
                return target.clone();
            }
            let resolved = members.iter().map(|(name, value)| (name.clone(), resolve(document, value)));
            Value::Object(resolved.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(|item| resolve(document, item)).collect(),
        value => value.clone(),
    }
}

/// `start` is what stands on the first line before the value: a name, or the dash of an item.
fn write(lines: &mut Vec<String>, depth: usize, start: &str, value: &Value) {
    let indent = "  ".repeat(depth);
    let inner = if start.is_empty() { depth } else { depth + 1 };
    match value {
        Value::Object(members) if !members.is_empty() => {
            if !start.is_empty() {
                lines.push(format!("{indent}{start}"));
            }
            for (name, value) in members {
                write(lines, inner, &format!("{name}:"), value);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            if !start.is_empty() {
                lines.push(format!("{indent}{start}"));
            }
            items.iter().for_each(|item| write(lines, inner, "-", item));
        }
        value => lines.push(format!("{indent}{start} {}", scalar(value)).trim_end().to_owned()),
    }
}

fn scalar(value: &Value) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = text.chars().take(CHARACTERS).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::excerpt;

    #[test]
    fn references_are_followed_once_and_long_things_cut() {
        let document = json!({
            "a": {"type": "object", "b": {"$ref": "#/c"}, "list": [1, {"$ref": "#/c"}, []]},
            "c": {"text": "two\nlines", "next": {"$ref": "#/a"}},
            "long": (0..30).collect::<Vec<_>>(),
        });
        let shown = "type: object\nb:\n  text: two lines\n  next:\n    $ref: #/a\nlist:\n  - 1\n  -\n    text: two lines\n    \
                     next:\n      $ref: #/a\n  - []";
        assert_eq!(excerpt(&document, "/a"), shown);
        let long = excerpt(&document, "/long");
        assert_eq!((long.lines().count(), long.lines().last()), (21, Some("…")));
        assert_eq!(excerpt(&document, "/nowhere"), "");
    }
}
