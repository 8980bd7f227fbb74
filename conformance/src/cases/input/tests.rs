//! That every rule of every request body has a case, found by a walk of its own.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{cases, provenance::exception, walk};
use crate::{
    cases::protocol,
    document::{Document, Operation},
};

/// Rules without a case, and why.
const WITHOUT: [(&str, &str); 6] = [
    ("/Reference/type", "Of a union: what is none of its alternatives breaks the first one's type."),
    ("/AuthorityInput/type", "Likewise."),
    ("format=password", "It tells programs to hide the value and forbids nothing."),
    ("format=int32", "The least and greatest values are rules of their own."),
    ("format=double", "Any JSON number is one, as far as it can be written."),
    ("oneOf", "Its alternatives are walked through; a value of no type of theirs breaks the first one's."),
];

fn document() -> Document {
    Document::new(vouchsafe_api_spec::document())
}

fn resolve(pointer: String) -> String {
    let root = vouchsafe_api_spec::document();
    match root.pointer(&pointer).and_then(|value| value.get("$ref")).and_then(Value::as_str) {
        Some(reference) => resolve(reference.trim_start_matches('#').to_owned()),
        None => pointer,
    }
}

/// The pointers of all rules in a schema and below it.
fn rules(pointer: String, seen: &mut BTreeSet<String>, found: &mut BTreeSet<String>) {
    const PLAIN: [&str; 8] =
        ["type", "enum", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum"];
    let pointer = resolve(pointer);
    if !seen.insert(pointer.clone()) {
        return;
    }
    let schema = vouchsafe_api_spec::document().pointer(&pointer).unwrap().as_object().unwrap();
    for (keyword, value) in schema {
        match keyword.as_str() {
            "type" if value == "null" => {}
            plain if PLAIN.contains(&plain) => drop(found.insert(format!("{pointer}/{plain}"))),
            "required" => found.extend(
                value
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|name| format!("{pointer}/required={}", name.as_str().unwrap())),
            ),
            "additionalProperties" if value == false => drop(found.insert(format!("{pointer}/{keyword}"))),
            "format" => drop(found.insert(format!("{pointer}/format={}", value.as_str().unwrap()))),
            "oneOf" => {
                found.insert(format!("{pointer}/oneOf"));
                (0..value.as_array().unwrap().len())
                    .for_each(|index| rules(format!("{pointer}/oneOf/{index}"), seen, found));
            }
            "items" => rules(format!("{pointer}/items"), seen, found),
            "properties" => value
                .as_object()
                .unwrap()
                .keys()
                .for_each(|name| rules(format!("{pointer}/properties/{name}"), seen, found)),
            "description" | "examples" | "default" => {}
            marker => assert!(marker.starts_with("x-vouchsafe-"), "{pointer}: what is {marker}?"),
        }
    }
}

/// The pointers of rules that bodies break, those of required properties with the name.
fn broken(operation: &Operation) -> BTreeSet<String> {
    let bad = walk::mutations(operation).into_iter().filter(|mutation| !mutation.good);
    let of_mutation = bad.flat_map(|mutation| {
        let pointer = mutation.pointer;
        mutation.bodies.into_iter().map(move |body| {
            let name = body.at.rsplit('/').next().unwrap().to_owned();
            match pointer.rsplit_once('/').unwrap() {
                (_, "required") => format!("{pointer}={name}"),
                (schema, "format") => format!("{schema}/format=date-time"),
                _ => pointer.clone(),
            }
        })
    });
    of_mutation.collect()
}

#[test]
fn every_rule_of_every_request_has_a_body_that_breaks_it() {
    let document = document();
    let protocol: BTreeSet<_> =
        protocol::cases(&document).into_iter().map(|case| (case.info.operation, case.info.pointer)).collect();
    let mut count = 0;
    for operation in document.operations() {
        let Some(schema) = operation.request_schema() else { continue };
        let mut found = BTreeSet::new();
        rules(schema.pointer().to_owned(), &mut BTreeSet::new(), &mut found);
        let broken = broken(operation);
        for rule in found {
            count += 1;
            let excepted = WITHOUT.iter().any(|(end, _)| rule.ends_with(end));
            let whole = protocol.contains(&(operation.id.to_owned(), rule.clone()));
            assert!(excepted || whole || broken.contains(&rule), "{}: no case breaks {rule}", operation.id);
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn every_exception_is_one() {
    for (operation, what) in super::provenance::exceptions() {
        let document = document();
        let all = document.operations().iter().filter(|other| operation.is_empty() || other.id == operation);
        let good = all.flat_map(|operation| {
            let good = walk::mutations(operation).into_iter().filter(|mutation| mutation.good);
            good.map(|mutation| (operation.id, mutation.what)).collect::<Vec<_>>()
        });
        let fits = |(id, case): (&str, String)| {
            exception(id, &case).is_some() && crate::select::matches(what, &case)
        };
        assert!(good.into_iter().any(fits), "{operation} {what}");
    }
}

#[test]
fn bodies_break_just_what_they_say() {
    let document = document();
    let create = document.operation("basic_credentials_create").unwrap();
    let told: Vec<String> = walk::mutations(create)
        .into_iter()
        .map(|mutation| {
            let bodies = mutation.bodies.iter().map(|body| match body.value.to_string() {
                long if long.len() > 80 => format!("{} bytes", long.len()),
                short => short,
            });
            let good = if mutation.good { " (good)" } else { "" };
            format!(
                "{}{good} at {}: {}",
                mutation.what,
                mutation.pointer,
                bodies.collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    assert!(cases(&document).len() > 500);
}
