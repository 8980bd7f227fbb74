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
    /// One result for each selected case, in the document's order.
    pub results: Vec<CaseResult>,
    /// What cases shared and could not be taken back in the end.
    pub left_behind: Vec<String>,
    /// How long all of it took.
    pub duration: Duration,
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
