//! Plain text.

use std::io::{self, Write};

use super::{
    escape::{line, lines},
    promises, told,
    view::{self, AnswerView, CaseView, ExchangeView, MismatchView, whole},
};
use crate::{
    case::{CaseResult, Verdict},
    exchange::Role,
    outcome::Outcome,
};

/// All of an outcome: each result, the promises of the reference, and the summary as the last line.
pub fn text(outcome: &Outcome) -> String {
    told(|out| write_text(outcome, out))
}

/// Writes what [`text()`] tells, case by case: `out` should be buffered.
///
/// # Errors
/// When it can't be written.
pub fn write_text(outcome: &Outcome, mut out: impl Write) -> io::Result<()> {
    outcome.results.iter().try_for_each(|result| write_result(&mut out, result))?;
    write!(out, "{}{}", promises(outcome), summary(outcome))
}

/// One result: a line, and everything needed to understand it if it is not a pass.
pub fn result(result: &CaseResult) -> String {
    told(|out| write_result(out, result))
}

/// What the run could not take back, and as the last line how many of each verdict.
pub fn summary(outcome: &Outcome) -> String {
    let left = view::left_behind(outcome);
    let left: String = left.iter().map(|left| format!("Left behind by the run: {}\n", line(left))).collect();
    left + &counts(outcome)
}

/// How many of each verdict.
fn counts(outcome: &Outcome) -> String {
    let [passed, failed, skipped, errors] = ["pass", "fail", "skip", "error"].map(|word| outcome.count(word));
    let (verdict, target) = (verdict(outcome), &outcome.target);
    format!("{verdict}: {passed} passed, {failed} failed, {skipped} skipped, {errors} errors at {target}\n")
}

/// The outcome in a few words.
pub(super) fn verdict(outcome: &Outcome) -> &'static str {
    let bad = outcome.count("fail") + outcome.count("error");
    match (outcome.passed(), outcome.count("skip"), bad) {
        (true, 0, _) => "Everything passed",
        (true, ..) => "Passed, but for what was asked to be skipped",
        (false, _, 0) => "Partial: nothing failed, but not all was checked",
        (false, ..) => "Not passed",
    }
}

/// What is to be known of a case that failed, without its first line.
pub(super) fn details(case: &CaseView<'_>) -> String {
    told(|out| write_fail(out, case))
}

fn write_result(text: &mut impl Write, result: &CaseResult) -> io::Result<()> {
    let (verdict, id) = (result.verdict.word().to_uppercase(), &result.case.id);
    writeln!(text, "{verdict:<5} {id} ({} ms)", whole(result.duration))?;
    if result.verdict == Verdict::Pass && result.left_behind.is_empty() {
        return Ok(());
    }
    let case = CaseView::of(result);
    if let Some(reason) = &case.reason {
        writeln!(text, "      {}", line(reason))?;
    }
    if !case.mismatches.is_empty() {
        write_fail(text, &case)?;
    }
    for left in &case.left_behind {
        writeln!(text, "      left behind, {}", line(left))?;
    }
    Ok(())
}

fn write_fail(text: &mut impl Write, case: &CaseView<'_>) -> io::Result<()> {
    writeln!(text, "      {}", case.requirement)?;
    writeln!(text, "      document: #{}", case.pointer)?;
    if let Some(note) = case.note {
        writeln!(text, "      note: {note}")?;
    }
    for (index, exchange) in case.exchanges.iter().enumerate() {
        let mut here = case.mismatches.iter().filter(|mismatch| mismatch.exchange == index).peekable();
        if here.peek().is_none() {
            if exchange.role != Role::Cleanup {
                let ExchangeView { method, path, answer, .. } = exchange;
                writeln!(text, "      before: {method} {} was answered with {}", line(path), answer.status)?;
            }
            continue;
        }
        here.try_for_each(|mismatch| write_mismatch(text, mismatch))?;
        write_exchange(text, exchange)?;
    }
    // Without an exchange there is nothing that a mismatch belongs to.
    let lost = case.mismatches.iter().filter(|mismatch| mismatch.exchange >= case.exchanges.len());
    lost.into_iter().try_for_each(|mismatch| write_mismatch(text, mismatch))?;
    writeln!(text)
}

fn write_mismatch(text: &mut impl Write, mismatch: &MismatchView) -> io::Result<()> {
    writeln!(text, "\n      {}: {}", line(&mismatch.place()), line(&mismatch.requirement))?;
    writeln!(text, "        - expected  {}", line(&mismatch.expected))?;
    writeln!(text, "        + actual    {}", line(&mismatch.actual))?;
    writeln!(text, "        likely cause: {}", line(&mismatch.likely_cause))?;
    writeln!(text, "        document: #{}", mismatch.pointer)
}

fn write_exchange(text: &mut impl Write, exchange: &ExchangeView) -> io::Result<()> {
    writeln!(text, "\n      {}", lines(&exchange.curl))?;
    let AnswerView { status, headers, body, cut, .. } = &exchange.answer;
    writeln!(text, "      HTTP {status}")?;
    for (name, value) in headers {
        writeln!(text, "      {name}: {}", line(value))?;
    }
    let more = if *cut { " (cut)" } else { "" };
    if body.is_empty() { Ok(()) } else { writeln!(text, "      {}{more}", line(body)) }
}
