//! Schemas stay in the subset of JSON Schema that the generator reads and the typed view keeps.

use serde_json::Value;

use super::{Lint, entries, escape, items};

/// Keywords of each type, beside `type`, `description`, `examples` and extensions.
const KEYWORDS: [(&str, &[&str]); 6] = [
    ("string", &["format", "enum", "pattern", "minLength", "maxLength", "default"]),
    ("integer", &["format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "default"]),
    ("number", &["format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "default"]),
    ("boolean", &["default"]),
    ("array", &["items", "minItems", "maxItems"]),
    ("object", &["properties", "required", "additionalProperties"]),
];

/// The types of a schema that takes any value.
const ANY: [&str; 6] = ["object", "array", "string", "number", "boolean", "null"];

/// Where a schema stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Component,
    Property { required: bool },
    Elsewhere,
}

/// What makes a string a constrained one.
const CONSTRAINTS: [&str; 4] = ["enum", "pattern", "minLength", "maxLength"];

pub(super) fn check(lint: &mut Lint<'_>) {
    let document = lint.document;
    let components = document.get("components").unwrap_or(&Value::Null);
    for (name, value) in entries(components, "schemas") {
        schema(lint, value, &format!("#/components/schemas/{name}"), Place::Component);
    }
    walk(lint, document, "#");
}

/// Finds every schema outside `components/schemas`, every parameter and every reference.
fn walk(lint: &mut Lint<'_>, value: &Value, at: &str) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, value)| (escape(key), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        _ => return,
    };
    if value.get("$ref").is_some() {
        return reference(lint, value, at);
    }
    if value.get("in").is_some() && value.get("schema").is_some() {
        parameter(lint, value, at);
    }
    for (key, child) in children {
        let at = format!("{at}/{key}");
        match key.as_str() {
            "schema" => schema(lint, child, &at, Place::Elsewhere),
            "schemas" if at == "#/components/schemas" => {}
            // Data, not document; and a server variable called "schema".
            "value" | "example" | "servers" => {}
            _ => walk(lint, child, &at),
        }
    }
}

fn reference(lint: &mut Lint<'_>, value: &Value, at: &str) {
    let members = value.as_object().into_iter().flatten();
    for (key, _) in members.filter(|(key, _)| !matches!(key.as_str(), "$ref" | "description")) {
        lint.report("ref-siblings", at, format!("`{key}` beside `$ref` would be lost"));
    }
    let pointer = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    if pointer.and_then(|pointer| lint.document.pointer(pointer)).is_none() {
        lint.report("ref-siblings", at, "the reference has no target in the document");
    }
}

fn parameter(lint: &mut Lint<'_>, value: &Value, at: &str) {
    if !value.get("required").is_some_and(Value::is_boolean) {
        lint.report("parameter", at, "`required` must be written out");
    }
    if value.get("examples").is_some() || value.get("example").is_none() {
        lint.report("parameter", at, "must have `example` (and not `examples`, which would be lost)");
    }
    if value.get("description").is_none() {
        lint.report("parameter", at, "has no description");
    }
}

fn schema(lint: &mut Lint<'_>, value: &Value, at: &str, place: Place) {
    if value.get("$ref").is_some() {
        return reference(lint, value, at);
    }
    let described = place == Place::Elsewhere || value.get("description").is_some();
    if !described {
        lint.report("described", at, "has no description");
    }
    if value.get("oneOf").is_some() {
        return one_of(lint, value, at, place);
    }
    let types = types(value);
    let kind = match (types.as_slice(), place) {
        ([kind], _) => *kind,
        ([kind, "null"], Place::Property { required }) => {
            if !required {
                lint.report("nullable", at, "may be null, so it must be required");
            }
            *kind
        }
        (types, Place::Component) if types == ANY => return keywords(lint, value, at, "any", &["type"]),
        _ => "",
    };
    let Some((_, known)) = KEYWORDS.iter().find(|(name, _)| *name == kind) else {
        return lint.report(
            "schema-type",
            at,
            "must have one `type`, beside which only a property may have 'null' (`const` is not in the subset)",
        );
    };
    keywords(lint, value, at, kind, known);
    match kind {
        "string" => string(lint, value, at, place),
        "object" => object(lint, value, at),
        "array" => match value.get("items") {
            Some(item) => schema(lint, item, &format!("{at}/items"), Place::Elsewhere),
            None => lint.report("schema-type", at, "an array must have `items`"),
        },
        _ => {}
    }
}

/// The types that a schema names.
fn types(value: &Value) -> Vec<&str> {
    let one = value.get("type").and_then(Value::as_str);
    one.into_iter().chain(items(value, "type").filter_map(Value::as_str)).collect()
}

fn keywords(lint: &mut Lint<'_>, value: &Value, at: &str, kind: &str, known: &[&str]) {
    for (key, _) in value.as_object().into_iter().flatten() {
        let common = matches!(key.as_str(), "type" | "description" | "examples") || key.starts_with("x-");
        if !common && !known.contains(&key.as_str()) {
            lint.report("schema-keyword", at, format!("`{key}` is not in the subset for the type {kind}"));
        }
    }
}

/// A component is a union of a string and an object, a property is a reference or null.
fn one_of(lint: &mut Lint<'_>, value: &Value, at: &str, place: Place) {
    keywords(lint, value, at, "oneOf", &["oneOf"]);
    let mut found = Vec::new();
    for (index, alternative) in items(value, "oneOf").enumerate() {
        let at = format!("{at}/oneOf/{index}");
        let named = alternative.get("$ref").is_some();
        if named {
            reference(lint, alternative, &at);
        }
        let (target, _) = lint.resolve(alternative, &at);
        found.push((named, types(target).first().copied().unwrap_or_default()));
    }
    match place {
        Place::Component => {
            found.sort_unstable();
            if found != [(true, "object"), (true, "string")] {
                lint.report("union", at, "must be of two references: to a string and to an object");
            }
        }
        Place::Property { required } => {
            if !matches!(found.as_slice(), [(true, _), (false, "null")]) {
                lint.report("nullable", at, "must be of a reference and `type: 'null'`");
            } else if !required {
                lint.report("nullable", at, "may be null, so it must be required");
            }
        }
        Place::Elsewhere => lint.report("union", at, "must be a file in schemas/"),
    }
}

fn string(lint: &mut Lint<'_>, value: &Value, at: &str, place: Place) {
    // A constant, as headers have them.
    let constant = items(value, "enum").len() == 1;
    let component = place == Place::Component;
    if !component && !constant && CONSTRAINTS.iter().any(|keyword| value.get(keyword).is_some()) {
        lint.report("named-string", at, "a constrained string must be a file in schemas/");
    }
    if value.get("pattern").is_some() && value.get("x-vouchsafe-rule").is_none() {
        lint.report("pattern-rule", at, "a pattern must be told in words by `x-vouchsafe-rule`");
    }
}

fn object(lint: &mut Lint<'_>, value: &Value, at: &str) {
    for name in items(value, "required").filter_map(Value::as_str) {
        if value.get("properties").and_then(|properties| properties.get(name)).is_none() {
            lint.report("schema-keyword", at, format!("the required property `{name}` is not defined"));
        }
    }
    for (name, property) in entries(value, "properties") {
        let at = format!("{at}/properties/{}", escape(name));
        let required = items(value, "required").any(|known| known == name);
        schema(lint, property, &at, Place::Property { required });
    }
}
