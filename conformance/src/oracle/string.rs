//! Compares a string with its schema and with the documented examples of it.

use regex::Regex;
use serde_json::Value;

use super::{Format, shape::Shape};
use crate::document::Node;

/// A keyword of a schema that a string breaks: keyword, requirement, what is expected.
type Broken = (&'static str, String, String);

impl Shape<'_> {
    pub(super) fn string(&mut self, schema: &Node, examples: &[Node], text: &str, at: &str) {
        let broken =
            [length(schema, text), one_of(schema, text), self.pattern(schema, text), date(schema, text)];
        let actual = self.tell(at, &Value::from(text));
        let mut fits = true;
        for (keyword, requirement, expected) in broken.into_iter().flatten() {
            fits = false;
            self.report(at, requirement, schema.pointer_to(keyword), expected, actual.clone());
        }
        if fits {
            self.like_examples(schema, examples, text, at, actual);
        }
    }

    fn pattern(&mut self, schema: &Node, text: &str) -> Option<Broken> {
        let pattern = schema.str("pattern")?;
        let regex = self.patterns.entry(pattern).or_insert_with(|| Regex::new(pattern).ok()).as_ref()?;
        let broken = || ("pattern", "This matches the documented pattern.".to_owned(), pattern.to_owned());
        (!regex.is_match(text)).then(broken)
    }

    /// What the schema leaves open the examples show: constants of the answer to this very request, and formats.
    fn like_examples(&mut self, schema: &Node, examples: &[Node], text: &str, at: &str, actual: String) {
        let Some((first, others)) = examples.split_first() else { return };
        let Some(shown) = first.value().as_str() else { return };
        let pointer = first.pointer().to_owned();
        if !schema.names("enum").is_empty() {
            let constant = self.exact && others.iter().all(|other| other.value().as_str() == Some(shown));
            if constant && text != shown {
                let requirement = format!("The documented answer to this request says `{shown}`.");
                self.report(at, requirement, pointer, format!("the string \"{shown}\""), actual);
            }
            return;
        }
        if schema.str("format").is_some() || schema.str("pattern").is_some() {
            return;
        }
        let Some(format) = Format::of(shown) else { return };
        let same = |other: &Node| other.value().as_str().is_some_and(|other| format.fits(other));
        if others.iter().all(same) && !format.fits(text) {
            let requirement = format!("All documented examples of this have the format {format}.");
            self.report(at, requirement, pointer, format.to_string(), actual);
        }
    }
}

fn length(schema: &Node, text: &str) -> Option<Broken> {
    let length = text.chars().count() as f64;
    let (least, most) = (schema.number("minLength"), schema.number("maxLength"));
    let short = least.filter(|least| length < *least).map(|least| ("minLength", format!("at least {least}")));
    let long = most.filter(|most| length > *most).map(|most| ("maxLength", format!("at most {most}")));
    let (keyword, bound) = short.or(long)?;
    Some((keyword, format!("This has {bound} characters."), format!("{bound} characters")))
}

fn one_of(schema: &Node, text: &str) -> Option<Broken> {
    let names = schema.names("enum");
    let broken = || ("enum", "This is one of the documented values.".to_owned(), names.join(", "));
    (!names.is_empty() && !names.contains(&text)).then(broken)
}

fn date(schema: &Node, text: &str) -> Option<Broken> {
    let requirement = "This is a date and time in UTC with microseconds, as in all documented examples.";
    let broken = || ("format", requirement.to_owned(), "such as 2020-03-01T12:47:02.247462Z".to_owned());
    (schema.str("format") == Some("date-time") && !Format::DateTime.fits(text)).then(broken)
}
