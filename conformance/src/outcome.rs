//! What came of a run.

use std::time::Duration;

use serde::Serialize;

use crate::{
    case::{CaseResult, Verdict},
    target::Profile,
};

/// The results of a run, with everything that was said.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// URL of the target.
    pub target: String,
    /// What the target was held to.
    pub profile: Profile,
    /// What was tested, if it was said. Reports else take what the target's `Server` header says.
    pub implementation: Option<Implementation>,
    /// One result for each selected case, in the document's order.
    pub results: Vec<CaseResult>,
    /// How long all of it took.
    pub duration: Duration,
}

/// The name and version of what was tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Implementation {
    /// Its name.
    pub name: String,
    /// Its version, if it was said.
    pub version: Option<String>,
}

impl From<&str> for Implementation {
    /// `NAME VERSION`, or a name alone. A version starts with a digit, or with `v` and a digit.
    fn from(text: &str) -> Self {
        let text = text.trim();
        let is_version = |word: &str| {
            word.strip_prefix('v').unwrap_or(word).starts_with(|first: char| first.is_ascii_digit())
        };
        match text.rsplit_once(' ') {
            Some((name, version)) if is_version(version) => {
                Self { name: name.trim_end().to_owned(), version: Some(version.to_owned()) }
            }
            _ => Self { name: text.to_owned(), version: None },
        }
    }
}

impl Outcome {
    /// Whether at least one case passed, none failed or had an error, and none was skipped but those that were asked to be.
    pub fn passed(&self) -> bool {
        let good =
            |verdict: &Verdict| matches!(verdict, Verdict::Pass | Verdict::Skip { declared: true, .. });
        self.count("pass") > 0 && self.results.iter().all(|result| good(&result.verdict))
    }

    /// How many results have this verdict, given as [`crate::Verdict::word`] says it.
    pub fn count(&self, word: &str) -> usize {
        self.results.iter().filter(|result| result.verdict.word() == word).count()
    }
}
