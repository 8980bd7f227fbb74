//! A place in the document: a JSON value together with the pointer that leads to it.

use serde_json::Value;

static NOTHING: Value = Value::Null;

/// A value of the document. Its pointer is always literal: it leads to the value without following references.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    root: &'static Value,
    value: &'static Value,
    pointer: String,
}

impl Node {
    /// The whole document.
    pub(crate) fn root(root: &'static Value) -> Self {
        Self { root, value: root, pointer: String::new() }
    }

    /// JSON pointer (RFC 6901) of this place.
    pub(crate) fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Pointer of a member of this place, whether it is there or not.
    pub(crate) fn pointer_to(&self, key: &str) -> String {
        format!("{}/{}", self.resolved().pointer, escape(key))
    }

    /// This place, or the one it refers to.
    pub(crate) fn resolved(&self) -> Self {
        let mut node = self.clone();
        while let Some(pointer) = node.value.get("$ref").and_then(Value::as_str) {
            let pointer = pointer.trim_start_matches('#').to_owned();
            node.value = node.root.pointer(&pointer).unwrap_or(&NOTHING);
            node.pointer = pointer;
        }
        node
    }

    /// The value, a reference followed.
    pub(crate) fn value(&self) -> &'static Value {
        self.resolved().value
    }

    /// A member of this object.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let node = self.resolved();
        let value = node.value.get(key)?;
        Some(Self { root: node.root, value, pointer: format!("{}/{}", node.pointer, escape(key)) })
    }

    /// The members of this object, in the document's order.
    pub(crate) fn children(&self) -> Vec<(&'static str, Self)> {
        let members = self.value().as_object().into_iter().flatten();
        members.filter_map(|(key, _)| Some((key.as_str(), self.get(key)?))).collect()
    }

    /// The items of this array.
    pub(crate) fn items(&self) -> Vec<Self> {
        let node = self.resolved();
        let items = node.value.as_array().into_iter().flatten().enumerate();
        items
            .map(|(index, value)| Self {
                root: node.root,
                value,
                pointer: format!("{}/{index}", node.pointer),
            })
            .collect()
    }

    /// A member that is a string.
    pub(crate) fn str(&self, key: &str) -> Option<&'static str> {
        self.value().get(key)?.as_str()
    }

    /// A member that is a number.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.value().get(key)?.as_f64()
    }

    /// Whether a member is `true`.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.value().get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A member that is an array of strings; empty when it is not there.
    pub(crate) fn names(&self, key: &str) -> Vec<&'static str> {
        let items = self.value().get(key).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

/// A key as it is written in a JSON pointer (RFC 6901 section 3).
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
