//! One bad value for every constraint of a body of the admin plane, at any depth: objects, lists, unions, nullables.

use serde_json::{Value, json};

use super::generate::{self, known, scalar, wrong_types};
use crate::harness::document::resolve;

/// Recognisable in an answer that repeats what it got.
pub(in crate::routes) const MARK: &str = generate::MARK;

/// A value that breaks one constraint.
#[derive(Debug)]
pub(in crate::routes) struct Broken {
    /// JSON pointer to what the answer must name.
    pub(in crate::routes) pointer: String,
    pub(in crate::routes) constraint: String,
    /// The whole value that the broken part is in.
    pub(in crate::routes) value: Value,
}

impl Broken {
    fn new(pointer: impl Into<String>, constraint: impl Into<String>, value: Value) -> Self {
        Self { pointer: pointer.into(), constraint: constraint.into(), value }
    }

    fn below(self, segment: &str, place: impl FnOnce(Value) -> Value) -> Self {
        Self { pointer: format!("/{segment}{}", self.pointer), value: place(self.value), ..self }
    }
}

/// Values that break one constraint each, made from a good one.
pub(in crate::routes) fn broken(schema: &'static Value, good: &Value) -> Vec<Broken> {
    let schema = known(schema);
    if let Some(alternatives) = schema["oneOf"].as_array() {
        return one_of(alternatives, good);
    }
    match schema["type"].as_str().unwrap() {
        "object" => object(schema, good),
        "array" => array(schema, good),
        _ => {
            scalar(schema).into_iter().map(|(constraint, value)| Broken::new("", constraint, value)).collect()
        }
    }
}

fn object(schema: &'static Value, good: &Value) -> Vec<Broken> {
    let mut bad: Vec<_> =
        wrong_types("object").into_iter().map(|value| Broken::new("", "type", value)).collect();
    for name in texts(&schema["required"]) {
        let mut value = good.clone();
        value.as_object_mut().unwrap().remove(name);
        bad.push(Broken::new(format!("/{name}"), "required", value));
    }
    let properties = schema["properties"].as_object().unwrap();
    let closed = schema["additionalProperties"] == false;
    for name in ["unknown", "NAME", "__proto__"].into_iter().filter(|_| closed) {
        let mut value = good.clone();
        value[name] = json!(MARK);
        bad.push(Broken::new(format!("/{name}"), "additionalProperties", value));
    }
    for (name, property) in properties {
        let sample = good.get(name).cloned().unwrap_or_else(|| sample(property));
        let place = |part: Value| {
            let mut value = good.clone();
            value[name] = part;
            value
        };
        bad.extend(broken(property, &sample).into_iter().map(|broken| broken.below(name, place)));
    }
    bad
}

/// A bad item stands behind a good one.
fn array(schema: &'static Value, good: &Value) -> Vec<Broken> {
    let mut bad: Vec<_> =
        wrong_types("array").into_iter().map(|value| Broken::new("", "type", value)).collect();
    let item = good.get(0).cloned().unwrap_or_else(|| sample(&schema["items"]));
    let items = broken(&schema["items"], &item).into_iter();
    bad.extend(items.map(|broken| broken.below("1", |part| json!([item, part]))));
    bad
}

/// What is wrong for one alternative may be the type of another.
fn one_of(alternatives: &'static [Value], good: &Value) -> Vec<Broken> {
    let fits = |schema: &'static Value, value: &Value| types(schema).iter().any(|name| is(value, name));
    let each = alternatives.iter().filter(|schema| schema["type"] != "null");
    let bad = each.flat_map(|schema| {
        let good = if fits(schema, good) { good.clone() } else { sample(schema) };
        let others = alternatives.iter().filter(|other| *other != schema);
        let others: Vec<_> = others.collect();
        let taken = |broken: &Broken| {
            broken.pointer.is_empty() && others.iter().any(|other| fits(other, &broken.value))
        };
        let mut bad = broken(schema, &good);
        bad.retain(|broken| !taken(broken));
        bad
    });
    bad.collect()
}

/// The types a value may have.
fn types(schema: &'static Value) -> Vec<&'static str> {
    let schema = resolve(schema);
    match schema["oneOf"].as_array() {
        Some(alternatives) => alternatives.iter().flat_map(types).collect(),
        None => vec![schema["type"].as_str().unwrap()],
    }
}

fn is(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "object" => value.is_object(),
        "number" | "integer" => value.is_number(),
        other => panic!("no alternative is known of the type {other}"),
    }
}

/// A good value: an example where the document has one.
fn sample(schema: &'static Value) -> Value {
    let schema = resolve(schema);
    if let Some(example) = schema["examples"].get(0).or_else(|| schema["enum"].get(0)) {
        return example.clone();
    }
    if let Some(alternatives) = schema["oneOf"].as_array() {
        return sample(&alternatives[0]);
    }
    match schema["type"].as_str().unwrap() {
        "object" => {
            let required = texts(&schema["required"]);
            required.map(|name| (name.to_owned(), sample(&schema["properties"][name]))).collect()
        }
        "array" => json!([]),
        "boolean" => json!(false),
        "string" => json!("x".repeat(schema["minLength"].as_u64().unwrap_or(1).try_into().unwrap())),
        "number" | "integer" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        other => panic!("no good value is known of the type {other}"),
    }
}

fn texts(list: &'static Value) -> impl Iterator<Item = &'static str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}
