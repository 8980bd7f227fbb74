//! Derives cases of the configuration API from the document: every read, every documented request, every removal, every
//! unknown key, and every operation without a session. What they change, they change in a transaction that is dropped.

pub(in crate::cases) mod preparation;
mod refusals;
mod removal;
mod replies;

use serde_json::Value;

use crate::{
    case::{Case, CaseInfo, Check, Kind, Level, Plane},
    document::{Document, Operation},
};
use refusals::{NoSession, UnknownKey};
use removal::Removal;
pub(in crate::cases) use replies::Documented;
use replies::Read;

/// Paths that the reference itself describes or names. What stands elsewhere is for the profile `extended` alone.
const NAMED: [&str; 10] = [
    "/api/authentication",
    "/api/authentication/types",
    "/api/transaction",
    "/api/transaction/changes",
    "/api/configuration/alerting",
    "/api/configuration/management/email",
    "/api/configuration/management/monitoring",
    "/api/configuration/management/snmp/trap",
    "/api/configuration/trust_stores",
    "/api/configuration/trust_stores/{key}",
];

pub(super) fn cases(document: &Document) -> Vec<Case> {
    let operations = document.operations().iter();
    let operations = operations.filter(|operation| operation.plane() == Plane::Configuration);
    operations.flat_map(|operation| of_operation(document, operation)).collect()
}

fn of_operation(document: &Document, operation: &Operation) -> Vec<Case> {
    let mut cases = Vec::new();
    let title = operation.title();
    let success = operation.success();
    let (status, said) = success.map(|success| (success.status, success.description())).unwrap_or_default();
    let pointer = operation.pointer().to_owned();
    let answered = format!("is answered with {status}: {}", said.trim_end());
    if operation.method == "get" {
        let check = Box::new(Read::new(operation));
        cases.push(case(operation, "read", format!("{title} {answered}"), pointer.clone(), false, check));
    }
    for example in operation.request_examples() {
        let requirement = format!(
            "{title} with the documented request `{}` ({}) {answered}",
            example.name, example.summary
        );
        let name = format!("example-{}", super::super::examples::kebab(example.name));
        let (pointer, extension) = (example.pointer.clone(), example.extension);
        let check = Box::new(Documented::new(document, operation, &example));
        cases.push(case(operation, &name, requirement, pointer, extension, check));
    }
    if operation.method == "delete" && operation.path.ends_with('}') {
        let check = Box::new(Removal::new(operation));
        let requirement = format!("{title} {answered} Then it is gone.");
        cases.push(case(operation, "removed", requirement, pointer.clone(), false, check));
    }
    if operation.path.contains('{') {
        let requirement =
            format!("{title} with the documented key, which is nobody's, is answered with 404.");
        let check = Box::new(UnknownKey::new(operation));
        cases.push(case(operation, "unknown-key", requirement, pointer.clone(), false, check));
    }
    if operation.security() == ["Session"] {
        let requirement = format!("{title} without a session is answered with 401 and the path.");
        let check = Box::new(NoSession::new(operation));
        cases.push(case(operation, "no-session", requirement, pointer, false, check));
    }
    cases
}

fn case(
    operation: &Operation,
    what: &str,
    requirement: String,
    pointer: String,
    extension: bool,
    check: Box<dyn Check>,
) -> Case {
    let info = CaseInfo {
        id: format!("{}::{what}", topic(operation)),
        operation: operation.id.to_owned(),
        kind: match what {
            "no-session" => Kind::Access,
            "unknown-key" => Kind::Identity,
            "removed" => Kind::State,
            _ => Kind::Example,
        },
        level: Level::Must,
        requirement,
        pointer,
        note: None,
        fix: None,
        extension: extension || operation.is_extension() || !is_named(operation),
        plane: Plane::Configuration,
        quote: None,
    };
    Case { info, check }
}

/// Whether the reference itself describes or names its path.
pub(in crate::cases) fn is_named(operation: &Operation) -> bool {
    NAMED.contains(&operation.path) || operation.path.starts_with("/api/configuration/alerting/")
}

/// `system_alerts_replace` as `system-alerts::replace`.
pub(in crate::cases) fn topic(operation: &Operation) -> String {
    let id = operation.id.replace('_', "-");
    match id.rsplit_once('-') {
        Some((area, verb)) => format!("{area}::{verb}"),
        None => id,
    }
}

/// A body to send where it is refused anyway.
pub(in crate::cases) fn any_body(operation: &Operation) -> Option<Value> {
    operation.request_examples().first().map(|example| example.value().clone())
}
