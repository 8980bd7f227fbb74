//! Two sessions: what one sees of the other's transaction, and that only one changes the configuration.

mod others;

use serde_json::json;

use super::{
    Scenario, Script, script,
    steps::{SYSTEM_ALERTS, TRAFFIC_ALERTS, body_of, open, replace, shows, transaction_is},
    transaction::flipped,
};
use crate::{
    attempt::{Attempt, TRANSACTION, Who},
    case::Stop,
    exchange::{Answer, Role},
};

const SECTION: &str = "Facts: transactions";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id, operation, sentence, script: Script| {
        Scenario::new(format!("lock::{id}"), operation, (SECTION, sentence), script)
    };
    const ONE: &str = "Locking: many admins may read, one may modify.";
    const VIEW: &str = "After DELETE the view is the configuration as when the transaction opened, or the current one \
                        if somebody else changed it since";
    let own = vec![
        on("readers::many", "system_alerts_get", ONE, script!(readers)),
        on("writers::one", "system_alerts_replace", ONE, script!(writers)),
        on(
            "writers::opening-locks",
            "transaction_open",
            "docs up to 6.0.x say you must POST first and that opening locks the configuration",
            script!(opening_locks),
        ),
        on(
            "writers::released",
            "transaction_rollback",
            "DELETE | /api/transaction | drops all changes and the configuration lock",
            script!(released),
        ),
        on("view::of-others", "system_alerts_get", VIEW, script!(view)),
        Scenario::extension(
            "lock::holder::told",
            "system_alerts_replace",
            "A change while another session has a transaction is answered with 409 `ConfigurationLocked`, and \
             `details.holder` says whose it is.",
            script!(holder),
        ),
    ];
    own.into_iter().chain(others::scenarios()).collect()
}

async fn readers(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    let (before, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    shows(attempt, &other, SYSTEM_ALERTS, "/xcbError", &before["xcbError"]).await?;
    transaction_is(attempt, &other, "closed").await
}

/// How a refused change is answered is not documented, only that it is refused.
fn is_refused(attempt: &mut Attempt, answer: &Answer) {
    if !(400..500).contains(&answer.status) {
        attempt.differs("status", "a refusal (4xx)", answer.status.to_string());
    }
}

async fn writers(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    let (_, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    let body = body_of(attempt, &other, TRAFFIC_ALERTS).await?;
    let answer = attempt.call(Role::Request, &other, "put", TRAFFIC_ALERTS, Some(body)).await?;
    is_refused(attempt, &answer);
    Ok(())
}

async fn opening_locks(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    open(attempt, &Who::Admin).await?;
    let answer = attempt.call(Role::Request, &other, "post", TRANSACTION, None).await?;
    is_refused(attempt, &answer);
    Ok(())
}

async fn released(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    open(attempt, &Who::Admin).await?;
    let answer = attempt.call(Role::Request, &Who::Admin, "delete", TRANSACTION, None).await?;
    attempt.status(&answer, 200)?;
    let body = body_of(attempt, &other, TRAFFIC_ALERTS).await?;
    replace(attempt, &other, TRAFFIC_ALERTS, &body).await?;
    Ok(())
}

/// Not seen by others before the commit, seen by its own session, and gone with the transaction.
async fn view(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    let (before, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    shows(attempt, &Who::Admin, SYSTEM_ALERTS, "/xcbError", &after["xcbError"]).await?;
    shows(attempt, &other, SYSTEM_ALERTS, "/xcbError", &before["xcbError"]).await?;
    let answer = attempt.call(Role::Request, &Who::Admin, "delete", TRANSACTION, None).await?;
    attempt.status(&answer, 200)?;
    shows(attempt, &Who::Admin, SYSTEM_ALERTS, "/xcbError", &before["xcbError"]).await
}

async fn holder(attempt: &mut Attempt) -> Result<(), Stop> {
    let (user, other) = (attempt.admin()?.user, attempt.second_session().await?);
    open(attempt, &Who::Admin).await?;
    let body = body_of(attempt, &other, SYSTEM_ALERTS).await?;
    let answer = attempt.call(Role::Request, &other, "put", SYSTEM_ALERTS, Some(body)).await?;
    attempt.failure(&answer, 409, "ConfigurationLocked")?;
    attempt.documented("system_alerts_replace", &answer);
    attempt.equal(&answer, "/error/details/holder/username", &json!(user));
    Ok(())
}
