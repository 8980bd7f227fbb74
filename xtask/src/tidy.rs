//! `cargo xtask tidy`: the rules of this house that no compiler and no linter knows.

mod crates;
mod documents;
mod files;
mod layers;
#[cfg(test)]
mod tests;
mod texts;
mod tree;

use std::{fmt, path::Path};

use anyhow::{Result, bail};

use tree::Tree;

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    /// The file, or the folder.
    path: String,
    /// Counted from 1; 0 where it is the file itself.
    line: usize,
    message: String,
}

impl Problem {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// A rule: what breaks it in the tree.
type Rule = fn(&Tree) -> Vec<Problem>;

const RULES: [Rule; 10] = [
    files::headers,
    files::sizes,
    files::names,
    crates::lints,
    crates::dependencies,
    layers::modules,
    layers::ambient,
    texts::words,
    texts::places,
    documents::check,
];

/// Checks the workspace against every rule.
///
/// # Errors
/// When something breaks a rule; the error lists everything that does.
pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let mut problems: Vec<Problem> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    if problems.is_empty() {
        return Ok(());
    }
    problems.sort();
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    bail!("not tidy:\n  {}", lines.join("\n  "))
}
