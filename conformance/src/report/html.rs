//! One HTML page that needs nothing else: the data as JSON in it, and a script that shows it.

use std::io::{self, Write};

use super::{
    escape::{WithoutLess, markup},
    text::{self, verdict},
    told,
    view::{CaseView, View},
};
use crate::{attempt::random_suffix, outcome::Outcome};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// A page for people: a matrix of operations by kinds of requirements, each cell with its cases and what was said.
///
/// It loads nothing, and its policy lets nothing run but its own script. Without scripts it is a list.
pub fn html(outcome: &Outcome) -> String {
    told(|out| write_html(outcome, out))
}

/// Writes what [`html()`] tells, case by case: `out` should be buffered.
///
/// # Errors
/// When it can't be written.
pub fn write_html(outcome: &Outcome, mut out: impl Write) -> io::Result<()> {
    let view = View::of(outcome);
    let nonce = random_suffix() + &random_suffix();
    fill(&mut out, PAGE, |out, name| match name {
        "title" => write!(out, "{}", markup(&title(&view))),
        "verdict" => write!(out, "{}", markup(verdict(outcome))),
        "summary" => write!(out, "{}", markup(&text::summary(outcome))),
        "nonce" => write!(out, "{nonce}"),
        "style" => write!(out, "{STYLE}"),
        "script" => write!(out, "{SCRIPT}"),
        "data" => Ok(serde_json::to_writer(WithoutLess(out), &view)?),
        "list" => write_list(out, &view),
        _ => Ok(()),
    })
}

fn title(view: &View<'_>) -> String {
    let what = view.implementation().unwrap_or_else(|| view.target.to_owned());
    format!("Conformance of {what}")
}

/// What is shown where scripts don't run: each case, and everything about those that did not pass. What passed is short:
/// there may be thousands.
fn write_list(html: &mut impl Write, view: &View<'_>) -> io::Result<()> {
    for word in ["fail", "error", "skip", "pass"] {
        for result in view.cases.of(word) {
            let (verdict, id) = (word.to_uppercase(), markup(&result.case.id));
            write!(html, "<li class=\"{word}\"><b>{verdict}</b> {id}")?;
            if word != "pass" || !result.left_behind.is_empty() {
                write_more(html, &CaseView::of(result))?;
            }
            writeln!(html, "</li>")?;
        }
    }
    Ok(())
}

fn write_more(html: &mut impl Write, case: &CaseView<'_>) -> io::Result<()> {
    if let Some(reason) = &case.reason {
        write!(html, " {}", markup(reason))?;
    }
    if case.verdict == "fail" {
        write!(html, "<pre>{}</pre>", markup(&text::details(case)))?;
    }
    for left in &case.left_behind {
        write!(html, " left behind, {}", markup(left))?;
    }
    Ok(())
}

/// The template with its `{{names}}` replaced, in one pass: nothing in a value is taken for a name.
fn fill<W: Write>(
    out: &mut W,
    template: &str,
    value: impl Fn(&mut W, &str) -> io::Result<()>,
) -> io::Result<()> {
    let mut parts = template.split("{{");
    write!(out, "{}", parts.next().unwrap_or_default())?;
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or_default();
        value(out, name)?;
        write!(out, "{rest}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_templates() {
        let page = told(|out| fill(out, "{{a}} b {{c}}", |out, name| write!(out, "<{name} {{{{a}}}}>")));
        assert_eq!(page, "<a {{a}}> b <c {{a}}>");
    }

    #[test]
    fn the_template_has_every_part_once_and_no_other() {
        for name in ["verdict", "summary", "style", "script", "data", "list"] {
            assert_eq!(PAGE.matches(&format!("{{{{{name}}}}}")).count(), 1, "{name}");
        }
        assert_eq!(PAGE.matches("{{title}}").count(), 1);
        // The policy names the two elements that may do something, and they show that they are these.
        assert_eq!(PAGE.matches("{{nonce}}").count(), 4);
        assert_eq!(PAGE.matches("{{").count(), 11);
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"), "would end its element");
        for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            assert!(!SCRIPT.contains(forbidden), "{forbidden}");
        }
    }
}
