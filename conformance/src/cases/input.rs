//! Bodies that break one rule of the document, and bodies that just keep it.

mod accepted;
mod provenance;
mod refused;
mod rules;
mod text;
mod value;
mod walk;

use crate::{
    case::{Case, Kind, Level},
    document::{Document, Operation},
};

use super::derive::Rule;
use accepted::Accepted;
use refused::Refused;
use walk::Mutation;

/// The cases of all operations with a body.
pub(super) fn cases(document: &Document) -> Vec<Case> {
    let of_operation = |operation| {
        let mutations = walk::mutations(operation).into_iter();
        mutations.filter_map(move |mutation| case(document, operation, mutation))
    };
    document.operations().iter().flat_map(of_operation).collect()
}

fn case(document: &Document, operation: &Operation, mutation: Mutation) -> Option<Case> {
    if mutation.good && provenance::exception(operation.id, &mutation.what).is_some() {
        return None;
    }
    let answered = if mutation.good { "is accepted" } else { "is answered with 400 and changes nothing" };
    let rule = Rule {
        what: mutation.what.clone(),
        kind: Kind::Input,
        level: Level::Must,
        requirement: format!("{} {answered}.", mutation.words),
        pointer: mutation.pointer.clone(),
        extension: mutation.extension || provenance::is_ours(operation, &mutation),
    };
    Some(if mutation.good {
        rule.into_case(operation, Accepted::new(document, operation, mutation))
    } else {
        rule.into_case(operation, Refused::new(operation, mutation))
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
