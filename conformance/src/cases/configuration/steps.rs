//! Steps that many cases share.

use serde_json::{Value, json};

use crate::{
    attempt::{Attempt, TRANSACTION, Who},
    case::Stop,
    exchange::{Answer, Role},
};

pub(super) const ALERTING: &str = "/api/configuration/alerting";
pub(super) const SYSTEM_ALERTS: &str = "/api/configuration/alerting/system_alerts";
pub(super) const TRAFFIC_ALERTS: &str = "/api/configuration/alerting/traffic_alerts";
pub(super) const TRUST_STORES: &str = "/api/configuration/trust_stores";
pub(super) const BUILT_IN: &str = "/api/configuration/trust_stores/-7001";

/// A documented sample, from the examples of the document.
pub(super) fn sample(name: &str) -> &'static Value {
    &vouchsafe_api_spec::document()["components"]["examples"][name]["value"]
}

/// Reads what must be there.
pub(super) async fn read(attempt: &mut Attempt, who: &Who, path: &str) -> Result<Answer, Stop> {
    let answer = attempt.call(Role::Request, who, "get", path, None).await?;
    attempt.status(&answer, 200)?;
    Ok(answer)
}

/// Reads an object's body, for the case to work on.
pub(super) async fn body_of(attempt: &mut Attempt, who: &Who, path: &str) -> Result<Value, Stop> {
    let answer = attempt.call(Role::Observe, who, "get", path, None).await?;
    attempt.status(&answer, 200)?;
    attempt.at(&answer, "/body").cloned()
}

/// The alerts as they are, with every documented one: what a target leaves out has a case of its own.
pub(super) async fn alerts(
    attempt: &mut Attempt,
    who: &Who,
    path: &str,
    documented: &str,
) -> Result<Value, Stop> {
    let mut alerts = sample(documented)["body"].clone();
    let seen = body_of(attempt, who, path).await?;
    for (name, alert) in alerts.as_object_mut().into_iter().flatten() {
        if let Some(seen) = seen.get(name) {
            alert.clone_from(seen);
        }
    }
    Ok(alerts)
}

/// Replaces an object. With which success that is answered has cases of its own.
pub(super) async fn replace(
    attempt: &mut Attempt,
    who: &Who,
    path: &str,
    body: &Value,
) -> Result<Answer, Stop> {
    let answer = attempt.call(Role::Request, who, "put", path, Some(body.clone())).await?;
    if !(200..300).contains(&answer.status) {
        attempt.status(&answer, 201)?;
    }
    Ok(answer)
}

/// Opens a transaction.
pub(super) async fn open(attempt: &mut Attempt, who: &Who) -> Result<Answer, Stop> {
    let answer = attempt.open(Role::Request, who).await?;
    succeeded(attempt, &answer)?;
    Ok(answer)
}

/// Commits. Whatever takes a change back is to be remembered before: an answer may be lost, or not be what it should be.
pub(super) async fn commit(attempt: &mut Attempt, role: Role) -> Result<Answer, Stop> {
    let answer = attempt.commit(role, &Who::Admin).await?;
    succeeded(attempt, &answer)?;
    Ok(answer)
}

/// A transaction was opened or committed: with 201 in the document, while the reference tells no status.
pub(super) fn succeeded(attempt: &mut Attempt, answer: &Answer) -> Result<(), Stop> {
    if attempt.is_extended() || !(200..300).contains(&answer.status) {
        return attempt.status(answer, 201);
    }
    Ok(())
}

/// The answer is as documented, where it has the document's status.
pub(super) fn documented_success(attempt: &mut Attempt, operation: &str, answer: &Answer) {
    if attempt.is_extended() || answer.status == 201 {
        attempt.documented(operation, answer);
    }
}

/// The status of a session's transaction.
pub(super) async fn transaction_is(attempt: &mut Attempt, who: &Who, status: &str) -> Result<(), Stop> {
    let answer = attempt.call(Role::Observe, who, "get", TRANSACTION, None).await?;
    attempt.status(&answer, 200)?;
    is_in_status(attempt, &answer, status);
    Ok(())
}

/// Both documented forms of a transaction tell its status; an implementation has one of them, ours has both.
pub(super) fn is_in_status(attempt: &mut Attempt, answer: &Answer, status: &str) {
    let status = json!(status);
    let has = |pointer: &str| answer.json().and_then(|body| body.pointer(pointer)).is_some();
    let (new, old) = (has("/body/status"), has("/transaction/status"));
    if new || !old || attempt.is_extended() {
        attempt.equal(answer, "/body/status", &status);
    }
    if old || attempt.is_extended() {
        attempt.equal(answer, "/transaction/status", &status);
    }
}

/// An object's body differs from or equals what is expected.
pub(super) async fn shows(
    attempt: &mut Attempt,
    who: &Who,
    path: &str,
    pointer: &str,
    wanted: &Value,
) -> Result<(), Stop> {
    let answer = attempt.call(Role::Observe, who, "get", path, None).await?;
    attempt.status(&answer, 200)?;
    attempt.equal(&answer, &format!("/body{pointer}"), wanted);
    Ok(())
}

/// The key of an object that was just created. Where it is missing, which has cases of its own, the path has it.
pub(super) fn key_of(attempt: &mut Attempt, answer: &Answer) -> Result<String, Stop> {
    let body = answer.json();
    let key = body.and_then(|body| body.get("key")?.as_str());
    let href = || body.and_then(|body| body.pointer("/meta/href")?.as_str()?.rsplit('/').next());
    match key.or_else(href) {
        Some(key) => Ok(key.to_owned()),
        None => text(attempt, answer, "/key"),
    }
}

/// A text member of an object in the last answer.
pub(super) fn text(attempt: &mut Attempt, answer: &Answer, pointer: &str) -> Result<String, Stop> {
    match attempt.at(answer, pointer)?.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => {
            attempt.differs(&format!("body{pointer}"), "a string", "something else");
            Err(Stop::Failed)
        }
    }
}
