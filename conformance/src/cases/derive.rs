//! What all cases share that are derived from the document's rules rather than its examples.

use super::{configuration::derived, examples};
use crate::{
    case::{Case, CaseInfo, Check, Kind, Level, Plane},
    document::Operation,
};

/// What is said of a derived case.
pub(super) struct Rule {
    /// The last part of its id.
    pub(super) what: String,
    pub(super) kind: Kind,
    pub(super) level: Level,
    /// The requirement after the operation's title.
    pub(super) requirement: String,
    /// JSON pointer to the rule in the document.
    pub(super) pointer: String,
    /// Whether the reference lacks the rule.
    pub(super) extension: bool,
}

impl Rule {
    /// The case that checks the rule on an operation.
    pub(super) fn into_case(self, operation: &Operation, check: impl Check + 'static) -> Case {
        let topic = match operation.plane() {
            Plane::ClientCredentials => examples::topic(operation),
            Plane::Configuration => derived::topic(operation),
        };
        let info = CaseInfo {
            id: format!("{topic}::{}", self.what),
            operation: operation.id.to_owned(),
            kind: self.kind,
            level: self.level,
            requirement: format!("{} {}", operation.title(), self.requirement),
            pointer: self.pointer,
            note: None,
            fix: None,
            extension: self.extension || is_extension(operation),
            plane: operation.plane(),
            quote: None,
        };
        Case { info, check: Box::new(check) }
    }
}

/// Whether the reference lacks the operation.
pub(super) fn is_extension(operation: &Operation) -> bool {
    operation.is_extension() || (operation.plane() == Plane::Configuration && !derived::is_named(operation))
}
