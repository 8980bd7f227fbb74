//! What is refused with a message, and resets of passwords in every state.

use serde_json::json;

use super::{
    Scenario, Script,
    resource::{BASIC, BOTH, Resource, over},
    script,
    states::unchanged,
    verification::{accepted, says},
};
use crate::{
    attempt::Attempt,
    case::{Kind, Stop},
    exchange::{Answer, Role},
};

const RESET: &str = "basic_credentials_reset_password";
const TARGETS: &str =
    "state: required (one of Active, Suspended, Revoked) Desired new client credentials state.";
const MESSAGE: &str =
    "HTTP status code 400 Invalid request. message: required (string) Detailed error description.";
const RESET_MESSAGE: &str =
    "HTTP status code 400 Password is not valid. message: required (string) Detailed error description.";

pub(super) fn scenarios() -> Vec<Scenario> {
    let of_both = BOTH.into_iter().flat_map(|resource| {
        let on = |id, sentence, script| {
            resource.on(id, resource.update_state, (resource.updated, sentence), script).kind(Kind::Input)
        };
        [
            on("states::to-inactive", TARGETS, over!(to_inactive))
                .requires("`Inactive` cannot be asked for: it is refused with 400, and nothing changes."),
            on("states::to-unknown", TARGETS, over!(to_unknown))
                .requires("Another state than the three is refused with 400, also in other letters, and nothing changes."),
            on("states::message", MESSAGE, over!(message)),
        ]
    });
    of_both.chain(of_resets()).collect()
}

fn of_resets() -> Vec<Scenario> {
    let added = |id: &str, requirement, script: Script| {
        let id = format!("basic-credentials::password::{id}");
        Scenario::extension(&id, RESET, requirement, script).kind(Kind::State)
    };
    vec![
        Scenario::new(
            "basic-credentials::password::reset-message",
            RESET,
            ("PATCH /basic-credentials/{id}/password", RESET_MESSAGE),
            script!(reset_message),
        )
        .kind(Kind::Input),
        added(
            "reset-keeps-state",
            "A reset changes `updatedDate` and nothing else that is shown.",
            script!(reset_keeps_state),
        ),
        added(
            "reset-suspended",
            "The password of suspended credentials can be reset, which does not make them usable.",
            script!(reset_suspended),
        ),
        added(
            "reset-revoked",
            "A reset of revoked credentials is refused with 400, and nothing changes.",
            script!(reset_revoked),
        ),
    ]
}

/// A state that is refused.
async fn refused(attempt: &mut Attempt, resource: &Resource, states: &[&str]) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    // From here the state could be reached if it could be asked for. The reference leaves open whether here is reached.
    resource.patch(attempt, Role::Prepare, &id, "Suspended").await?;
    let before = attempt.find(Role::Prepare, &made).await?;
    for state in states {
        let answer = resource.patch(attempt, Role::Request, &id, state).await?;
        attempt.status(&answer, 400)?;
    }
    let after = attempt.find(Role::Observe, &made).await?;
    unchanged(attempt, &before, &after);
    Ok(())
}

async fn to_inactive(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    refused(attempt, resource, &["Inactive"]).await
}

async fn to_unknown(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    refused(attempt, resource, &["revoked", "Deleted", ""]).await
}

fn has_message(attempt: &mut Attempt, answer: &Answer) -> Result<(), Stop> {
    if attempt.at(answer, "/message")?.as_str().is_none_or(str::is_empty) {
        attempt.differs("body/message", "a text", "something else");
    }
    Ok(())
}

async fn message(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (_, id) = resource.make(attempt).await?;
    resource.bring(attempt, &id, "Revoked").await?;
    for state in ["Active", "Inactive"] {
        let answer = resource.patch(attempt, Role::Request, &id, state).await?;
        attempt.status(&answer, 400)?;
        has_message(attempt, &answer)?;
    }
    Ok(())
}

async fn reset(attempt: &mut Attempt, id: &str, password: &str) -> Result<Answer, Stop> {
    attempt.ask(Role::Request, RESET, Some(id), Some(json!({"password": password}))).await
}

async fn reset_message(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, id) = BASIC.make(attempt).await?;
    let answer = reset(attempt, &id, &"x".repeat(73)).await?;
    attempt.status(&answer, 400)?;
    has_message(attempt, &answer)
}

async fn reset_keeps_state(attempt: &mut Attempt) -> Result<(), Stop> {
    for used in [false, true] {
        let (made, id) = BASIC.make(attempt).await?;
        if used {
            accepted(attempt, &BASIC, Role::Prepare, &made).await?;
        }
        let before = BASIC.item(attempt, Role::Prepare, &id).await?;
        let answer = reset(attempt, &id, "mQ8jSA3Cywbs7cLJ").await?;
        attempt.status(&answer, 200)?;
        let mut after = BASIC.item(attempt, Role::Observe, &id).await?;
        if after["updatedDate"] == before["updatedDate"] {
            let expected = format!("later than {}", before["updatedDate"]);
            attempt.differs("body/updatedDate", expected, "the same");
        }
        after["updatedDate"] = before["updatedDate"].clone();
        unchanged(attempt, &before, &after);
    }
    Ok(())
}

async fn reset_suspended(attempt: &mut Attempt) -> Result<(), Stop> {
    let (made, id) = BASIC.make(attempt).await?;
    BASIC.bring(attempt, &id, "Suspended").await?;
    let answer = reset(attempt, &id, "new").await?;
    attempt.status(&answer, 200)?;
    let new = json!({"username": made.body["username"], "password": "new"});
    says(attempt, &BASIC, Role::Observe, new.clone(), "Suspended").await?;
    BASIC.bring(attempt, &id, "Active").await?;
    says(attempt, &BASIC, Role::Observe, new, "Accepted").await.map(|_| ())
}

async fn reset_revoked(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, id) = BASIC.make(attempt).await?;
    BASIC.bring(attempt, &id, "Revoked").await?;
    let before = BASIC.item(attempt, Role::Prepare, &id).await?;
    let answer = reset(attempt, &id, "new").await?;
    attempt.status(&answer, 400)?;
    let after = BASIC.item(attempt, Role::Observe, &id).await?;
    unchanged(attempt, &before, &after);
    Ok(())
}
