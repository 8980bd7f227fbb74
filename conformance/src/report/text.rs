//! Plain text.

use std::fmt::{self, Write as _};

use serde_json::Value;

use crate::{
    case::{CaseResult, Mismatch, Verdict},
    document::Document,
    exchange::{Answer, Body, Exchange, Request, Role},
    outcome::Outcome,
};

/// Longest part of a body that is shown.
const MOST_CHARACTERS: usize = 2_000;

/// One result: a line, and everything needed to understand it if it is not a pass.
pub fn result(result: &CaseResult) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    let _written = write_result(&mut text, result);
    text
}

/// The last line: how many of each verdict.
pub fn summary(outcome: &Outcome) -> String {
    let [passed, failed, skipped, errors] = ["pass", "fail", "skip", "error"].map(|word| outcome.count(word));
    let verdict = match (outcome.passed(), skipped, failed + errors) {
        (true, 0, _) => "Everything passed",
        (true, ..) => "Passed, but for what was asked to be skipped",
        (false, _, 0) => "Partial: nothing failed, but not all was checked",
        (false, ..) => "Not passed",
    };
    let target = &outcome.target;
    format!("{verdict}: {passed} passed, {failed} failed, {skipped} skipped, {errors} errors at {target}\n")
}

fn write_result(text: &mut String, result: &CaseResult) -> fmt::Result {
    let word = result.verdict.word().to_uppercase();
    writeln!(text, "{word:<5} {} ({} ms)", result.case.id, result.duration.as_millis())?;
    match &result.verdict {
        Verdict::Pass => {}
        Verdict::Skip { reason, .. } | Verdict::Error(reason) => writeln!(text, "      {reason}")?,
        Verdict::Fail(mismatches) => write_fail(text, result, mismatches)?,
    }
    for left in &result.left_behind {
        writeln!(text, "      left behind, {left}")?;
    }
    Ok(())
}

fn write_fail(text: &mut String, result: &CaseResult, mismatches: &[Mismatch]) -> fmt::Result {
    writeln!(text, "      {}", result.case.requirement)?;
    writeln!(text, "      document: #{}", result.case.pointer)?;
    if let Some(note) = &result.case.note {
        writeln!(text, "      note: {note}")?;
    }
    let document = Document::new(vouchsafe_api_spec::document());
    for (index, exchange) in result.exchanges.iter().enumerate() {
        let mut here = mismatches.iter().filter(|mismatch| mismatch.exchange == index).peekable();
        if here.peek().is_none() {
            if exchange.role != Role::Cleanup {
                let Request { method, path, .. } = &exchange.request;
                writeln!(text, "      before: {method} {path} was answered with {}", exchange.answer.status)?;
            }
            continue;
        }
        for mismatch in here {
            writeln!(text, "\n      {}: {}", mismatch.at, mismatch.requirement)?;
            writeln!(text, "        expected  {}", mismatch.expected)?;
            writeln!(text, "        actual    {}", mismatch.actual)?;
            writeln!(text, "        document  #{}", mismatch.pointer)?;
        }
        write_exchange(text, &document, exchange)?;
    }
    writeln!(text)
}

fn write_exchange(text: &mut String, document: &Document, exchange: &Exchange) -> fmt::Result {
    writeln!(text, "\n      {}", exchange.request)?;
    let Answer { status, headers, body } = &exchange.answer;
    writeln!(text, "      HTTP {status}")?;
    for (name, value) in headers.iter().filter(|(name, _)| name != "set-cookie") {
        writeln!(text, "      {name}: {}", printable(value))?;
    }
    let body = match body {
        Body::Empty => return Ok(()),
        Body::Text(body) => printable(body),
        Body::Json(body) => redact(document, "", body).to_string(),
    };
    let shown: String = body.chars().take(MOST_CHARACTERS).collect();
    let more = if shown.len() < body.len() { " … (cut)" } else { "" };
    writeln!(text, "      {shown}{more}")
}

/// The text on one line, without what a terminal would obey.
fn printable(text: &str) -> String {
    let show = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    text.chars().map(show).collect()
}

/// The value without secrets.
fn redact(document: &Document, name: &str, value: &Value) -> Value {
    match value {
        Value::String(_) if document.secrets().contains(name) => Value::from("[redacted]"),
        Value::Array(items) => items.iter().map(|item| redact(document, name, item)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), redact(document, name, value))).collect()
        }
        value => value.clone(),
    }
}
