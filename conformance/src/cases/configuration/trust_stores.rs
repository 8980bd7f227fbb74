//! The section "Trust stores" of the reference.

mod certificate;
mod operations;
mod readers;
mod referrers;
mod rules;
mod unique;

use serde_json::{Value, json};

use super::{
    Scenario,
    statuses::{Unauthenticated, Unauthorized},
    steps::{TRUST_STORES, key_of, sample},
};
use crate::{
    attempt::{Attempt, Who},
    case::Stop,
    exchange::{Answer, Role},
};

const SECTION: &str = "Trust stores";

pub(super) fn scenarios() -> Vec<Scenario> {
    let scenarios = [
        operations::scenarios(),
        rules::scenarios(),
        unique::scenarios(),
        readers::scenarios(),
        referrers::scenarios(),
    ];
    scenarios.into_iter().flatten().chain(statuses()).collect()
}

fn statuses() -> Vec<Scenario> {
    const CALLS: &[(&str, &str)] = &[
        ("get", TRUST_STORES),
        ("post", TRUST_STORES),
        ("get", "/api/configuration/trust_stores/-7001"),
        ("put", "/api/configuration/trust_stores/-7001"),
        ("delete", "/api/configuration/trust_stores/-7001"),
    ];
    vec![
        Scenario::new(
            "trust-stores::status::unauthenticated",
            "trust_stores_list",
            (
                SECTION,
                "401 Unauthenticated The requested resource cannot be retrieved because the client is not \
                 authenticated and the resource requires authorization to access it.",
            ),
            Unauthenticated::new(CALLS),
        ),
        Scenario::new(
            "trust-stores::status::unauthorized",
            "trust_stores_list",
            (
                SECTION,
                "403 Unauthorized The requested resource cannot be retrieved because the client is not \
                 authorized to access it.",
            ),
            Unauthorized::new(CALLS),
        ),
    ]
}

/// The documented custom trust store under a name of this attempt.
fn custom(attempt: &Attempt) -> Value {
    let mut body = sample("trust-stores-list")["items"][1]["body"].clone();
    body["name"] = json!(name(attempt, "My_Custom_Trust_Store"));
    body
}

fn name(attempt: &Attempt, name: &str) -> String {
    format!("{name}-{}", attempt.suffix)
}

/// The same without a revocation check.
pub(super) fn unchecked(attempt: &Attempt) -> Value {
    let mut body = custom(attempt);
    body["revocation_check"] = json!("none");
    body["crl_urls"] = json!([]);
    body
}

/// Creates a trust store in the open transaction, or in the one that this opens, and answers its path.
pub(super) async fn create(
    attempt: &mut Attempt,
    role: Role,
    body: &Value,
) -> Result<(String, Answer), Stop> {
    let answer = attempt.call(role, &Who::Admin, "post", TRUST_STORES, Some(body.clone())).await?;
    attempt.status(&answer, 201)?;
    let key = key_of(attempt, &answer)?;
    Ok((format!("{TRUST_STORES}/{key}"), answer))
}

/// A value is refused at once as a syntactic error of this place.
async fn is_syntactic_error(
    attempt: &mut Attempt,
    method: &'static str,
    path: &str,
    body: Value,
    place: &str,
) -> Result<(), Stop> {
    let body = (method != "delete").then_some(body);
    let answer = attempt.call(Role::Request, &Who::Admin, method, path, body).await?;
    attempt.failure(&answer, 400, "SyntacticError")?;
    attempt.details_name(&answer, place);
    Ok(())
}

/// The configuration is refused as a semantic error, at once or when it is to be committed: the reference has the error
/// for a configuration, and does not say when.
async fn is_semantic_error(
    attempt: &mut Attempt,
    method: &'static str,
    path: &str,
    body: Value,
) -> Result<(), Stop> {
    let mut answer = attempt.call(Role::Request, &Who::Admin, method, path, Some(body)).await?;
    if answer.status < 300 {
        remove_committed(attempt);
        answer = attempt.commit(Role::Request, &Who::Admin).await?;
    }
    attempt.failure(&answer, 400, "SemanticError")?;
    attempt.details_tell_errors(&answer);
    Ok(())
}

/// What may be committed, though it should not, is deleted in the end.
fn remove_committed(attempt: &mut Attempt) {
    let posts = attempt.exchanges.iter().filter(|exchange| exchange.request.method == "POST");
    let made = posts.filter(|exchange| exchange.request.path == TRUST_STORES && exchange.answer.status < 300);
    let keys = made.filter_map(|exchange| exchange.answer.json()?.get("key")?.as_str().map(str::to_owned));
    for key in keys.collect::<Vec<_>>() {
        attempt.undo("delete", format!("{TRUST_STORES}/{key}"), None);
    }
}
