//! What cases send: a recording of a run against a server that passes, for those who want to know before they run it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    attempt::LOGIN,
    case::CaseResult,
    document::Document,
    exchange::{Exchange, Exchanges, Role},
    normalise::{Normaliser, constants},
    outcome::Outcome,
};

/// The recording: a line for each case.
const RECORDED: &str = include_str!("recorded.json");

/// What stands for a text that the case took from an answer.
const ANSWERED: &str = "<from an answer>";

/// One exchange, as far as it is the same in every run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Step {
    /// Why it was made.
    pub(crate) role: Role,
    /// Method in upper case.
    pub(crate) method: String,
    /// Path below the target's URL.
    pub(crate) path: String,
    /// What was sent, with long parts cut; a text if it was no JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Value>,
    /// HTTP status of the answer.
    pub(crate) status: u16,
}

/// What a case sends; empty when that was not recorded.
pub(crate) fn steps(id: &str) -> Vec<Step> {
    let all: BTreeMap<String, Vec<Step>> = serde_json::from_str(RECORDED).unwrap_or_default();
    all.get(id).cloned().unwrap_or_default()
}

/// The recording of a run.
pub(crate) fn write(outcome: &Outcome) -> String {
    let document = Document::new(vouchsafe_api_spec::document());
    let mut constants = constants(&document);
    constants.extend(document.operations().iter().flat_map(|operation| operation.path.split('/')));
    let line = |result: &CaseResult| {
        let normaliser = Normaliser { document: &document, constants: &constants, suffix: &result.suffix };
        let steps = serde_json::to_string(&of_case(&normaliser, &result.exchanges)).unwrap_or_default();
        format!("{}:{steps}", Value::from(result.case.id.as_str()))
    };
    let sent = outcome.results.iter().filter(|result| !result.exchanges.is_empty());
    format!("{{\n{}\n}}\n", sent.map(line).collect::<Vec<_>>().join(",\n"))
}

/// The same several times in a row, where a case waits for something, is told once. Logins are left out: which case
/// opens the session that others share depends on the selection.
fn of_case(normaliser: &Normaliser<'_>, exchanges: &Exchanges) -> Vec<Step> {
    let mut answered = BTreeSet::new();
    let mut steps = Vec::new();
    for exchange in exchanges.iter() {
        if !(exchange.role == Role::Prepare && exchange.request.path == LOGIN) {
            steps.push(Recorder { normaliser, answered: &answered }.step(&exchange));
        }
        collect(exchange.answer.json().unwrap_or(&Value::Null), &mut answered);
        collect(exchange.focus.as_ref().unwrap_or(&Value::Null), &mut answered);
    }
    steps.dedup();
    steps
}

/// All texts in a value.
fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        _ => {}
    }
}

struct Recorder<'a> {
    normaliser: &'a Normaliser<'a>,
    /// Texts of the answers so far.
    answered: &'a BTreeSet<String>,
}

impl Recorder<'_> {
    fn step(&self, exchange: &Exchange) -> Step {
        let request = &exchange.request;
        let text = || request.text.as_ref().map(|text| self.text("", text)).map(Value::String);
        Step {
            role: exchange.role,
            method: request.method.clone(),
            path: self.path(&request.path),
            body: request.body.as_ref().map(|body| self.value("", body, 0)).or_else(text),
            status: exchange.answer.status,
        }
    }

    fn path(&self, path: &str) -> String {
        let parts = path.split_inclusive(['/', '?', '&', '=']);
        let parts = parts.map(|part| match part.strip_suffix(['/', '?', '&', '=']) {
            Some(word) => format!("{}{}", self.text("", word), part.get(word.len()..).unwrap_or_default()),
            None => self.text("", part),
        });
        parts.collect()
    }

    fn value(&self, name: &str, value: &Value, depth: usize) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(name, text)),
            Value::Array(items) if depth < MOST_DEPTH => {
                let shown = items.iter().take(MOST_ITEMS).map(|item| self.value(name, item, depth + 1));
                let more = (items.len() > MOST_ITEMS).then(|| Value::from("…"));
                shown.chain(more).collect()
            }
            Value::Object(members) if depth < MOST_DEPTH => {
                let shown = members.iter().take(MOST_MEMBERS);
                let shown = shown.map(|(name, value)| (shorten(name), self.value(name, value, depth + 1)));
                let more = (members.len() > MOST_MEMBERS).then(|| ("…".to_owned(), Value::from("…")));
                Value::Object(shown.chain(more).collect::<Map<_, _>>())
            }
            Value::Array(items) if !items.is_empty() => Value::from("[…]"),
            Value::Object(members) if !members.is_empty() => Value::from("{…}"),
            scalar => scalar.clone(),
        }
    }

    fn text(&self, name: &str, text: &str) -> String {
        let constant = self.normaliser.constants.contains(text) || text.is_empty();
        // What was sent is no secret of a person's, unless it is of an answer.
        let normal = self.normaliser.text(name, text, true);
        match () {
            () if constant => shorten(&normal),
            () if normal == text && self.answered.contains(text) => ANSWERED.to_owned(),
            () => shorten(&normal),
        }
    }
}

const MOST_DEPTH: usize = 3;
const MOST_ITEMS: usize = 3;
const MOST_MEMBERS: usize = 8;
const MOST_CHARACTERS: usize = 80;

fn shorten(text: &str) -> String {
    let shown: String = text.chars().take(MOST_CHARACTERS).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Options, Profile};

    #[test]
    fn every_case_is_recorded_and_no_other() {
        let recorded: BTreeMap<String, Vec<Step>> = serde_json::from_str(RECORDED).unwrap_or_default();
        let cases = crate::runner::list(&Options::from(Profile::Extended));
        let ids: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
        let missing: Vec<_> = ids.iter().filter(|id| !recorded.contains_key(**id)).collect();
        let left: Vec<_> = recorded.keys().filter(|id| !ids.contains(id.as_str())).collect();
        let mend = "cargo xtask conformance -- --record conformance/src/recorded.json";
        assert!(missing.is_empty() && left.is_empty(), "`{mend}`: not there {missing:?}, too much {left:?}");
    }
}
