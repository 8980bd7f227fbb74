//! One HTML page that needs nothing else: the data as JSON in it, and a script that shows it.

use std::fmt::{self, Write as _};

use super::{
    escape::markup,
    json::serialised,
    text::{self, verdict},
    view::View,
};
use crate::{attempt::random_suffix, outcome::Outcome};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// A page for people: a matrix of operations by kinds of requirements, each cell with its cases and what was said.
///
/// It loads nothing, and its policy lets nothing run but its own script. Without scripts it is a list.
pub fn html(outcome: &Outcome) -> String {
    let view = View::of(outcome);
    let nonce = random_suffix() + &random_suffix();
    fill(PAGE, |name| match name {
        "title" => markup(&title(&view)),
        "verdict" => markup(verdict(outcome)),
        "summary" => markup(&text::summary(outcome)),
        "nonce" => nonce.clone(),
        "style" => STYLE.to_owned(),
        "script" => SCRIPT.to_owned(),
        "data" => data(&view),
        "list" => list(&view),
        _ => String::new(),
    })
}

fn title(view: &View<'_>) -> String {
    let what = view.implementation().unwrap_or_else(|| view.target.to_owned());
    format!("Conformance of {what}")
}

/// JSON that can stand in a script element: without `<` nothing in it begins or ends one.
fn data(view: &View<'_>) -> String {
    serialised(view, false).replace('<', "\\u003c")
}

/// What is shown where scripts don't run: each case, and everything about those that did not pass.
fn list(view: &View<'_>) -> String {
    let mut html = String::new();
    // Writing to a String does not fail.
    let _written = write_list(&mut html, view);
    html
}

fn write_list(html: &mut String, view: &View<'_>) -> fmt::Result {
    for word in ["fail", "error", "skip", "pass"] {
        for case in view.cases.iter().filter(|case| case.verdict == word) {
            write!(
                html,
                "<li class=\"{word}\"><b>{}</b> <code>{}</code>",
                word.to_uppercase(),
                markup(case.id)
            )?;
            if let Some(reason) = &case.reason {
                write!(html, " {}", markup(reason))?;
            }
            if word == "fail" {
                write!(html, "<pre>{}</pre>", markup(&text::details(case)))?;
            }
            writeln!(html, "</li>")?;
        }
    }
    Ok(())
}

/// The template with its `{{names}}` replaced, in one pass: nothing in a value is taken for a name.
fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut page = String::new();
    let mut parts = template.split("{{");
    page.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or_default();
        page.push_str(&value(name));
        page.push_str(rest);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_templates() {
        assert_eq!(fill("{{a}} b {{c}}", |name| format!("<{name} {{{{a}}}}>")), "<a {{a}}> b <c {{a}}>");
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
