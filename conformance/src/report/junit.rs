//! XML in the form of `JUnit`, as build servers read it: each area a test suite, each case a test case.

use std::fmt::{self, Write as _};

use super::{
    escape::markup,
    text,
    view::{CaseView, View},
};
use crate::outcome::Outcome;

/// All of an outcome as XML in the form of `JUnit`. Its class names are `area.topic`; what fails is told as in [`super::text()`].
pub fn junit(outcome: &Outcome) -> String {
    let mut xml = String::new();
    // Writing to a String does not fail.
    let _written = write_suites(&mut xml, &View::of(outcome));
    xml
}

fn write_suites(xml: &mut String, view: &View<'_>) -> fmt::Result {
    let mut areas: Vec<(&str, Vec<&CaseView<'_>>)> = Vec::new();
    for case in &view.cases {
        let (area, _) = case.area_and_topic();
        match areas.iter_mut().find(|(known, _)| *known == area) {
            Some((_, cases)) => cases.push(case),
            None => areas.push((area, vec![case])),
        }
    }
    writeln!(xml, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let all: Vec<&CaseView<'_>> = view.cases.iter().collect();
    let numbers = numbers(&all);
    writeln!(xml, r#"<testsuites name="{}" {numbers}>"#, markup(view.tool.name))?;
    for (area, cases) in areas {
        write_suite(xml, view, area, &cases)?;
    }
    writeln!(xml, "</testsuites>")
}

fn numbers(cases: &[&CaseView<'_>]) -> String {
    let count = |word: &str| cases.iter().filter(|case| case.verdict == word).count();
    let time: u64 = cases.iter().map(|case| case.duration_ms).sum();
    format!(
        r#"tests="{}" failures="{}" errors="{}" skipped="{}" time="{}""#,
        cases.len(),
        count("fail"),
        count("error"),
        count("skip"),
        seconds(time)
    )
}

fn write_suite(xml: &mut String, view: &View<'_>, area: &str, cases: &[&CaseView<'_>]) -> fmt::Result {
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
    writeln!(xml, "  </testsuite>")
}

fn write_case(xml: &mut String, case: &CaseView<'_>) -> fmt::Result {
    let (area, topic) = case.area_and_topic();
    let name = case.id.strip_prefix(&format!("{area}::{topic}::")).unwrap_or(case.id);
    write!(
        xml,
        r#"    <testcase classname="{}.{}" name="{}" time="{}""#,
        markup(area),
        markup(topic),
        markup(name),
        seconds(case.duration_ms)
    )?;
    let reason = markup(case.reason.as_deref().unwrap_or_default());
    match case.verdict {
        "pass" => return writeln!(xml, "/>"),
        "skip" => writeln!(xml, ">\n      <skipped message=\"{reason}\"/>")?,
        "error" => writeln!(xml, ">\n      <error message=\"{reason}\" type=\"error\"/>")?,
        _ => {
            let message = case.mismatches.first().map(|first| {
                format!("{}: expected {}, actual {}", first.place(), first.expected, first.actual)
            });
            let message = markup(&message.unwrap_or_default()).replace('\n', "&#10;");
            let kind = case.kind.word();
            write!(xml, ">\n      <failure message=\"{message}\" type=\"{kind}\">")?;
            writeln!(xml, "{}</failure>", markup(&text::details(case)))?;
        }
    }
    writeln!(xml, "    </testcase>")
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
}
