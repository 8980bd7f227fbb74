//! A place in the document: a value and the JSON pointer that leads to it.

use serde_json::Value;

use super::{Problem, Result};

/// Extensions that change what is generated.
const MEANINGFUL: [&str; 3] = ["x-vouchsafe-required", "x-vouchsafe-rule", "x-vouchsafe-secret"];

/// A value of the document, with the way to it and the way back to the root for `$ref`.
#[derive(Clone)]
pub(super) struct Node<'a> {
    value: &'a Value,
    at: String,
    root: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, at: String::new(), root: value }
    }

    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem { at: self.at.clone(), message: message.into() }
    }

    pub(super) fn pointer(&self) -> &str {
        &self.at
    }

    /// The same place, or the place its `$ref` names. Nothing beside the `$ref` would count.
    pub(super) fn resolved(&self) -> Result<Self> {
        let Some(reference) = self.get("$ref") else { return Ok(self.clone()) };
        self.only(&["$ref"])?;
        let pointer = reference.text()?.strip_prefix('#').map(str::to_owned);
        let found = pointer.as_deref().and_then(|pointer| self.root.pointer(pointer));
        match (pointer, found) {
            (Some(at), Some(value)) => Ok(Self { value, at, root: self.root }),
            _ => Err(reference.problem("the reference leads nowhere in this document")),
        }
    }

    /// The name of the component that a `$ref` names; none where what is meant is written in place.
    pub(super) fn component(&self) -> Result<Option<String>> {
        let Some(reference) = self.get("$ref") else { return Ok(None) };
        Ok(reference.text()?.rsplit('/').next().map(str::to_owned))
    }

    /// The component name behind a `$ref` to a schema.
    pub(super) fn schema_ref(&self) -> Result<Option<&'a str>> {
        let Some(reference) = self.get("$ref") else { return Ok(None) };
        match reference.text()?.strip_prefix("#/components/schemas/") {
            Some(name) if self.root["components"]["schemas"].get(name).is_some() => Ok(Some(name)),
            _ => Err(reference.problem("the reference leads to no schema component")),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let escaped = key.replace('~', "~0").replace('/', "~1");
        let value = self.value.get(key)?;
        Some(Self { value, at: format!("{}/{escaped}", self.at), root: self.root })
    }

    pub(super) fn need(&self, key: &str) -> Result<Self> {
        self.get(key).ok_or_else(|| self.problem(format!("`{key}` is missing")))
    }

    /// Refuses keys outside the subset. `x-` extensions pass, unless they mean something and are not among the keys.
    pub(super) fn only(&self, keys: &[&str]) -> Result<()> {
        for (key, node) in self.entries()? {
            let note = key.starts_with("x-") && !MEANINGFUL.contains(&key);
            if !keys.contains(&key) && !note {
                return Err(node.problem(format!("`{key}` is not supported here")));
            }
        }
        Ok(())
    }

    /// Refuses a key with a reason.
    pub(super) fn refuse(&self, key: &str, reason: &str) -> Result<()> {
        self.get(key).map_or(Ok(()), |node| Err(node.problem(reason)))
    }

    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Self)>> {
        let map = self.value.as_object().ok_or_else(|| self.problem("must be an object"))?;
        Ok(map.keys().filter_map(|key| Some((key.as_str(), self.get(key)?))).collect())
    }

    /// The items of a list; none where the key is absent.
    pub(super) fn list(&self, key: &str) -> Result<Vec<Self>> {
        let Some(node) = self.get(key) else { return Ok(Vec::new()) };
        let items = node.value.as_array().ok_or_else(|| node.problem("must be a list"))?;
        let at = |index| format!("{}/{index}", node.at);
        Ok(items
            .iter()
            .enumerate()
            .map(|(index, value)| Self { value, at: at(index), root: self.root })
            .collect())
    }

    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>> {
        self.list(key)?.iter().map(|node| node.text().map(str::to_owned)).collect()
    }

    pub(super) fn text(&self) -> Result<&'a str> {
        self.value.as_str().ok_or_else(|| self.problem("must be a string"))
    }

    pub(super) fn optional_text(&self, key: &str) -> Result<Option<String>> {
        self.get(key).map(|node| node.text().map(str::to_owned)).transpose()
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool> {
        self.get(key)
            .map_or(Ok(false), |node| node.value.as_bool().ok_or_else(|| node.problem("must be a boolean")))
    }

    pub(super) fn count(&self, key: &str) -> Result<Option<u64>> {
        let read = |node: Self| {
            node.value.as_u64().ok_or_else(|| node.problem("must be a whole number, 0 or greater"))
        };
        self.get(key).map(read).transpose()
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<f64>> {
        let read = |node: Self| node.value.as_f64().ok_or_else(|| node.problem("must be a number"));
        self.get(key).map(read).transpose()
    }

    /// The description, or nothing.
    pub(super) fn doc(&self) -> Result<String> {
        Ok(self.optional_text("description")?.unwrap_or_default())
    }
}
