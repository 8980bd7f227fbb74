//! Names of the document become names in Rust: each must be one, and no two the same.

use std::collections::BTreeMap;

use super::{Result, node::Node};

/// Types that generated code takes from elsewhere, and those of the SDK that are written by hand.
const TYPES: &str = "\
    Arc BoxEndpoint Call Client ClientBuilder Clone Configuration Content Debug Default Deserialize Err Error Events \
    From Future HashMap Hash Header HttpResponse Info Into Items Kind MetaApi Method None Number OffsetDateTime Ok OpenApi \
    Operation Option Page Paged Parameter Pattern Place Plane Property Refusal Registry Repeatable Request Response \
    Result RetryPolicy Schema Scheme SchemeKind Secret Self Send Serialize Server Some StatusCode String Tag Text \
    Timestamp Transaction TryFrom Ty Variable Vec Wire";

/// Words that can't be names, not even with `r#`.
const WORDS: [&str; 4] = ["self", "Self", "super", "crate"];

/// Names in use and the place that took each.
#[derive(Default)]
pub(super) struct Taken {
    reserved: &'static str,
    by: BTreeMap<String, String>,
}

impl Taken {
    /// No name is taken but those that generated code uses itself, separated by spaces.
    pub(super) fn except(reserved: &'static str) -> Self {
        Self { reserved, by: BTreeMap::new() }
    }

    /// Takes a name for what `node` describes.
    pub(super) fn take(&mut self, rust: &str, node: &Node<'_>) -> Result<()> {
        let legal = rust.starts_with(|c: char| c.is_ascii_alphabetic())
            && rust.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !WORDS.contains(&rust);
        if !legal {
            return Err(node.problem(format!("its name in Rust would be `{rust}`, which is none")));
        }
        if self.reserved.split(' ').any(|word| word == rust) {
            return Err(
                node.problem(format!("its name in Rust would be `{rust}`, which generated code uses itself"))
            );
        }
        match self.by.insert(rust.to_owned(), node.pointer().to_owned()) {
            None => Ok(()),
            Some(by) => Err(node.problem(format!("its name in Rust would be `{rust}`, as that of #{by}"))),
        }
    }
}

/// The names of the whole API.
pub(super) struct Names {
    pub types: Taken,
    /// Schemas, tags and schemes as statics.
    pub statics: Taken,
    pub modules: Taken,
    pub operations: Taken,
    /// Methods of a module's handle.
    methods: BTreeMap<String, Taken>,
    /// Paths without their parameters' names.
    pub paths: BTreeMap<String, String>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            types: Taken::except(TYPES),
            statics: Taken::except("INFO"),
            modules: Taken::except("document schemas"),
            operations: Taken::default(),
            methods: BTreeMap::new(),
            paths: BTreeMap::new(),
        }
    }
}

impl Names {
    /// Takes the name of a method of the module's handle.
    pub(super) fn method(&mut self, module: &str, method: &str, node: &Node<'_>) -> Result<()> {
        self.methods.entry(module.to_owned()).or_default().take(method, node)
    }
}

/// Whether a text is in snake case.
pub(super) fn is_snake(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('_').all(word)
}
