//! Cases of the configuration API: some derived from the document, the others written by hand from the sentences of the
//! reference, which `promises` lists.

mod access;
mod alerting;
mod alerts;
mod authentication;
pub(super) mod derived;
mod errors;
mod lock;
mod message;
mod statuses;
mod steps;
mod transaction;
mod trust_stores;
mod users;

use super::scenario::{Scenario, Script, script};
use crate::{
    case::{Case, Kind},
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
    let written = scenarios.into_iter().flatten().map(|scenario| {
        let kind = kind(scenario.id());
        scenario.kind(kind).into_case(document)
    });
    derived::cases(document).into_iter().chain(written).collect()
}

/// What sort of requirement a case written by hand checks: its id tells.
fn kind(id: &str) -> Kind {
    const RULES: [&str; 5] = ["name", "revocation-check", "crl-urls", "trust-store-type", "built-in"];
    let parts: Vec<&str> = id.split("::").collect();
    match parts.as_slice() {
        [_, "status", "not-found"] => Kind::Identity,
        ["access" | "authentication", ..] | [_, "status", "unauthenticated" | "unauthorized"] => Kind::Access,
        ["errors", ..] => Kind::Protocol,
        ["transaction" | "lock", ..] | [_, "modify", _] => Kind::State,
        [_, _, "unique"] => Kind::Input,
        [_, topic, _] if RULES.contains(topic) => Kind::Input,
        _ => Kind::Form,
    }
}
