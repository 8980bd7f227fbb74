//! A mismatch as reports show it.

use serde::Serialize;

use crate::{
    case::{CaseResult, Mismatch},
    report::{cause, redact::Redactor},
};

/// A part of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::report) enum Part {
    Status,
    Header,
    Body,
}

/// What the target did instead of what the document demands.
#[derive(Debug, Serialize)]
pub(in crate::report) struct MismatchView {
    /// Index of the exchange.
    pub(in crate::report) exchange: usize,
    pub(in crate::report) part: Part,
    /// JSON pointer into the body.
    pub(in crate::report) body_pointer: Option<String>,
    /// The header's name.
    pub(in crate::report) header: Option<String>,
    pub(in crate::report) requirement: String,
    /// JSON pointer into the document.
    pub(in crate::report) pointer: String,
    pub(in crate::report) expected: String,
    pub(in crate::report) actual: String,
    pub(in crate::report) likely_cause: String,
}

impl MismatchView {
    pub(super) fn of(result: &CaseResult, mismatch: &Mismatch, redactor: &Redactor) -> Self {
        let (part, pointer, header) = place(&mismatch.at);
        Self {
            exchange: mismatch.exchange,
            part,
            body_pointer: pointer.map(str::to_owned),
            header: header.map(str::to_owned),
            requirement: redactor.text(&mismatch.requirement),
            pointer: mismatch.pointer.clone(),
            expected: redactor.at(&mismatch.at, &mismatch.expected),
            actual: redactor.at(&mismatch.at, &mismatch.actual),
            likely_cause: redactor.text(&cause::likely(result, mismatch)),
        }
    }

    /// The place in words: `status`, `header location`, `body at /items/0`.
    pub(in crate::report) fn place(&self) -> String {
        match (self.part, &self.body_pointer, &self.header) {
            (Part::Body, Some(pointer), _) if !pointer.is_empty() => format!("body at {pointer}"),
            (Part::Body, ..) => "body".to_owned(),
            (Part::Header, _, Some(header)) => format!("header {header}"),
            (Part::Header, ..) => "header".to_owned(),
            (Part::Status, ..) => "status".to_owned(),
        }
    }
}

/// Takes [`Mismatch::at`] apart: the part, the pointer into the body, the header.
pub(in crate::report) fn place(at: &str) -> (Part, Option<&str>, Option<&str>) {
    if let Some(pointer) = at.strip_prefix("body") {
        return (Part::Body, Some(pointer), None);
    }
    match at.strip_prefix("header ") {
        Some(name) => (Part::Header, None, Some(name)),
        None => (Part::Status, None, None),
    }
}
