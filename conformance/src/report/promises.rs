//! The promises of the reference, each with what came of the cases that check it.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{
    case::CaseInfo,
    cases::promises::{self, Checked, Promise},
    outcome::Outcome,
    runner::list,
    select::matches,
    target::{Options, Profile},
};

/// A line for each sentence of the references that promises something: what came of all cases that check it, those that did
/// not pass, and those that did not run. Only of the APIs of the profile; empty if not all cases of that were selected.
pub fn promises(outcome: &Outcome) -> String {
    let Some(unselected) = unselected(outcome) else { return String::new() };
    let selected = |plane| outcome.results.iter().any(|result| result.case.plane == plane);
    let (mut section, mut counts) = ("", [0_usize; WORDS.len()]);
    let mut told = String::new();
    for promise in promises::all().into_iter().filter(|promise| selected(promise.plane)) {
        let verdict = verdict(outcome, &unselected, &promise);
        if promise.quote.section != section {
            section = promise.quote.section;
            // Writing to a String does not fail.
            let _written = writeln!(told, "\n{section}");
        }
        let count = WORDS.iter().zip(&mut counts).find(|(word, _)| **word == verdict.word);
        if let Some((_, count)) = count {
            *count += 1;
        }
        let _written = writeln!(told, "{:<5} {}", verdict.word, promise.quote.sentence);
        for detail in verdict.details {
            let _written = writeln!(told, "      {detail}");
        }
    }
    let [kept, part, skipped, failed, errors] = counts;
    format!(
        "\nWhat the reference promises: {kept} kept, {part} kept in part, {failed} broken, {skipped} not checked, {errors} \
         errors\n{told}\n"
    )
}

/// `PART`: what ran passed, and not all did run.
const WORDS: [&str; 5] = ["PASS", "PART", "SKIP", "FAIL", "ERROR"];

struct Verdict {
    /// One of [`WORDS`].
    word: &'static str,
    /// Which cases did not pass or did not run, or why there is none.
    details: Vec<String>,
}

/// The cases that were not selected, which only profile `extended` has; `None` if one of the run's own profile is among them.
fn unselected(outcome: &Outcome) -> Option<Vec<CaseInfo>> {
    let seen: BTreeSet<&str> = outcome.results.iter().map(|result| result.case.id.as_str()).collect();
    let is_seen = |case: &CaseInfo| seen.contains(case.id.as_str());
    let whole = !seen.is_empty() && list(&Options::from(outcome.profile)).iter().all(is_seen);
    let all = list(&Options::from(Profile::Extended));
    whole.then(|| all.into_iter().filter(|case| !is_seen(case)).collect())
}

fn verdict(outcome: &Outcome, unselected: &[CaseInfo], promise: &Promise) -> Verdict {
    let ids = match &promise.check {
        Checked::Unseen(reason) => return Verdict { word: "SKIP", details: vec![(*reason).to_owned()] },
        Checked::Cases(ids) => ids,
    };
    let results = outcome.results.iter();
    let results: Vec<_> =
        results.filter(|result| ids.iter().any(|id| matches(id, &result.case.id))).collect();
    let bad = results.iter().filter(|result| result.verdict.word() != "pass");
    let mut details: Vec<String> =
        bad.map(|result| format!("{}: {}", result.verdict.word(), result.case.id)).collect();
    for id in ids {
        let missing = unselected.iter().filter(|case| matches(id, &case.id)).count();
        match (missing, id.contains('*')) {
            (0, _) => {}
            (_, false) => details.push(format!("not run: {id}, which only profile extended has")),
            (_, true) => details.push(format!("not run: {missing} of {id}, which only profile extended has")),
        }
    }
    let any = |word: &str| results.iter().any(|result| result.verdict.word() == word);
    let word = match (any("error"), any("fail"), any("pass")) {
        (true, ..) => "ERROR",
        (_, true, _) => "FAIL",
        (.., false) => "SKIP",
        (.., true) if details.is_empty() => "PASS",
        (.., true) => "PART",
    };
    Verdict { word, details }
}
