//! What cases written by hand demand of an answer. Each difference names the case's requirement.

use serde_json::Value;

use super::Attempt;
use crate::{
    case::Stop,
    exchange::Answer,
    oracle::{self, Difference, Expected},
    target::Profile,
};

impl Attempt {
    /// Whether the target claims to have the extensions of the document.
    pub(crate) fn is_extended(&self) -> bool {
        self.run.profile == Profile::Extended
    }

    /// Records that the last answer differs.
    pub(crate) fn differs(&mut self, at: &str, expected: impl Into<String>, actual: impl Into<String>) {
        let requirement = match &self.case.quote {
            Some(quote) if self.case.requirement.contains(quote.sentence) => {
                format!("\"{}\"", quote.sentence)
            }
            _ => self.case.requirement.clone(),
        };
        let pointer = self.case.pointer.clone();
        let (at, expected, actual) = (at.to_owned(), expected.into(), actual.into());
        self.record([Difference { at, requirement, pointer, expected, actual }]);
    }

    /// The last answer has this status; otherwise the case can't go on.
    pub(crate) fn status(&mut self, answer: &Answer, wanted: u16) -> Result<(), Stop> {
        if answer.status == wanted {
            return Ok(());
        }
        self.differs("status", wanted.to_string(), answer.status.to_string());
        Err(Stop::Failed)
    }

    /// The last answer is as the document describes it for the operation and the answer's status.
    pub(crate) fn documented(&mut self, operation: &str, answer: &Answer) {
        let run = std::sync::Arc::clone(&self.run);
        let response =
            run.document.operation(operation).and_then(|operation| operation.response(answer.status));
        match response {
            Some(response) => self.judge(&Expected { responses: vec![response], example: None }, answer),
            None => self.differs("status", "a documented status", answer.status.to_string()),
        }
    }

    /// What a place in the last answer's body holds; when there is nothing, the case can't go on.
    pub(crate) fn at<'a>(&mut self, answer: &'a Answer, pointer: &str) -> Result<&'a Value, Stop> {
        match answer.json().and_then(|body| body.pointer(pointer)) {
            Some(value) => Ok(value),
            None => {
                self.differs(&format!("body{pointer}"), "a value", "nothing");
                Err(Stop::Failed)
            }
        }
    }

    /// A place in the last answer's body holds this value.
    pub(crate) fn equal(&mut self, answer: &Answer, pointer: &str, wanted: &Value) {
        let actual = answer.json().and_then(|body| body.pointer(pointer));
        self.equal_to(&format!("body{pointer}"), wanted, actual);
    }

    /// A value of the last answer is this one.
    pub(crate) fn equal_to(&mut self, at: &str, wanted: &Value, actual: Option<&Value>) {
        if actual != Some(wanted) {
            self.differs(at, tell(wanted), actual.map_or("nothing".to_owned(), tell));
        }
    }

    /// The object that the last answer has at a place has all these members. It may have others.
    pub(crate) fn members(&mut self, answer: &Answer, pointer: &str, wanted: &Value) {
        for (name, value) in wanted.as_object().into_iter().flatten() {
            self.equal(answer, &format!("{pointer}/{name}"), value);
        }
    }

    /// The last answer is an error of this status and type, in the documented form.
    pub(crate) fn failure(&mut self, answer: &Answer, status: u16, kind: &str) -> Result<(), Stop> {
        self.status(answer, status)?;
        self.equal(answer, "/error/type", &Value::from(kind));
        if self.at(answer, "/error/message")?.as_str().is_none_or(str::is_empty) {
            self.differs("body/error/message", "a text", "something else");
        }
        if !self.at(answer, "/error/details")?.is_object() {
            self.differs("body/error/details", "an object", "something else");
        }
        Ok(())
    }

    /// The details of the error in the last answer name a path. The reference does not say in which member.
    pub(crate) fn details_name(&mut self, answer: &Answer, path: &str) {
        if self.is_extended() {
            return self.equal(answer, "/error/details/path", &Value::from(path));
        }
        let details = answer.json().and_then(|body| body.pointer("/error/details"));
        // A list may be named instead of its item.
        let is_name = |part: &&str| !part.bytes().all(|byte| byte.is_ascii_digit());
        let last = path.rsplit('/').find(is_name).unwrap_or(path);
        let named = details.is_some_and(|details| has_text(details, &|text| text.contains(last)));
        if !named {
            self.differs(
                "body/error/details",
                format!("`{path}`"),
                details.map_or("nothing".to_owned(), tell),
            );
        }
    }

    /// The details of the error in the last answer tell the errors that were found.
    pub(crate) fn details_tell_errors(&mut self, answer: &Answer) {
        let place = if self.is_extended() { "/error/details/errors" } else { "/error/details" };
        let details = answer.json().and_then(|body| body.pointer(place));
        if !details.is_some_and(|details| has_text(details, &|text| !text.is_empty())) {
            let actual = details.map_or("nothing".to_owned(), tell);
            self.differs(&format!("body{place}"), "the errors that were found", actual);
        }
    }
}

/// A value in words; a small one as it is.
fn tell(value: &Value) -> String {
    match value {
        Value::Object(_) | Value::Array(_) if value.to_string().len() <= 300 => value.to_string(),
        _ => oracle::describe(value),
    }
}

fn has_text(value: &Value, test: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => test(text),
        Value::Array(items) => items.iter().any(|item| has_text(item, test)),
        Value::Object(members) => members.values().any(|member| has_text(member, test)),
        _ => false,
    }
}
