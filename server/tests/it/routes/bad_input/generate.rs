//! Makes one bad value for every constraint of a schema of the document.

use regex::Regex;
use serde_json::{Value, json};

use crate::harness::document::resolve;

/// Which constraint the value breaks, and the value.
pub(super) type Bad = (String, Value);

/// Recognisable in an answer that repeats what it got.
pub(super) const MARK: &str = "zq3xv";

/// One value of every JSON type.
pub(super) fn one_of_each_type() -> [Value; 6] {
    [json!(null), json!(true), json!(4_711.25), json!(MARK), json!([MARK]), json!({MARK: MARK})]
}

/// The constraints of schemas that this knows how to break; `description` and the like constrain nothing.
const KNOWN: [&str; 22] = [
    "type",
    "items",
    "oneOf",
    "minLength",
    "maxLength",
    "pattern",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "required",
    "additionalProperties",
    "properties",
    "format",
    "description",
    "default",
    "examples",
    "$ref",
    "x-vouchsafe-extension",
    "x-vouchsafe-extension-properties",
    "x-vouchsafe-rule",
    "x-vouchsafe-secret",
];

/// Bad values for a property's or a parameter's schema, one or more a constraint.
pub(super) fn scalar(schema: &'static Value) -> Vec<Bad> {
    let schema = known(schema);
    let mut bad = Vec::new();
    for (name, constraint) in schema.as_object().unwrap() {
        let values: Vec<Value> = match name.as_str() {
            "type" => wrong_types(constraint.as_str().unwrap()),
            "minLength" => vec![json!("a".repeat(size(constraint) - 1))],
            "maxLength" => {
                vec![json!("a".repeat(size(constraint) + 1)), json!("ü".repeat(size(constraint) + 1))]
            }
            "pattern" => unmatched(constraint.as_str().unwrap(), schema),
            "enum" => not_listed(constraint.as_array().unwrap()),
            "minimum" => vec![json!(constraint.as_i64().unwrap() - 1), json!(i64::MIN), json!(-1e300)],
            "maximum" => {
                vec![json!(constraint.as_i64().unwrap() + 1), json!(i64::MAX), json!(u64::MAX), json!(1e300)]
            }
            "exclusiveMinimum" => {
                vec![constraint.clone(), json!(constraint.as_f64().unwrap() - 1.0), json!(-1e300)]
            }
            _ => Vec::new(),
        };
        bad.extend(values.into_iter().map(|value| (name.clone(), value)));
    }
    bad
}

/// The schema itself, if every constraint of it is one that is broken here or in `nested`.
pub(super) fn known(schema: &'static Value) -> &'static Value {
    let schema = resolve(schema);
    for name in schema.as_object().unwrap().keys() {
        assert!(KNOWN.contains(&name.as_str()), "no bad value is known for the constraint {name}");
    }
    schema
}

/// Bodies that break one constraint of an object, made from a good one; with the field the answer must name.
pub(super) fn object(schema: &'static Value, good: &Value) -> Vec<(String, Bad)> {
    let schema = resolve(schema);
    let mut bad = Vec::new();
    for value in wrong_types("object") {
        bad.push(("body".to_owned(), ("type".to_owned(), value)));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(name.as_str().unwrap());
        bad.push((name.as_str().unwrap().to_owned(), ("required".to_owned(), body)));
    }
    assert_eq!(schema["additionalProperties"], false, "every request is closed");
    for name in ["unknown", "id", "USERNAME", "__proto__"] {
        let mut body = good.clone();
        body[name] = json!(MARK);
        bad.push((name.to_owned(), ("additionalProperties".to_owned(), body)));
    }
    for (name, property) in schema["properties"].as_object().unwrap() {
        for (constraint, value) in scalar(property) {
            let mut body = good.clone();
            body[name] = value;
            bad.push((name.clone(), (constraint, body)));
        }
    }
    bad
}

pub(super) fn wrong_types(right: &str) -> Vec<Value> {
    let fits = |value: &Value| match right {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        // The fraction is wrong for an integer.
        "integer" => false,
        other => panic!("no bad value is known for the type {other}"),
    };
    one_of_each_type().into_iter().filter(|value| !fits(value)).collect()
}

fn unmatched(pattern: &str, schema: &Value) -> Vec<Value> {
    let (regex, longest) = (Regex::new(pattern).unwrap(), schema["maxLength"].as_u64().unwrap_or(u64::MAX));
    let candidates = [
        "a\0b",
        "a\tb",
        "a\nb",
        "ab\n",
        "\u{7f}",
        "zü",
        "z\u{2028}",
        "😀",
        "q:z",
        "q@z",
        "",
        "q",
        "WWWWWWWWWWWWWWWWWWWW",
        "wwwwwwwwwwwwwwwwwwww",
        "0123456789abcdefghi",
        "0123456789abcdefghijk",
        "efh63sad72g0sggo3s5a\n",
    ];
    let fits =
        |text: &&str| !regex.is_match(text) && !text.is_empty() && text.chars().count() as u64 <= longest;
    let found: Vec<Value> = candidates.into_iter().filter(fits).map(Value::from).collect();
    assert!(found.len() > 3, "no bad value is known for the pattern {pattern}");
    found
}

fn not_listed(values: &[Value]) -> Vec<Value> {
    let first = values[0].as_str().unwrap();
    // A unit variant as a map is how serde writes enums otherwise.
    vec![
        json!(""),
        json!(MARK),
        json!(format!("{first} ")),
        json!(format!("x{first}")),
        json!(first.to_uppercase()),
        json!({first: null}),
        json!([first]),
        json!(0),
    ]
}

fn size(constraint: &Value) -> usize {
    constraint.as_u64().unwrap().try_into().unwrap()
}
