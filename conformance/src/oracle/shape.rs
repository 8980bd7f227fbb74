//! Compares a body with a schema and with documented examples: fields, types, formats.

use std::collections::{BTreeSet, HashMap};

use regex::Regex;
use serde_json::Value;

use super::{Difference, Format, describe};
use crate::{
    document::{Node, escape},
    target::Profile,
};

/// A long list that is wrong in every item is told by its first items.
const MOST_DIFFERENCES: usize = 20;

/// One comparison.
pub(super) struct Shape<'a> {
    profile: Profile,
    secrets: &'a BTreeSet<String>,
    /// Whether the examples answer exactly this request, so that the body must have their fields and constants.
    pub(super) exact: bool,
    pub(super) patterns: HashMap<&'static str, Option<Regex>>,
    found: Vec<Difference>,
}

/// Which of the alternatives of a union a value is: they differ in their types.
fn alternative(schema: &Node, actual: &Value) -> Node {
    let alternatives = schema.get("oneOf").map(|one_of| one_of.items()).unwrap_or_default();
    let fits = |node: &Node| types(node).iter().any(|name| is_of_type(name, actual));
    let alternatives: Vec<Node> = alternatives.iter().map(Node::resolved).collect();
    alternatives.iter().find(|node| fits(node)).or(alternatives.first()).unwrap_or(schema).clone()
}

/// The types that a schema allows.
fn types(schema: &Node) -> Vec<&'static str> {
    schema.str("type").map_or_else(|| schema.names("type"), |name| vec![name])
}

fn is_of_type(name: &str, actual: &Value) -> bool {
    match (name, actual) {
        ("object", Value::Object(_))
        | ("array", Value::Array(_))
        | ("string", Value::String(_))
        | ("boolean", Value::Bool(_))
        | ("number", Value::Number(_))
        | ("null", Value::Null) => true,
        ("integer", Value::Number(number)) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}

impl<'a> Shape<'a> {
    pub(super) fn new(profile: Profile, secrets: &'a BTreeSet<String>, exact: bool) -> Self {
        Self { profile, secrets, exact, patterns: HashMap::new(), found: Vec::new() }
    }

    pub(super) fn compare(mut self, schema: &Node, examples: &[Node], body: &Value) -> Vec<Difference> {
        self.value(schema, examples, body, "body");
        self.found
    }

    pub(super) fn report(
        &mut self,
        at: &str,
        requirement: String,
        pointer: String,
        expected: String,
        actual: String,
    ) {
        self.found.push(Difference { at: at.to_owned(), requirement, pointer, expected, actual });
    }

    /// A value in words, unless it is a secret.
    pub(super) fn tell(&self, at: &str, value: &Value) -> String {
        let name = at.rsplit('/').next().unwrap_or_default();
        match value {
            Value::String(text) if self.secrets.contains(name) => {
                let format = Format::of(text).map(|format| format!(", {format}")).unwrap_or_default();
                format!("a secret of {} characters{format}", text.chars().count())
            }
            _ => describe(value),
        }
    }

    fn value(&mut self, schema: &Node, examples: &[Node], actual: &Value, at: &str) {
        let schema = alternative(&schema.resolved(), actual);
        let types = types(&schema);
        let wanted = types.iter().copied().find(|name| is_of_type(name, actual)).unwrap_or_default();
        match (wanted, actual) {
            ("object", Value::Object(_)) => self.object(&schema, examples, actual, at),
            ("array", Value::Array(items)) => self.array(&schema, examples, items, at),
            ("string", Value::String(text)) => self.string(&schema, examples, text, at),
            ("", _) => {
                let wanted = types.join(" or ");
                let requirement = format!("This is of type {wanted}.");
                let actual = self.tell(at, actual);
                self.report(at, requirement, schema.pointer_to("type"), wanted, actual);
            }
            _ => {}
        }
    }

    fn object(&mut self, schema: &Node, examples: &[Node], actual: &Value, at: &str) {
        // Any JSON.
        if schema.get("properties").is_none() {
            return;
        }
        let extensions = schema.names("x-vouchsafe-extension-properties");
        let required = schema.names("required");
        let properties = schema.get("properties").map(|properties| properties.children()).unwrap_or_default();
        let extended = self.profile == Profile::Extended;
        for (name, property) in &properties {
            let shown: Vec<Node> = examples.iter().filter_map(|example| example.get(name)).collect();
            let always = self.exact && !shown.is_empty() && shown.len() == examples.len();
            let extension = extensions.contains(name);
            let at = format!("{at}/{name}");
            match actual.get(name) {
                // An implementation without our extensions may mean something else by the name.
                Some(_) if extension && !extended => {}
                Some(_) if self.exact && !extension && shown.is_empty() => {
                    self.report(
                        &at,
                        format!("The documented answer to this request has no `{name}`."),
                        examples.first().map(Node::pointer).unwrap_or_default().to_owned(),
                        "nothing".to_owned(),
                        "a value".to_owned(),
                    );
                }
                Some(value) => self.value(property, &shown, value, &at),
                None if required.contains(name) => {
                    self.missing(&at, format!("`{name}` is required."), schema.pointer_to("required"));
                }
                None if always && (extended || !extension) => {
                    let pointer = shown.first().map(Node::pointer).unwrap_or_default().to_owned();
                    self.missing(
                        &at,
                        format!("The documented answer to this request has `{name}`."),
                        pointer,
                    );
                }
                None => {}
            }
        }
        for name in actual.as_object().into_iter().flatten().map(|(name, _)| name) {
            if !properties.iter().any(|(property, _)| property == name) {
                self.undocumented(schema, name, at);
            }
        }
    }

    fn missing(&mut self, at: &str, requirement: String, pointer: String) {
        self.report(at, requirement, pointer, "a value".to_owned(), "nothing".to_owned());
    }

    fn undocumented(&mut self, schema: &Node, name: &str, at: &str) {
        let requirement = if self.secrets.contains(name) {
            format!("`{name}` is a secret and not part of this answer.")
        } else {
            format!("The answer has the documented properties only; `{name}` is not one.")
        };
        let at = format!("{at}/{}", escape(name));
        self.report(
            &at,
            requirement,
            schema.pointer_to("properties"),
            "nothing".to_owned(),
            "a value".to_owned(),
        );
    }

    fn array(&mut self, schema: &Node, examples: &[Node], items: &[Value], at: &str) {
        let shown: Vec<Node> = examples.iter().flat_map(Node::items).collect();
        if self.exact && items.is_empty() && !shown.is_empty() {
            let pointer = examples.first().map(Node::pointer).unwrap_or_default().to_owned();
            let requirement = "The documented answer to this request has items here.".to_owned();
            self.report(at, requirement, pointer, "at least one item".to_owned(), "no item".to_owned());
        }
        let Some(schema) = schema.get("items") else { return };
        for (index, item) in items.iter().enumerate() {
            if self.found.len() >= MOST_DIFFERENCES {
                return;
            }
            self.value(&schema, &shown, item, &format!("{at}/{index}"));
        }
    }
}
