//! Holds a value against its schema and collects every violation. Only refused requests pay for this.

use serde_json::{Map, Value};

use super::{
    bad_input::Violation,
    document::{Kind, Number, Property, Schema, Text, Ty},
};

/// So many violations are enough: an answer must not grow with what was sent.
const ENOUGH: usize = 16;

/// The violations of the schema in the value, all but for very many. `path` leads to the value, empty for the whole body.
pub(super) fn check(schema: &Schema, value: &Value, path: &str, found: &mut Vec<Violation>) {
    match (&schema.kind, value) {
        (Kind::Object { properties, closed }, Value::Object(map)) => {
            object(properties, *closed, map, path, found)
        }
        (Kind::Object { .. }, _) => found.push(wrong_type(path, "an object", value)),
        (Kind::Enum(values), Value::String(text)) => {
            if !values.contains(&text.as_str()) {
                found.push(Violation::new(path, format!("must be one of {}", values.join(", "))));
            }
        }
        (Kind::Text(rules), Value::String(text)) => {
            if let Err(rule) = check_text(rules, text) {
                found.push(Violation::new(path, rule));
            }
        }
        (Kind::Enum(_) | Kind::Text(_), _) => found.push(wrong_type(path, "a string", value)),
        (Kind::Number(rules), Value::Number(number)) => {
            let whole = number.as_i64().is_some_and(|number| i32::try_from(number).is_ok());
            if rules.integer && !whole {
                found.push(Violation::new(path, "must be a whole number of at most 32 bits"));
            } else if let Err(rule) = check_number(rules, number.as_f64().unwrap_or(f64::NAN)) {
                found.push(Violation::new(path, rule));
            }
        }
        (Kind::Number(_), _) => found.push(wrong_type(path, "a number", value)),
    }
}

fn object(
    properties: &[Property],
    closed: bool,
    map: &Map<String, Value>,
    path: &str,
    found: &mut Vec<Violation>,
) {
    for property in properties {
        let path = join(path, property.name);
        match map.get(property.name) {
            Some(value) => used(&property.ty, value, &path, found),
            None if property.required => found.push(Violation::new(&path, "is required")),
            None => {}
        }
    }
    let unknown = map.keys().filter(|key| closed && !properties.iter().any(|property| property.name == *key));
    for key in unknown.take(ENOUGH.saturating_sub(found.len())) {
        let known: Vec<_> = properties.iter().map(|property| property.name).collect();
        found.push(Violation::new(
            &join(path, printable_key(key)),
            format!("is not known; known are {}", known.join(", ")),
        ));
    }
}

fn used(ty: &Ty, value: &Value, path: &str, found: &mut Vec<Violation>) {
    match (ty, value) {
        (Ty::Named(schema), value) => check(schema, value, path, found),
        (Ty::Boolean, Value::Bool(_)) | (Ty::Text, Value::String(_)) => {}
        (Ty::DateTime, Value::String(text)) => {
            if super::timestamp::parse(text).is_none() {
                found.push(Violation::new(path, "must be a moment such as 2020-03-01T12:47:02.247462Z"));
            }
        }
        (Ty::Integer, Value::Number(number)) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => {
        }
        (Ty::List(item), Value::Array(items)) => {
            for (index, value) in items.iter().enumerate() {
                if found.len() >= ENOUGH {
                    return;
                }
                used(item, value, &format!("{path}[{index}]"), found);
            }
        }
        (Ty::Boolean, _) => found.push(wrong_type(path, "a boolean", value)),
        (Ty::Text | Ty::DateTime, _) => found.push(wrong_type(path, "a string", value)),
        (Ty::Integer, _) => found.push(wrong_type(path, "a whole number", value)),
        (Ty::List(_), _) => found.push(wrong_type(path, "a list", value)),
    }
}

/// Holds a text against its rules.
///
/// # Errors
/// The broken rule in words; never the text.
pub fn check_text(rules: &Text, text: &str) -> Result<(), String> {
    let length = text.chars().count();
    if rules.min.is_some_and(|min| length < min) || rules.max.is_some_and(|max| length > max) {
        return Err(match (rules.min, rules.max) {
            (Some(min), Some(max)) if min == max => format!("must be {min} characters long"),
            (Some(min), Some(max)) => format!("must be {min} to {max} characters long"),
            (Some(min), None) => format!("must be at least {min} characters long"),
            (None, max) => format!("must be at most {} characters long", max.unwrap_or_default()),
        });
    }
    match &rules.pattern {
        Some(pattern) if !pattern.is_match(text) => {
            Err(rules.rule.map_or_else(|| format!("must match {}", pattern.source), str::to_owned))
        }
        _ => Ok(()),
    }
}

/// Holds a number against its rules.
///
/// # Errors
/// The broken rule in words.
pub fn check_number(rules: &Number, number: f64) -> Result<(), String> {
    if let Some(bound) = rules.exclusive_minimum.filter(|bound| number.is_nan() || number <= *bound) {
        return Err(format!("must be greater than {bound}"));
    }
    let outside = |min: Option<f64>, max: Option<f64>| {
        min.is_some_and(|min| number.is_nan() || number < min)
            || max.is_some_and(|max| number.is_nan() || number > max)
    };
    if outside(rules.minimum, rules.maximum) {
        return Err(match (rules.minimum, rules.maximum) {
            (Some(min), Some(max)) => format!("must be from {min} to {max}"),
            (Some(min), None) => format!("must be at least {min}"),
            (None, max) => format!("must be at most {}", max.unwrap_or_default()),
        });
    }
    Ok(())
}

fn wrong_type(path: &str, expected: &str, value: &Value) -> Violation {
    let got = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Violation::new(path, format!("must be {expected}, not {got}"))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A property's name is the client's text: only a short plain one is worth repeating.
fn printable_key(key: &str) -> &str {
    let plain =
        key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.$".contains(&byte));
    if plain && !key.is_empty() { key } else { "a property" }
}
