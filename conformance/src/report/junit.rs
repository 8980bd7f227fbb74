//! XML in the form of `JUnit`, as build servers read it: each area a test suite, each case a test case.

use std::io::{self, Write};

use super::{
    escape::markup,
    text, told,
    view::{CaseView, View, whole},
};
use crate::{
    case::{CaseResult, Verdict},
    outcome::Outcome,
};

/// All of an outcome as XML in the form of `JUnit`. Its class names are `area.topic`; what fails is told as in [`super::text()`].
pub fn junit(outcome: &Outcome) -> String {
    told(|out| write_junit(outcome, out))
}

/// Writes what [`junit()`] tells, case by case: `out` should be buffered.
///
/// # Errors
/// When it can't be written.
pub fn write_junit(outcome: &Outcome, mut out: impl Write) -> io::Result<()> {
    write_suites(&mut out, &View::of(outcome))
}

fn write_suites(xml: &mut impl Write, view: &View<'_>) -> io::Result<()> {
    let mut areas: Vec<(&str, Vec<&CaseResult>)> = Vec::new();
    for result in view.cases.0 {
        let (area, _) = area_and_topic(result);
        match areas.iter_mut().find(|(known, _)| *known == area) {
            Some((_, cases)) => cases.push(result),
            None => areas.push((area, vec![result])),
        }
    }
    writeln!(xml, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let all: Vec<&CaseResult> = view.cases.0.iter().collect();
    let numbers = numbers(&all);
    writeln!(xml, r#"<testsuites name="{}" {numbers}>"#, markup(view.tool.name))?;
    let last = areas.len().saturating_sub(1);
    for (place, (area, cases)) in areas.into_iter().enumerate() {
        // Only suites and cases may have an output: what is of the whole run stands in the last one.
        let left_behind = if place == last { view.left_behind.as_slice() } else { &[] };
        write_suite(xml, view, (area, &cases), left_behind)?;
    }
    writeln!(xml, "</testsuites>")
}

/// The two parts of the id in front of its last one: `basic-credentials`, `create`.
fn area_and_topic(result: &CaseResult) -> (&str, &str) {
    let mut parts = result.case.id.split("::");
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

fn numbers(cases: &[&CaseResult]) -> String {
    let count = |word: &str| cases.iter().filter(|case| case.verdict.word() == word).count();
    let time: u64 = cases.iter().map(|case| whole(case.duration)).sum();
    format!(
        r#"tests="{}" failures="{}" errors="{}" skipped="{}" time="{}""#,
        cases.len(),
        count("fail"),
        count("error"),
        count("skip"),
        seconds(time)
    )
}

fn write_suite(
    xml: &mut impl Write,
    view: &View<'_>,
    (area, cases): (&str, &[&CaseResult]),
    left_behind: &[String],
) -> io::Result<()> {
    // Without an offset: it is UTC by the schema that most readers use.
    let timestamp = view.started.trim_end_matches('Z');
    writeln!(xml, r#"  <testsuite name="{}" {} timestamp="{timestamp}">"#, markup(area), numbers(cases))?;
    writeln!(xml, "    <properties>")?;
    let profile = serde_json::to_value(view.profile).unwrap_or_default();
    let facts = [
        ("target", Some(view.target.to_owned())),
        ("profile", profile.as_str().map(str::to_owned)),
        ("implementation", view.implementation()),
        ("command", view.command.map(str::to_owned)),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            writeln!(xml, r#"      <property name="{name}" value="{}"/>"#, markup(&value))?;
        }
    }
    writeln!(xml, "    </properties>")?;
    cases.iter().try_for_each(|case| write_case(xml, case))?;
    write_left_behind(xml, "    ", "left behind by the run", left_behind)?;
    writeln!(xml, "  </testsuite>")
}

fn write_case(xml: &mut impl Write, result: &CaseResult) -> io::Result<()> {
    let (id, (area, topic)) = (&result.case.id, area_and_topic(result));
    let name = id.strip_prefix(&format!("{area}::{topic}::")).unwrap_or(id);
    write!(
        xml,
        r#"    <testcase classname="{}.{}" name="{}" time="{}""#,
        markup(area),
        markup(topic),
        markup(name),
        seconds(whole(result.duration))
    )?;
    if result.verdict == Verdict::Pass && result.left_behind.is_empty() {
        return writeln!(xml, "/>");
    }
    let case = CaseView::of(result);
    let reason = markup(case.reason.as_deref().unwrap_or_default());
    match case.verdict {
        "pass" => writeln!(xml, ">")?,
        "skip" => writeln!(xml, ">\n      <skipped message=\"{reason}\"/>")?,
        "error" => writeln!(xml, ">\n      <error message=\"{reason}\" type=\"error\"/>")?,
        _ => {
            let message = case.mismatches.first().map(|first| {
                format!("{}: expected {}, actual {}", first.place(), first.expected, first.actual)
            });
            let message = markup(&message.unwrap_or_default()).replace('\n', "&#10;");
            let kind = case.kind.word();
            write!(xml, ">\n      <failure message=\"{message}\" type=\"{kind}\">")?;
            writeln!(xml, "{}</failure>", markup(&text::details(&case)))?;
        }
    }
    write_left_behind(xml, "      ", "left behind", &case.left_behind)?;
    writeln!(xml, "    </testcase>")
}

fn write_left_behind(xml: &mut impl Write, indent: &str, word: &str, all: &[String]) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = all.iter().map(|left| format!("{word}: {}", markup(left))).collect();
    writeln!(xml, "{indent}<system-out>{}</system-out>", lines.join("\n"))
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
}
