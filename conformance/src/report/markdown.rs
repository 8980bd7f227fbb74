//! Markdown, such as for a comment on a change.

use std::io::{self, Write};

use super::{
    escape::{fenced, line, markdown as escaped},
    text::verdict,
    told,
    view::{CaseView, ExchangeView, MismatchView, Totals, View},
};
use crate::outcome::Outcome;

/// All of an outcome but the cases that passed, of which only the number is told.
pub fn markdown(outcome: &Outcome) -> String {
    told(|out| write_markdown(outcome, out))
}

/// Writes what [`markdown()`] tells, case by case: `out` should be buffered.
///
/// # Errors
/// When it can't be written.
pub fn write_markdown(outcome: &Outcome, mut out: impl Write) -> io::Result<()> {
    write(&mut out, &View::of(outcome), verdict(outcome))
}

fn write(text: &mut impl Write, view: &View<'_>, verdict: &str) -> io::Result<()> {
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
    if fail > 0 {
        writeln!(text, "\n## Failed")?;
    }
    view.cases.of("fail").try_for_each(|result| write_fail(text, &CaseView::of(result)))?;
    for (word, title) in [("error", "Errors"), ("skip", "Skipped")] {
        if view.cases.of(word).next().is_some() {
            writeln!(text, "\n## {title}\n")?;
        }
        for case in view.cases.of(word).map(CaseView::of) {
            let reason = case.reason.as_deref().unwrap_or_default();
            writeln!(text, "- `{}`: {}", case.id, escaped(reason))?;
        }
    }
    let left = view.cases.0.iter().filter(|result| !result.left_behind.is_empty());
    let left = left.flat_map(|result| CaseView::of(result).left_behind);
    let left: Vec<String> = view.left_behind.iter().cloned().chain(left).collect();
    if !left.is_empty() {
        writeln!(text, "\n## Left behind\n")?;
    }
    left.iter().try_for_each(|left| writeln!(text, "- {}", escaped(left)))
}

fn write_fail(text: &mut impl Write, case: &CaseView<'_>) -> io::Result<()> {
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

fn write_mismatch(text: &mut impl Write, mismatch: &MismatchView) -> io::Result<()> {
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

fn write_exchange(text: &mut impl Write, exchange: &ExchangeView) -> io::Result<()> {
    write!(text, "\n{}", fenced("sh", &exchange.curl))?;
    let answer = &exchange.answer;
    let mut told = format!("HTTP {}\n", answer.status);
    for (name, value) in &answer.headers {
        told += &format!("{name}: {}\n", line(value));
    }
    if !answer.body.is_empty() {
        let more = if answer.cut { " (cut)" } else { "" };
        told += &format!("\n{}{more}", answer.body);
    }
    write!(text, "\n{}", fenced("http", &told))
}
