//! Walks the schema of a request body and makes a body for each rule that breaks just this one, and some that just keep it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::value::{set, some, without};
use crate::{
    case::Plane,
    cases::examples::kebab,
    document::{Node, Operation},
};

/// Bodies that break or just keep one rule.
#[derive(Debug, Clone)]
pub(super) struct Mutation {
    /// `username-too-long`.
    pub(super) what: String,
    /// What is sent, in words: "with `username` of 256 characters".
    pub(super) words: String,
    /// JSON pointer to the rule in the document.
    pub(super) pointer: String,
    /// The body that is right in all but this.
    pub(super) base: Value,
    pub(super) bodies: Vec<Body>,
    /// Whether the bodies keep the rule.
    pub(super) good: bool,
    /// Whether the reference lacks the rule.
    pub(super) extension: bool,
}

/// A body with the JSON pointer to the place in it that matters.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) at: String,
    pub(super) value: Value,
}

/// The walk through one operation's schema.
pub(super) struct Walk {
    /// Documented requests, those of the reference first.
    examples: Vec<Value>,
    /// Objects that were walked through: many properties are of one schema.
    seen: BTreeSet<String>,
    found: Vec<Mutation>,
    /// Whether each way to break a rule has a case of its own. The configuration's bodies are many and large.
    pub(super) fine: bool,
}

/// A place in a body.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) schema: Node,
    /// A body in which the place has a value.
    pub(super) base: Value,
    /// JSON pointer to the place.
    pub(super) at: String,
    /// Its name in ids: `version-value-server`.
    pub(super) label: String,
    pub(super) nullable: bool,
    /// Whether it is another alternative of a place that was walked through.
    alternative: bool,
    extension: bool,
}

/// Everything that a place's rules allow and forbid.
pub(super) fn mutations(operation: &Operation) -> Vec<Mutation> {
    let Some(schema) = operation.request_schema() else { return Vec::new() };
    let (mut examples, ours): (Vec<_>, Vec<_>) =
        operation.request_examples().into_iter().partition(|example| !example.extension);
    examples.extend(ours);
    let examples: Vec<Value> = examples.iter().map(|example| example.value().clone()).collect();
    let base = examples.first().cloned().unwrap_or_default();
    let fine = operation.plane() == Plane::ClientCredentials;
    let mut walk = Walk { examples, seen: BTreeSet::new(), found: Vec::new(), fine };
    let (at, label) = (String::new(), String::new());
    walk.place(&Place { schema, base, at, label, nullable: false, alternative: false, extension: false });
    walk.found
}

/// The types that a schema allows.
pub(super) fn types(schema: &Node) -> Vec<&'static str> {
    schema.str("type").map_or_else(|| schema.names("type"), |name| vec![name])
}

impl Place {
    /// The place of a member or of the first item.
    fn below(&self, schema: Node, name: &str, label: &str, extension: bool, examples: &[Value]) -> Self {
        let at = format!("{}/{name}", self.at);
        let label = if self.label.is_empty() { label.to_owned() } else { format!("{}-{label}", self.label) };
        let shown = [&self.base].into_iter().chain(examples);
        let base = shown.into_iter().find(|body| body.pointer(&at).is_some_and(|value| !value.is_null()));
        let base = base.cloned().unwrap_or_else(|| set(&self.base, &at, some(&schema)));
        let extension = self.extension || extension || schema.flag("x-vouchsafe-extension");
        Self { schema, base, at, label, nullable: false, alternative: false, extension }
    }

    pub(super) fn value(&self) -> Option<&Value> {
        self.base.pointer(&self.at)
    }

    /// What a case about the place is called.
    fn named(&self, what: &str) -> String {
        let label = if self.label.is_empty() { "body" } else { &self.label };
        format!("{label}-{what}")
    }

    /// The place in words.
    fn words(&self) -> String {
        match self.at.strip_prefix('/') {
            Some(path) => format!("`{}`", path.replace('/', ".")),
            None => "the body".to_owned(),
        }
    }
}

impl Walk {
    pub(super) fn add(&mut self, place: &Place, what: &str, words: &str, keyword: &str, values: Vec<Value>) {
        let body = |value| Body { at: place.at.clone(), value: set(&place.base, &place.at, value) };
        let bodies = values.into_iter().map(body).collect();
        let what = place.named(what);
        self.found.push(Mutation {
            what,
            words: format!("with {} {words}", place.words()),
            pointer: place.schema.pointer_to(keyword),
            base: place.base.clone(),
            bodies,
            good: false,
            extension: place.extension,
        });
    }

    pub(super) fn add_good(&mut self, place: &Place, what: &str, words: &str, keyword: &str, value: Value) {
        self.add(place, what, words, keyword, vec![value]);
        if let Some(mutation) = self.found.last_mut() {
            mutation.good = true;
        }
    }

    /// What was added last is a rule that the reference lacks.
    pub(super) fn ours(&mut self) {
        if let Some(mutation) = self.found.last_mut() {
            mutation.extension = true;
        }
    }

