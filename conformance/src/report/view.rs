//! An outcome as reports show it: without secrets, with what can be derived from it, and not too long. Of what passed
//! everywhere only the essential is shown: a run has thousands of such cases.

mod exchange;
mod mismatch;

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use serde::{Serialize, Serializer};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

pub(super) use exchange::{AnswerView, ExchangeView};
pub(super) use mismatch::{MismatchView, Part, place};

use super::{
    DOCUMENT,
    latency::{self, Latency, Times},
    redact::Redactor,
};
use crate::{
    case::{CaseInfo, CaseResult, Kind, Level, Plane, Verdict},
    document::Operation,
    exchange::{Exchange, Role},
    outcome::Outcome,
    target::Profile,
};

/// All of an outcome.
#[derive(Debug, Serialize)]
pub(super) struct View<'a> {
    pub(super) tool: Named<'static>,
    pub(super) document: Titled<'static>,
    pub(super) target: &'a str,
    pub(super) implementation: Option<ImplementationView>,
    pub(super) profile: Profile,
    pub(super) command: Option<&'a str>,
    /// RFC 3339.
    pub(super) started: String,
    pub(super) duration_ms: u64,
    pub(super) totals: Totals,
    pub(super) passed: bool,
    /// What the cases and latencies name, in the document's order.
    pub(super) operations: Vec<OperationView>,
    /// In the order in which they are always shown.
    pub(super) kinds: [Kind; Kind::ALL.len()],
    /// Where to look first when a case fails that has nothing of its own to say.
    pub(super) advice: BTreeMap<&'static str, &'static str>,
    pub(super) latency: Vec<Latency>,
    /// What cases shared and could not be taken back.
    pub(super) left_behind: Vec<String>,
    pub(super) cases: Cases<'a>,
}

/// All cases. A view of one is made when it is needed: all at once are as long as the report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cases<'a>(pub(super) &'a [CaseResult]);

#[derive(Debug, Serialize)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Titled<'a> {
    pub(super) title: &'a str,
    pub(super) version: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct ImplementationView {
    pub(super) name: String,
    pub(super) version: Option<String>,
    /// `command` or `server-header`.
    pub(super) source: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Totals {
    pub(super) pass: usize,
    pub(super) fail: usize,
    pub(super) skip: usize,
    pub(super) error: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct OperationView {
    pub(super) id: &'static str,
    /// `GET /api/v1/basic-credentials`.
    pub(super) title: String,
    /// The document's tag.
    pub(super) group: &'static str,
}

/// A case with what came of it.
#[derive(Debug, Serialize)]
pub(super) struct CaseView<'a> {
    pub(super) id: &'a str,
    pub(super) operation: &'a str,
    pub(super) kind: Kind,
    pub(super) level: Level,
    pub(super) plane: Plane,
    pub(super) extension: bool,
    pub(super) requirement: &'a str,
    pub(super) pointer: &'a str,
    pub(super) note: Option<&'a str>,
    /// `None` where the advice of its kind is all.
    pub(super) fix: Option<&'static str>,
    pub(super) verdict: &'static str,
    /// Of a Skip or an Error.
    pub(super) reason: Option<String>,
    /// Of a Skip: whether it was asked for.
    pub(super) declared: Option<bool>,
    pub(super) mismatches: Vec<MismatchView>,
    pub(super) exchanges: Vec<ExchangeView>,
    pub(super) left_behind: Vec<String>,
    pub(super) duration_ms: u64,
}

impl<'a> View<'a> {
    pub(super) fn of(outcome: &'a Outcome) -> Self {
        let (title, version) = DOCUMENT.title();
        let times = latency::times(outcome);
        let [pass, fail, skip, error] = ["pass", "fail", "skip", "error"].map(|word| outcome.count(word));
        Self {
            tool: Named { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            document: Titled { title, version },
            target: &outcome.target,
            implementation: implementation(outcome),
            profile: outcome.profile,
            command: outcome.command.as_deref(),
            started: time(outcome.started),
            duration_ms: whole(outcome.duration),
            totals: Totals { pass, fail, skip, error },
            passed: outcome.passed(),
            operations: operations(outcome, &times),
            kinds: Kind::ALL,
            advice: Kind::ALL.into_iter().map(|kind| (kind.word(), kind.advice())).collect(),
            latency: latency::of(times),
            left_behind: left_behind(outcome),
            cases: Cases(&outcome.results),
        }
    }

    /// Name and version of what was tested, if that is known.
    pub(super) fn implementation(&self) -> Option<String> {
        let ImplementationView { name, version, source } = self.implementation.as_ref()?;
        let version = version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        let source = if *source == "command" { "" } else { " (its Server header)" };
        Some(format!("{name}{version}{source}"))
    }
}

impl<'a> Cases<'a> {
    /// Those with this verdict.
    pub(super) fn of(self, word: &str) -> impl Iterator<Item = &'a CaseResult> {
        self.0.iter().filter(move |result| result.verdict.word() == word)
    }
}

impl Serialize for Cases<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(CaseView::of))
    }
}

