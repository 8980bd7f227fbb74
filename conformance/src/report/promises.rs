//! The promises of the reference, each with what came of the cases that check it.

use std::fmt::Write as _;

use crate::{
    cases::promises::{self, Checked, Promise},
    outcome::Outcome,
    select::matches,
};

/// A line for each sentence of the references that promises something: the worst verdict of its cases, and those that did
/// not pass. Only of the APIs of which cases were selected.
pub fn promises(outcome: &Outcome) -> String {
    let mut text = String::new();
    let selected = |plane| outcome.results.iter().any(|result| result.case.plane == plane);
    let promises: Vec<Promise> =
        promises::all().into_iter().filter(|promise| selected(promise.plane)).collect();
    if promises.is_empty() {
        return text;
    }
    let (mut section, mut counts) = ("", [0_usize; 4]);
    let mut told = String::new();
    for promise in promises {
        let Some(verdict) = verdict(outcome, &promise) else { continue };
        if promise.quote.section != section {
            section = promise.quote.section;
            // Writing to a String does not fail.
            let _written = writeln!(told, "\n{section}");
        }
        counts[verdict.rank] += 1;
        let word = WORDS[verdict.rank].to_uppercase();
        let _written = writeln!(told, "{word:<5} {}", promise.quote.sentence);
        for detail in verdict.details {
            let _written = writeln!(told, "      {detail}");
        }
    }
    let [passed, skipped, failed, errors] = counts;
    let _written = writeln!(
        text,
        "\nWhat the reference promises: {passed} kept, {failed} broken, {skipped} not checked, {errors} errors\n{told}"
    );
    text
}

/// From the best to the worst.
const WORDS: [&str; 4] = ["pass", "skip", "fail", "error"];

struct Verdict {
    /// Index in [`WORDS`].
    rank: usize,
    /// Which cases did not pass, or why there is none.
    details: Vec<String>,
}

/// `None` when no case of the promise was selected.
fn verdict(outcome: &Outcome, promise: &Promise) -> Option<Verdict> {
    let ids = match &promise.check {
        Checked::Unseen(reason) => return Some(Verdict { rank: 1, details: vec![(*reason).to_owned()] }),
        Checked::Cases(ids) => ids,
    };
    let results = outcome.results.iter();
    let results = results.filter(|result| ids.iter().any(|id| matches(id, &result.case.id)));
    let ranked = results.map(|result| {
        let word = result.verdict.word();
        (WORDS.iter().position(|other| *other == word).unwrap_or(WORDS.len() - 1), result)
    });
    let ranked: Vec<_> = ranked.collect();
    let rank = ranked.iter().map(|(rank, _)| *rank).max()?;
    let told = ranked.iter().filter(|(rank, _)| *rank > 0);
    let details = told.map(|(rank, result)| format!("{}: {}", WORDS[*rank], result.case.id)).collect();
    Some(Verdict { rank, details })
}