    fn place(&mut self, place: &Place) {
        let place = &Place { schema: place.schema.resolved(), ..place.clone() };
        if let Some(one_of) = place.schema.get("oneOf") {
            return self.union(place, &one_of);
        }
        let nullable = place.nullable || types(&place.schema).contains(&"null");
        let place = &Place { nullable, ..place.clone() };
        if place.nullable && place.schema.str("type").is_none() {
            self.add_good(place, "null", "`null`", "type", Value::Null);
        }
        match types(&place.schema).first().copied() {
            Some("string") => self.string(place),
            Some("integer" | "number") => self.number(place),
            Some("boolean") => self.wrong_type(place, vec![json!("true"), json!(1), json!([])]),
            Some("array") => self.array(place),
            Some("object") => self.object(place),
            _ => {}
        }
    }

    /// Values of other types. A place without a name is the whole body, which has cases of its own.
    pub(super) fn wrong_type(&mut self, place: &Place, mut values: Vec<Value>) {
        if place.label.is_empty() || place.alternative {
            return;
        }
        if !place.nullable && !self.fine {
            values.push(Value::Null);
        }
        self.add(place, "wrong-type", "of another type", "type", values);
        if !place.nullable && self.fine {
            self.add(place, "null", "`null`", "type", vec![Value::Null]);
            self.ours();
        }
    }

    /// Alternatives differ in their types; one may be `null`.
    fn union(&mut self, place: &Place, one_of: &Node) {
        let alternatives: Vec<Node> = one_of.items().iter().map(Node::resolved).collect();
        let is_null = |node: &Node| types(node) == ["null"];
        let nullable = alternatives.iter().any(is_null);
        let others: Vec<Node> = alternatives.into_iter().filter(|node| !is_null(node)).collect();
        if nullable {
            self.add_good(place, "null", "`null`", "oneOf", Value::Null);
        }
        for (index, schema) in others.iter().enumerate() {
            let has_type = |value: &Value| match types(schema).first() {
                Some(&"string") => value.is_string(),
                Some(&"object") => value.is_object(),
                _ => !value.is_null(),
            };
            let shown = self.examples.iter().find(|body| body.pointer(&place.at).is_some_and(has_type));
            let base = match place.value() {
                Some(value) if has_type(value) => place.base.clone(),
                _ => shown.cloned().unwrap_or_else(|| set(&place.base, &place.at, some(schema))),
            };
            let alternative = place.alternative || index > 0;
            let label = format!("{}{}", place.label, if index > 0 { "-object" } else { "" });
            let (schema, nullable) = (schema.clone(), place.nullable || nullable);
            self.place(&Place { schema, base, label, nullable, alternative, ..place.clone() });
        }
    }

    fn array(&mut self, place: &Place) {
        self.wrong_type(place, vec![json!("x"), json!(7), json!({"0": 1})]);
        if let Some(items) = place.schema.get("items") {
            let below = place.below(items, "0", "item", false, &self.examples);
            self.place(&below);
        }
    }

    fn object(&mut self, place: &Place) {
        if !self.seen.insert(place.schema.pointer().to_owned()) {
            return;
        }
        self.wrong_type(place, vec![json!([]), json!(true), json!(7)]);
        let ours = place.schema.names("x-vouchsafe-extension-properties");
        let required = place.schema.names("required");
        if place.schema.value().get("additionalProperties") == Some(&json!(false)) {
            self.unknown_property(place);
        }
        let mut missing = Vec::new();
        let properties = place.schema.get("properties").map(|properties| properties.children());
        for (name, property) in properties.unwrap_or_default() {
            let label = kebab(name).replace('_', "-");
            let below = place.below(property, name, &label, ours.contains(&name), &self.examples);
            if required.contains(&name) {
                missing.push(Self::missing(place, &below));
            }
            self.place(&below);
        }
        self.add_missing(place, missing);
    }

    fn unknown_property(&mut self, place: &Place) {
        let mut value = place.value().cloned().unwrap_or_default();
        value["conformance_unknown"] = json!(1);
        let (words, keyword) = ("with a property that is not documented", "additionalProperties");
        self.add(place, "unknown-property", words, keyword, vec![value]);
        self.ours();
        if let Some(body) = self.found.last_mut().and_then(|mutation| mutation.bodies.first_mut()) {
            body.at = format!("{}/conformance_unknown", place.at);
        }
    }

    fn missing(place: &Place, below: &Place) -> Mutation {
        Mutation {
            what: format!("{}-missing", below.label),
            words: format!("without {}", below.words()),
            pointer: place.schema.pointer_to("required"),
            base: below.base.clone(),
            bodies: vec![Body { at: below.at.clone(), value: without(&below.base, &below.at) }],
            good: false,
            extension: below.extension,
        }
    }

    /// One case for each property that must be there, or one in which each is left out in turn.
    fn add_missing(&mut self, place: &Place, missing: Vec<Mutation>) {
        if self.fine || missing.len() == 1 {
            return self.found.extend(missing);
        }
        let Some(first) = missing.first().cloned() else { return };
        let bodies = missing.into_iter().flat_map(|mutation| mutation.bodies).collect();
        let words = format!("without any one of the properties of {}", place.words());
        let what = place.named("property-missing");
        self.found.push(Mutation { what, words, bodies, base: place.base.clone(), ..first });
    }
}