impl<'a> CaseView<'a> {
    pub(super) fn of(result: &'a CaseResult) -> Self {
        let CaseInfo {
            id,
            operation,
            kind,
            level,
            requirement,
            pointer,
            fix,
            note,
            extension,
            plane,
            quote: _,
        } = &result.case;
        let exchanges: Vec<Exchange> = result.exchanges.iter().collect();
        let redactor = Redactor::new(&exchanges);
        let (reason, declared, mismatches) = match &result.verdict {
            Verdict::Pass => (None, None, &[][..]),
            Verdict::Fail(mismatches) => (None, None, mismatches.as_slice()),
            Verdict::Skip { reason, declared } => (Some(reason), Some(*declared), &[][..]),
            Verdict::Error(reason) => (Some(reason), None, &[][..]),
        };
        let all = result.verdict != Verdict::Pass || !result.left_behind.is_empty();
        let shown = exchanges.iter().filter(|exchange| all || is_essential(exchange));
        Self {
            id,
            operation,
            kind: *kind,
            level: *level,
            plane: *plane,
            extension: *extension,
            requirement,
            pointer,
            note: note.as_deref(),
            fix: *fix,
            verdict: result.verdict.word(),
            reason: reason.map(|reason| redactor.text(reason)),
            declared,
            mismatches: mismatches
                .iter()
                .map(|mismatch| MismatchView::of(result, mismatch, &redactor))
                .collect(),
            exchanges: shown.map(|exchange| ExchangeView::of(exchange, &redactor, all)).collect(),
            left_behind: result.left_behind.iter().map(|left| redactor.text(left)).collect(),
            duration_ms: whole(result.duration),
        }
    }
}

/// Whether it is shown of a case that passed.
fn is_essential(exchange: &Exchange) -> bool {
    matches!(exchange.role, Role::Request | Role::Observe)
}

/// What cases shared and could not be taken back, without secrets.
pub(super) fn left_behind(outcome: &Outcome) -> Vec<String> {
    let redactor = Redactor::default();
    outcome.left_behind.iter().map(|left| redactor.text(left)).collect()
}

/// What was said, or else what the target says in its `Server` header (RFC 9110 section 10.2.4).
fn implementation(outcome: &Outcome) -> Option<ImplementationView> {
    if let Some(said) = &outcome.implementation {
        let (name, version) = (said.name.clone(), said.version.clone());
        return Some(ImplementationView { name, version, source: "command" });
    }
    let mut exchanges = outcome.results.iter().flat_map(|result| result.exchanges.iter());
    let header = exchanges.find_map(|exchange| exchange.answer.header("server").map(str::to_owned))?;
    let product = header.split_whitespace().next()?;
    let (name, version) =
        product.split_once('/').map_or((product, None), |(name, version)| (name, Some(version)));
    Some(ImplementationView {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        source: "server-header",
    })
}

fn operations(outcome: &Outcome, times: &Times) -> Vec<OperationView> {
    let named = |operation: &&Operation| {
        let mut results = outcome.results.iter();
        times.contains_key(operation.id) || results.any(|result| result.case.operation == operation.id)
    };
    let told = |operation: &Operation| OperationView {
        id: operation.id,
        title: operation.title(),
        group: operation.group(),
    };
    DOCUMENT.operations().iter().filter(named).map(told).collect()
}

/// In UTC and whole seconds; a time that no calendar has is left out.
fn time(time: SystemTime) -> String {
    let time = OffsetDateTime::from(time);
    time.replace_nanosecond(0).unwrap_or(time).format(&Rfc3339).unwrap_or_default()
}

/// In whole milliseconds.
pub(super) fn whole(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
