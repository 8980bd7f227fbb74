//! The sentences of the reference that promise something, and the cases that check each.
//!
//! `promises.txt` of each API has its reference sentence by sentence, so that it can be laid beside it. Its lines start with
//!
//! - `# `: a section;
//! - `- `: a sentence that promises nothing that an API can keep: headings, samples' introductions, references;
//! - `~ reason | `: a promise that can't be seen over the API, and why;
//! - `+ `: a promise; the lines below it, indented, are the ids of the cases that check it. `*` stands for any text.

use crate::case::{Plane, Quote};

/// The references, in the order of the document.
const TEXTS: [(Plane, &str); 2] = [
    (Plane::ClientCredentials, include_str!("client_credentials/promises.txt")),
    (Plane::Configuration, include_str!("configuration/promises.txt")),
];

/// A sentence that promises something.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    /// The API whose reference it stands in.
    pub(crate) plane: Plane,
    pub(crate) quote: Quote,
    pub(crate) check: Checked,
}

/// What checks a promise.
#[derive(Debug, Clone)]
pub(crate) enum Checked {
    /// Cases with these ids, which may have `*` for any text.
    Cases(Vec<&'static str>),
    /// Nothing, and why.
    Unseen(&'static str),
}

/// All promises, in the references' order.
pub(crate) fn all() -> Vec<Promise> {
    TEXTS.into_iter().flat_map(|(plane, text)| of_text(plane, text)).collect()
}

fn of_text(plane: Plane, text: &'static str) -> Vec<Promise> {
    let mut promises: Vec<Promise> = Vec::new();
    let mut section = "";
    for line in text.lines() {
        let line_kind = (line.get(..2).unwrap_or_default(), line.get(2..).unwrap_or_default());
        match line_kind {
            ("# ", name) => section = name,
            ("+ ", sentence) => {
                let quote = Quote { section, sentence };
                promises.push(Promise { plane, quote, check: Checked::Cases(Vec::new()) });
            }
            ("~ ", rest) => {
                let (reason, sentence) = rest.split_once(" | ").unwrap_or(("", rest));
                let quote = Quote { section, sentence };
                promises.push(Promise { plane, quote, check: Checked::Unseen(reason) });
            }
            ("  ", id) => {
                if let Some(Promise { check: Checked::Cases(ids), .. }) = promises.last_mut() {
                    ids.push(id.trim());
                }
            }
            _ => {}
        }
    }
    promises
}

#[cfg(test)]
#[expect(clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        case::{Case, Kind},
        cases,
        document::Document,
        select::matches,
        target::Profile,
    };

    fn cases() -> Vec<Case> {
        cases::all(&Document::new(vouchsafe_api_spec::document()), Profile::Extended)
    }

    #[test]
    fn every_promise_has_a_case_or_a_reason() {
        let cases = cases();
        let promises = all();
        assert!(promises.len() > 300, "{}", promises.len());
        for Promise { quote, check, .. } in promises {
            match check {
                Checked::Unseen(reason) => assert!(!reason.is_empty(), "{quote:?}"),
                Checked::Cases(ids) => {
                    assert!(!ids.is_empty(), "{quote:?} has no case");
                    for id in ids {
                        let found = cases.iter().any(|case| matches(id, &case.info.id));
                        assert!(found, "{quote:?}: there is no case {id}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_case_written_by_hand_checks_a_promise() {
        let promises = all();
        for case in cases() {
            let Some(quote) = case.info.quote else { continue };
            let plane = case.info.plane;
            let promise = promises.iter().find(|promise| promise.plane == plane && promise.quote == quote);
            let Some(promise) = promise else { panic!("{}: not a promise: {quote:?}", case.info.id) };
            let Checked::Cases(ids) = &promise.check else { panic!("{}: {quote:?}", case.info.id) };
            assert!(ids.iter().any(|id| matches(id, &case.info.id)), "{} is not at {quote:?}", case.info.id);
        }
    }

    #[test]
    fn every_line_is_understood_and_no_sentence_stands_twice() {
        let mut section = "";
        let mut seen = std::collections::BTreeSet::new();
        let lines = TEXTS.iter().flat_map(|(_, text)| text.lines());
        for line in lines.filter(|line| !line.is_empty()) {
            let (kind, rest) = line.split_at(2);
            assert!(["# ", "- ", "+ ", "~ ", "  "].contains(&kind), "{line}");
            if kind == "# " {
                section = rest;
            } else if kind != "  " {
                assert!(seen.insert((section, rest)), "{section}: {rest}");
            }
        }
    }

    #[test]
    fn every_operation_has_a_case_in_which_it_succeeds() {
        let refusals = [Kind::Input, Kind::Protocol, Kind::Identity];
        let sessions =
            ["::no-session", "::garbage-session", "::password-instead-of-session", "::ended-session"];
        let refused = |case: &Case| {
            refusals.contains(&case.info.kind) || sessions.iter().any(|end| case.info.id.ends_with(end))
        };
        let cases = cases();
        let document = Document::new(vouchsafe_api_spec::document());
        for operation in document.operations().iter().filter(|operation| !operation.streams()) {
            let of_operation = |case: &&Case| case.info.pointer.starts_with(operation.pointer());
            let found = cases.iter().filter(of_operation).any(|case| !refused(case));
            assert!(found, "no case for {}", operation.title());
        }
    }

    #[test]
    fn ids_are_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for case in cases() {
            assert!(seen.insert(case.info.id.clone()), "{}", case.info.id);
            assert!(!case.info.pointer.is_empty(), "{} leads nowhere", case.info.id);
            assert!(vouchsafe_api_spec::document().pointer(&case.info.pointer).is_some());
        }
        assert!(seen.len() > 200);
    }
}
