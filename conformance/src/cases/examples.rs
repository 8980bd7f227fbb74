//! Derives cases of the client credentials API from the documented examples: every request example, every read, every path parameter's example.

use super::{read::Read, request::Request, unknown_id::UnknownId, verify::Verify};
use crate::{
    case::{Case, CaseInfo, Check, Kind, Level, Plane},
    document::{Document, Example, Operation},
};

/// The cases that the document's examples make.
pub(crate) fn cases(document: &Document) -> Vec<Case> {
    let operations = document.operations().iter();
    let operations = operations.filter(|operation| operation.plane() == Plane::ClientCredentials);
    let operations = operations.filter(|operation| !operation.streams());
    operations.flat_map(|operation| of_operation(document, operation)).collect()
}

fn of_operation(document: &Document, operation: &Operation) -> Vec<Case> {
    let mut cases: Vec<Case> = match operation.request_examples() {
        examples if examples.is_empty() => reads(operation),
        examples if operation.verifies() => {
            examples.into_iter().map(|example| verification(document, operation, example)).collect()
        }
        examples => examples.into_iter().map(|example| request(operation, example)).collect(),
    };
    cases.extend(unknown_id(operation));
    cases
}

fn request(operation: &Operation, example: Example) -> Case {
    let success = operation.success();
    let status = success.as_ref().map_or(0, |success| success.status);
    let description = success.as_ref().map(|success| success.description()).unwrap_or_default();
    let requirement = format!(
        "{} with the documented request `{}` ({}) is answered with {status}: {description}",
        operation.title(),
        example.name,
        example.summary,
    );
    let check = Request::new(operation, example.clone());
    let note = check.note();
    let pointer = example.pointer.clone();
    let of = (operation, Kind::Example);
    case(of, example.name, requirement, pointer, note, example.extension, Box::new(check))
}

fn verification(document: &Document, operation: &Operation, example: Example) -> Case {
    let check = Verify::new(document, operation, example.clone());
    let requirement = format!(
        "{} with the documented request `{}` ({}) is answered with 200 and the verdict {}.",
        operation.title(),
        example.name,
        example.summary,
        check.verdicts(),
    );
    let note =
        "What the documented request says of credentials is said of those that the case made.".to_owned();
    let pointer = example.pointer.clone();
    let of = (operation, Kind::Example);
    case(of, example.name, requirement, pointer, Some(note), example.extension, Box::new(check))
}

/// One case for each documented answer of an operation without a request body.
fn reads(operation: &Operation) -> Vec<Case> {
    let Some(success) = operation.success() else { return Vec::new() };
    let read = |example: Example| {
        let requirement = format!(
            "{} is answered with {} as the documented answer `{}`: {}",
            operation.title(),
            success.status,
            example.name,
            success.description(),
        );
        let check = Box::new(Read::new(operation));
        let pointer = example.pointer.clone();
        case((operation, Kind::Example), example.name, requirement, pointer, None, example.extension, check)
    };
    success.examples().into_iter().map(read).collect()
}

fn unknown_id(operation: &Operation) -> Option<Case> {
    let (id, parameter) = operation.path_example()?;
    let check = UnknownId::new(operation, id);
    let requirement = format!(
        "{} with the documented id `{id}`, which is nobody's, is answered with {}.",
        operation.title(),
        check.statuses(),
    );
    Some(case(
        (operation, Kind::Identity),
        "path-id",
        requirement,
        parameter.pointer_to("example"),
        None,
        false,
        Box::new(check),
    ))
}

fn case(
    (operation, kind): (&Operation, Kind),
    example: &str,
    requirement: String,
    pointer: String,
    note: Option<String>,
    extension: bool,
    check: Box<dyn Check>,
) -> Case {
    let extension = extension || operation.is_extension();
    let info = CaseInfo {
        id: id(operation, example),
        operation: operation.id.to_owned(),
        kind,
        level: Level::Must,
        requirement,
        pointer,
        note,
        fix: None,
        extension,
        plane: Plane::ClientCredentials,
        quote: None,
    };
    Case { info, check }
}

/// `basic-credentials::update-state::example-suspend`.
fn id(operation: &Operation, example: &str) -> String {
    format!("{}::example-{}", topic(operation), kebab(example))
}

/// `basic-credentials::update-state`.
pub(super) fn topic(operation: &Operation) -> String {
    let area = operation.collection().rsplit('/').next().unwrap_or_default();
    let topic = operation.id.replace('_', "-");
    let topic = topic.strip_prefix(area).map_or(topic.as_str(), |topic| topic.trim_start_matches('-'));
    format!("{area}::{topic}")
}

/// `keyType` as `key-type`.
pub(crate) fn kebab(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, letter| {
        if letter.is_ascii_uppercase() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
        text
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
