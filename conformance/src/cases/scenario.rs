//! Cases written by hand.

use crate::{
    attempt::Attempt,
    case::{Case, CaseInfo, Check, Kind, Level, Quote, Steps},
    document::Document,
};

/// A case written by hand.
pub(super) struct Scenario {
    id: String,
    /// The operation that it is about.
    operation: &'static str,
    kind: Kind,
    level: Level,
    /// The requirement, where it is not the sentence of the reference as it stands.
    requirement: &'static str,
    quote: Option<Quote>,
    note: Option<&'static str>,
    fix: Option<&'static str>,
    check: Box<dyn Check>,
}

impl Scenario {
    /// A case that checks a sentence of the reference.
    pub(super) fn new(
        id: impl Into<String>,
        operation: &'static str,
        (section, sentence): (&'static str, &'static str),
        check: impl Check + 'static,
    ) -> Self {
        let quote = Some(Quote { section, sentence });
        let check = Box::new(check);
        let (id, kind, level) = (id.into(), Kind::Form, Level::Must);
        Self { id, operation, kind, level, requirement: "", quote, note: None, fix: None, check }
    }

    /// A case that checks an extension.
    pub(super) fn extension(
        id: &str,
        operation: &'static str,
        requirement: &'static str,
        check: impl Check + 'static,
    ) -> Self {
        Self { requirement, quote: None, ..Self::new(id, operation, ("", ""), check) }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The requirement in other words than the sentence's, where the sentence covers more than the case.
    pub(super) fn requires(self, requirement: &'static str) -> Self {
        Self { requirement, ..self }
    }

    /// What sort of requirement it is; the form of answers when it is not said.
    pub(super) fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// There may be reasons to do otherwise.
    pub(super) fn should(self) -> Self {
        Self { level: Level::Should, ..self }
    }

    pub(super) fn note(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }

    /// How to mend an implementation that fails.
    pub(super) fn fix(self, fix: &'static str) -> Self {
        Self { fix: Some(fix), ..self }
    }

    /// # Panics
    /// When the document has no such operation, which is a mistake in the case.
    pub(super) fn into_case(self, document: &Document) -> Case {
        #[expect(clippy::expect_used, reason = "a mistake in a case that every run of the tests shows")]
        let operation =
            document.operation(self.operation).expect("the operation of a case is in the document");
        let requirement = match self.quote {
            Some(Quote { section, sentence }) if self.requirement.is_empty() => {
                format!("{section}: \"{sentence}\"")
            }
            _ => self.requirement.to_owned(),
        };
        let info = CaseInfo {
            id: self.id,
            operation: operation.id.to_owned(),
            kind: self.kind,
            level: self.level,
            requirement,
            pointer: operation.pointer().to_owned(),
            note: self.note.map(str::to_owned),
            fix: self.fix,
            extension: self.quote.is_none(),
            plane: operation.plane(),
            quote: self.quote,
        };
        Case { info, check: self.check }
    }
}

/// Steps without data of their own.
pub(super) type Script = for<'a> fn(&'a mut Attempt) -> Steps<'a>;

impl Check for Script {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        self(attempt)
    }
}

/// Makes a [`Script`] of an async function.
macro_rules! script {
    ($function:path) => {{
        let script: $crate::cases::scenario::Script = |attempt| Box::pin($function(attempt));
        script
    }};
}
pub(super) use script;
