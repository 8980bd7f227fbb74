//! What a session without the transaction can do to the one of another, which is nothing, and what it sees once that is
//! committed.

use serde_json::json;

use super::{
    super::{
        Scenario, Script, script,
        steps::{SYSTEM_ALERTS, TRAFFIC_ALERTS, body_of, commit, open, replace, shows, transaction_is},
        transaction::flipped,
    },
    SECTION, is_refused,
};
use crate::{
    attempt::{Attempt, LOGIN, TRANSACTION, Who},
    case::Stop,
    exchange::Role,
};

const CHANGES: &str = "/api/transaction/changes";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id: &str, operation, sentence, requirement, script: Script| {
        Scenario::new(format!("lock::{id}"), operation, (SECTION, sentence), script).requires(requirement)
    };
    const ONE: &str = "Locking: many admins may read, one may modify.";
    const COMMIT: &str =
        "PUT | /api/transaction body {\"status\":\"commit\"} | commits; status returns to closed";
    const DROP: &str = "DELETE | /api/transaction | drops all changes and the configuration lock";
    vec![
        on(
            "view::after-commit",
            "transaction_commit",
            COMMIT,
            "What is committed all other sessions see at once.",
            script!(after_commit),
        )
        .note("Commits a change, and then commits what was there before."),
        on(
            "writers::refused-left-nothing",
            "system_alerts_replace",
            ONE,
            "A change that is refused to a second session is in nobody's view.",
            script!(refused_left_nothing),
        ),
        on(
            "commit::of-another",
            "transaction_commit",
            COMMIT,
            "A session commits its own changes, never another one's.",
            script!(commit_of_another),
        ),
        on(
            "rollback::of-another",
            "transaction_rollback",
            DROP,
            "A session drops its own changes, never another one's.",
            script!(rollback_of_another),
        ),
        Scenario::extension(
            "lock::changes::of-another",
            "transaction_changes_list",
            "The list of changes has those of the session's own transaction alone.",
            script!(changes_of_another),
        ),
        Scenario::extension(
            "lock::writers::ended-session",
            "authentication_logout",
            "A transaction ends with its session: its changes are dropped, and others can change the configuration.",
            script!(ended_session),
        ),
    ]
}

async fn after_commit(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    let (before, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    attempt.undo("put", SYSTEM_ALERTS, Some(before));
    commit(attempt, Role::Request).await?;
    shows(attempt, &other, SYSTEM_ALERTS, "/xcbError", &after["xcbError"]).await
}

async fn refused_left_nothing(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    let (before, after) = flipped(attempt).await?;
    open(attempt, &Who::Admin).await?;
    let answer = attempt.call(Role::Request, &other, "put", SYSTEM_ALERTS, Some(after)).await?;
    is_refused(attempt, &answer);
    for who in [&Who::Admin, &other] {
        shows(attempt, who, SYSTEM_ALERTS, "/xcbError", &before["xcbError"]).await?;
    }
    Ok(())
}

async fn commit_of_another(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    let (before, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    let body = json!({"status": "commit", "commit_message": "Nothing of this session's"});
    attempt.undo("put", SYSTEM_ALERTS, Some(before.clone()));
    // How it is answered is not documented: there is nothing to commit.
    let _answer = attempt.call(Role::Request, &other, "put", TRANSACTION, Some(body)).await?;
    transaction_is(attempt, &Who::Admin, "open").await?;
    shows(attempt, &other, SYSTEM_ALERTS, "/xcbError", &before["xcbError"]).await
}

async fn rollback_of_another(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    let (_, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    let _answer = attempt.call(Role::Request, &other, "delete", TRANSACTION, None).await?;
    transaction_is(attempt, &Who::Admin, "open").await?;
    shows(attempt, &Who::Admin, SYSTEM_ALERTS, "/xcbError", &after["xcbError"]).await
}

async fn changes_of_another(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    let (_, after) = flipped(attempt).await?;
    replace(attempt, &Who::Admin, SYSTEM_ALERTS, &after).await?;
    let answer = attempt.call(Role::Request, &other, "get", CHANGES, None).await?;
    attempt.status(&answer, 200)?;
    let changes = answer.json().and_then(|body| body.get("changes"));
    if changes.is_some_and(|changes| *changes != json!([])) {
        attempt.differs("body/changes", "no changes of another session", "changes");
    }
    Ok(())
}

async fn ended_session(attempt: &mut Attempt) -> Result<(), Stop> {
    let other = attempt.second_session().await?;
    let (before, after) = flipped(attempt).await?;
    replace(attempt, &other, SYSTEM_ALERTS, &after).await?;
    let answer = attempt.call(Role::Request, &other, "delete", LOGIN, None).await?;
    attempt.status(&answer, 200)?;
    let body = body_of(attempt, &Who::Admin, TRAFFIC_ALERTS).await?;
    replace(attempt, &Who::Admin, TRAFFIC_ALERTS, &body).await?;
    shows(attempt, &Who::Admin, SYSTEM_ALERTS, "/xcbError", &before["xcbError"]).await
}
