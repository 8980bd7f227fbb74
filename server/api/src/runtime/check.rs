//! Holds a value against its schema and collects every violation. Only refused requests pay for this.

use serde_json::{Map, Value};

use super::{
    bad_input::{ENOUGH, Location, Violation},
    document::{Kind, Number, Property, Schema, Text, Ty},
};

/// The violations of the schema in the value, all but for very many.
pub(super) fn check(schema: &Schema, value: &Value, at: &Location<'_>, found: &mut Vec<Violation>) {
    match (&schema.kind, value) {
        (Kind::Object { properties, closed }, Value::Object(map)) => {
            object(properties, *closed, map, at, found)
        }
        (Kind::Object { .. }, _) => found.push(wrong_type(at, "an object", value)),
        (Kind::Enum(values), Value::String(text)) => {
            if !values.contains(&text.as_str()) {
                found.push(Violation::new(at, format!("must be one of {}", values.join(", "))));
            }
        }
        (Kind::Text(rules), Value::String(text)) => {
            if let Err(rule) = check_text(rules, text) {
                found.push(Violation::new(at, rule));
            }
        }
        (Kind::Enum(_) | Kind::Text(_), _) => found.push(wrong_type(at, "a string", value)),
        (Kind::Number(rules), Value::Number(number)) => {
            let whole = number.as_i64().is_some_and(|number| i32::try_from(number).is_ok());
            if rules.integer && !whole {
                found.push(Violation::new(at, "must be a whole number of at most 32 bits"));
            } else if let Err(rule) = check_number(rules, number.as_f64().unwrap_or(f64::NAN)) {
                found.push(Violation::new(at, rule));
            }
        }
        (Kind::Number(_), _) => found.push(wrong_type(at, "a number", value)),
        (Kind::List(item), value) => list(item, value, at, found),
        (Kind::Union(schemas), value) => union(schemas, value, at, found),
        (Kind::Any, _) => {}
    }
}

/// What of a union is meant shows in the value's JSON type.
fn union(schemas: &[&Schema; 2], value: &Value, at: &Location<'_>, found: &mut Vec<Violation>) {
    let meant = schemas.iter().find(|schema| match value {
        Value::Object(_) => matches!(schema.kind, Kind::Object { .. }),
        Value::String(_) => matches!(schema.kind, Kind::Text(_) | Kind::Enum(_)),
        _ => false,
    });
    match meant {
        Some(schema) => check(schema, value, at, found),
        None => found.push(wrong_type(at, "a string or an object", value)),
    }
}

fn object(
    properties: &[Property],
    closed: bool,
    map: &Map<String, Value>,
    at: &Location<'_>,
    found: &mut Vec<Violation>,
) {
    for property in properties {
        let at = Location::Property(at, property.name);
        match map.get(property.name) {
            Some(value) => used(&property.ty, value, &at, found),
            None if property.required => found.push(Violation::new(&at, "is required")),
            None => {}
        }
    }
    let unknown = map.keys().filter(|key| closed && !properties.iter().any(|property| property.name == *key));
    for key in unknown.take(ENOUGH.saturating_sub(found.len())) {
        let known: Vec<_> = properties.iter().map(|property| property.name).collect();
        found.push(Violation::unknown(at, key, &known));
    }
}

fn used(ty: &Ty, value: &Value, at: &Location<'_>, found: &mut Vec<Violation>) {
    match (ty, value) {
        (Ty::Named(schema), value) => check(schema, value, at, found),
        (Ty::Nullable(_), Value::Null) => {}
        (Ty::Nullable(ty), value) => used(ty, value, at, found),
        (Ty::Boolean, Value::Bool(_)) | (Ty::Text, Value::String(_)) => {}
        (Ty::DateTime, Value::String(text)) => {
            if super::timestamp::parse(text).is_none() {
                found.push(Violation::new(at, "must be a moment such as 2020-03-01T12:47:02.247462Z"));
            }
        }
        (Ty::Integer, Value::Number(number)) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => {
        }
        (Ty::List(item), value) => list(item, value, at, found),
        (Ty::Boolean, _) => found.push(wrong_type(at, "a boolean", value)),
        (Ty::Text | Ty::DateTime, _) => found.push(wrong_type(at, "a string", value)),
        (Ty::Integer, _) => found.push(wrong_type(at, "a whole number", value)),
    }
}

fn list(item: &Ty, value: &Value, at: &Location<'_>, found: &mut Vec<Violation>) {
    let Value::Array(items) = value else { return found.push(wrong_type(at, "a list", value)) };
    for (index, value) in items.iter().enumerate() {
        if found.len() >= ENOUGH {
            return;
        }
        used(item, value, &Location::Item(at, index), found);
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

fn wrong_type(at: &Location<'_>, expected: &str, value: &Value) -> Violation {
    let got = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Violation::new(at, format!("must be {expected}, not {got}"))
}
