//! What came of a run.

use serde::Serialize;

use crate::{case::CaseResult, target::Profile};

/// The results of a run, with everything that was said.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// URL of the target.
    pub target: String,
    /// What the target was held to.
    pub profile: Profile,
    /// One result for each selected case, in the document's order.
    pub results: Vec<CaseResult>,
}

impl Outcome {
    /// Whether at least one case passed and none failed or had an error. Cases may have been skipped on demand.
    pub fn passed(&self) -> bool {
        self.count("pass") > 0 && self.count("fail") == 0 && self.count("error") == 0
    }

    /// How many results have this verdict, given as [`crate::Verdict::word`] says it.
    pub fn count(&self, word: &str) -> usize {
        self.results.iter().filter(|result| result.verdict.word() == word).count()
    }
}
