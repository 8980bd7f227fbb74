//! The rules of `api-spec/GUIDELINES.md` that Redocly can't express, each with the pointer of what breaks it.

use std::{fmt, path::Path};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::Bundle;

mod examples;
mod files;
mod markers;
mod operations;
mod schemas;

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The rule's name in GUIDELINES.md.
    rule: &'static str,
    /// A JSON pointer into the bundled document, or a file.
    at: String,
    message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.at, self.message, self.rule)
    }
}

/// Checks the bundle against all rules.
///
/// # Errors
///
/// When something breaks a rule; the error lists everything that does.
pub(super) fn check(bundle: &Bundle) -> Result<()> {
    let mut problems = files::check(&bundle.folder, &bundle.files).context("cannot list api-spec")?;
    problems.extend(check_document(&bundle.document));
    if problems.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    bail!("the document breaks {} of GUIDELINES.md's rules:\n{}", lines.len(), lines.join("\n"))
}

/// The rules that look at the bundled document alone.
pub(super) fn check_document(document: &Value) -> Vec<Problem> {
    let mut lint = Lint { document, problems: Vec::new() };
    schemas::check(&mut lint);
    operations::check(&mut lint);
    examples::check(&mut lint);
    markers::check(&mut lint);
    lint.problems
}

/// The document under check and what was found.
struct Lint<'a> {
    document: &'a Value,
    problems: Vec<Problem>,
}

impl<'a> Lint<'a> {
    fn report(&mut self, rule: &'static str, at: &str, message: impl Into<String>) {
        self.problems.push(Problem { rule, at: at.to_owned(), message: message.into() });
    }

    /// What a reference object means, with its pointer; any other value is itself.
    fn resolve<'v>(&self, value: &'v Value, at: &str) -> (&'v Value, String)
    where
        'a: 'v,
    {
        let reference = value.get("$ref").and_then(Value::as_str);
        let Some(pointer) = reference.and_then(|reference| reference.strip_prefix('#')) else {
            return (value, at.to_owned());
        };
        match self.document.pointer(pointer) {
            Some(target) => (target, format!("#{pointer}")),
            None => (value, at.to_owned()),
        }
    }

    /// Calls `f` for every operation with its pointer and its path.
    fn operations(&mut self, mut f: impl FnMut(&mut Self, &'a Value, &str, &'a str)) {
        for (path, item) in entries(self.document, "paths") {
            for (method, operation) in item.as_object().into_iter().flatten() {
                f(self, operation, &format!("#/paths/{}/{method}", escape(path)), path);
            }
        }
    }
}

/// The members of the object `value[key]`; none when there is no such object.
fn entries<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    value.get(key).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// The items of the array `value[key]`; none when there is no such array.
fn items<'a>(value: &'a Value, key: &str) -> std::slice::Iter<'a, Value> {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter()
}

/// A step of a JSON pointer (RFC 6901).
fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// A file's path as people write it.
fn show(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

#[cfg(test)]
mod tests;
