//! Cases of the configuration API: some derived from the document, the others written by hand from the sentences of the
//! reference, which `promises` lists.

mod access;
mod alerting;
mod alerts;
mod authentication;
mod derived;
mod errors;
mod lock;
mod message;
pub(crate) mod promises;
mod statuses;
mod steps;
mod transaction;
mod trust_stores;
mod users;

use crate::{
    attempt::Attempt,
    case::{Case, CaseInfo, Check, Plane, Quote, Steps},
    document::Document,
};

/// The cases of the configuration API.
pub(crate) fn cases(document: &Document) -> Vec<Case> {
    let scenarios = [
        alerting::scenarios(),
        alerts::scenarios(),
        trust_stores::scenarios(),
        authentication::scenarios(),
        transaction::scenarios(),
        lock::scenarios(),
        message::scenarios(),
        errors::scenarios(),
        access::scenarios(),
    ];
    let written = scenarios.into_iter().flatten().map(|scenario| scenario.into_case(document));
    derived::cases(document).into_iter().chain(written).collect()
}

/// A case written by hand.
pub(super) struct Scenario {
    id: String,
    /// The operation that it is about.
    operation: &'static str,
    /// The requirement, where it is not a sentence of the reference.
    requirement: &'static str,
    quote: Option<Quote>,
    note: Option<&'static str>,
    check: Box<dyn Check>,
}

impl Scenario {
    /// A case that checks a sentence of the reference.
    fn new(
        id: impl Into<String>,
        operation: &'static str,
        (section, sentence): (&'static str, &'static str),
        check: impl Check + 'static,
    ) -> Self {
        let quote = Some(Quote { section, sentence });
        Self { id: id.into(), operation, requirement: "", quote, note: None, check: Box::new(check) }
    }

    /// A case that checks an extension.
    fn extension(
        id: &str,
        operation: &'static str,
        requirement: &'static str,
        check: impl Check + 'static,
    ) -> Self {
        let (id, check) = (id.to_owned(), Box::new(check));
        Self { id, operation, requirement, quote: None, note: None, check }
    }

    fn note(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }

    fn into_case(self, document: &Document) -> Case {
        let operation = document.operation(self.operation);
        let requirement = match self.quote {
            Some(Quote { section, sentence }) => format!("{section}: \"{sentence}\""),
            None => self.requirement.to_owned(),
        };
        let info = CaseInfo {
            id: self.id,
            requirement,
            pointer: operation.map(|operation| operation.pointer().to_owned()).unwrap_or_default(),
            note: self.note.map(str::to_owned),
            extension: self.quote.is_none(),
            plane: Plane::Configuration,
            quote: self.quote,
        };
        Case { info, check: self.check }
    }
}

/// Steps without data of their own.
type Script = for<'a> fn(&'a mut Attempt) -> Steps<'a>;

impl Check for Script {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        self(attempt)
    }
}

/// Makes a [`Script`] of an async function.
macro_rules! script {
    ($function:path) => {{
        let script: $crate::cases::configuration::Script = |attempt| Box::pin($function(attempt));
        script
    }};
}
use script;
