//! Markdown, such as for a comment on a change.

use std::fmt::{self, Write as _};

use super::{
    escape::{fenced, line, markdown as escaped},
    text::verdict,
    view::{CaseView, ExchangeView, MismatchView, Totals, View},
};
use crate::outcome::Outcome;

/// All of an outcome but the cases that passed, of which only the number is told.
pub fn markdown(outcome: &Outcome) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _written = write(&mut text, &View::of(outcome), verdict(outcome));
    text
}

fn write(text: &mut String, view: &View<'_>, verdict: &str) -> fmt::Result {
    let Totals { pass, fail, skip, error } = view.totals;
    writeln!(text, "# Conformance: {}\n", verdict.split(':').next().unwrap_or(verdict).to_lowercase())?;
    writeln!(text, "| passed | failed | skipped | errors |\n|---:|---:|---:|---:|")?;
    writeln!(text, "| {pass} | {fail} | {skip} | {error} |\n")?;
    if let Some(implementation) = view.implementation() {
        writeln!(text, "- Implementation: {}", escaped(&implementation))?;
    }
    let profile = serde_json::to_value(view.profile).unwrap_or_default();
    writeln!(text, "- Target: {}", escaped(view.target))?;
    writeln!(text, "- Profile: `{}`", profile.as_str().unwrap_or_default())?;
    writeln!(text, "- Document: {} {}", view.document.title, view.document.version)?;
    writeln!(text, "- Begun: {}, took {} ms", view.started, view.duration_ms)?;
    if let Some(command) = view.command {
        write!(text, "\n{}", fenced("sh", command))?;
    }
    let of = |word: &'static str| view.cases.iter().filter(move |case| case.verdict == word);
    if fail > 0 {
        writeln!(text, "\n## Failed")?;
        of("fail").try_for_each(|case| write_fail(text, case))?;
    }
    for (word, title) in [("error", "Errors"), ("skip", "Skipped")] {
        if of(word).next().is_some() {
            writeln!(text, "\n## {title}\n")?;
        }
        for case in of(word) {
            let reason = case.reason.as_deref().unwrap_or_default();
            writeln!(text, "- `{}`: {}", case.id, escaped(reason))?;
        }
    }
    let left: Vec<&String> = view.cases.iter().flat_map(|case| &case.left_behind).collect();
    if !left.is_empty() {
        writeln!(text, "\n## Left behind\n")?;
    }
    left.into_iter().try_for_each(|left| writeln!(text, "- {}", escaped(left)))
}

fn write_fail(text: &mut String, case: &CaseView<'_>) -> fmt::Result {
    writeln!(text, "\n### `{}`\n\n{}\n", case.id, escaped(case.requirement))?;
    writeln!(text, "- Document: `#{}`", case.pointer)?;
    writeln!(text, "- Kind: {}", case.kind.word())?;
    if let Some(note) = case.note {
        writeln!(text, "- Note: {}", escaped(note))?;
    }
    for (index, exchange) in case.exchanges.iter().enumerate() {
        let mut here = case.mismatches.iter().filter(|mismatch| mismatch.exchange == index).peekable();
        if here.peek().is_some() {
            here.try_for_each(|mismatch| write_mismatch(text, mismatch))?;
            write_exchange(text, exchange)?;
        }
    }
    Ok(())
}

fn write_mismatch(text: &mut String, mismatch: &MismatchView) -> fmt::Result {
    let MismatchView { requirement, expected, actual, likely_cause, pointer, .. } = mismatch;
    writeln!(text, "\n**{}**: {}\n", escaped(&mismatch.place()), escaped(requirement))?;
    let diff = format!(
        "@@ {} @@\n- expected  {}\n+ actual    {}",
        line(&mismatch.place()),
        line(expected),
        line(actual)
    );
    write!(text, "{}", fenced("diff", &diff))?;
    writeln!(text, "\nLikely cause: {} (Document: `#{pointer}`)", escaped(likely_cause))
}

fn write_exchange(text: &mut String, exchange: &ExchangeView) -> fmt::Result {
    write!(text, "\n{}", fenced("sh", &exchange.curl))?;
    let answer = &exchange.answer;
    let mut told = format!("HTTP {}\n", answer.status);
    for (name, value) in &answer.headers {
        writeln!(told, "{name}: {}", line(value))?;
    }
    if !answer.body.is_empty() {
        let more = if answer.cut { " (cut)" } else { "" };
        write!(told, "\n{}{more}", answer.body)?;
    }
    write!(text, "\n{}", fenced("http", &told))
}
