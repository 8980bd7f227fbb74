//! What verifying credentials says in each state, and what it leaves: the document's addition that makes a use visible.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    Scenario, Script,
    dates::moment,
    resource::{BASIC, BOTH, Resource, X509, over},
    script,
};
use crate::{
    attempt::{Attempt, Made},
    case::{Kind, Stop},
    exchange::Role,
};

/// How late a use may be written down: many at once cost less.
const LATE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);

/// A state of credentials.
pub(super) type State = &'static str;

const RESET: &str = "basic_credentials_reset_password";

pub(super) fn scenarios() -> Vec<Scenario> {
    let of_both = BOTH.into_iter().flat_map(|resource| {
        let on = |id: &str, requirement, script| {
            resource.extension(&format!("use::{id}"), resource.verify, requirement, script).kind(Kind::State)
        };
        [
            on("first", "The first use makes credentials `Active`.", over!(first_use)),
            on("later", "Each use is accepted, and sets `lastUseDate`.", over!(later_use)),
            on(
                "dates",
                "A use sets `lastUseDate` to now and leaves `updatedDate` as it is.",
                over!(use_dates),
            ),
            on(
                "suspended",
                "Suspended credentials are rejected from the next verification on.",
                over!(suspended),
            ),
            on(
                "suspended-left",
                "A use that is rejected is none: it changes neither the state nor a date.",
                over!(rejected_leaves_nothing),
            ),
            on(
                "reactivated",
                "Suspended credentials that are active again are accepted.",
                over!(reactivated),
            ),
            on("revoked", "Revoked credentials are rejected from the next verification on.", over!(revoked)),
        ]
    });
    let of_one = [
        (
            "basic-credentials::use::reset",
            RESET,
            "After a reset only the new password is accepted.",
            script!(reset),
        ),
        (
            "basic-credentials::use::reset-refused",
            RESET,
            "A reset that is answered with 400 leaves the password as it was.",
            script!(reset_refused),
        ),
        (
            "x509-credentials::use::by-serial-number",
            "x509_credentials_verify",
            "Issuer and serial number are as good as the certificate, in every state.",
            script!(by_serial_number),
        ),
    ];
    let of_one = of_one.map(|(id, operation, requirement, script): (_, _, _, Script)| {
        Scenario::extension(id, operation, requirement, script).kind(Kind::State)
    });
    of_both.chain(of_one).collect()
}

/// How the credentials are presented.
pub(super) fn presented(resource: &Resource, made: &Made) -> Value {
    let body = &made.body;
    if *resource == BASIC {
        json!({"username": body["username"], "password": body["password"]})
    } else {
        json!({"certificates": [body["certificate"], body["issuingCa"]]})
    }
}

async fn verify(
    attempt: &mut Attempt,
    resource: &Resource,
    role: Role,
    presented: Value,
) -> Result<Value, Stop> {
    let answer = attempt.ask(role, resource.verify, None, Some(presented)).await?;
    attempt.status(&answer, 200)?;
    Ok(answer.json().cloned().unwrap_or_default())
}

/// They are accepted.
pub(super) async fn accepted(
    attempt: &mut Attempt,
    resource: &Resource,
    role: Role,
    made: &Made,
) -> Result<(), Stop> {
    says(attempt, resource, role, presented(resource, made), "Accepted").await.map(|_| ())
}

/// The verdict is `Accepted` in the state `Active`, or `Rejected` with this reason.
pub(super) async fn says(
    attempt: &mut Attempt,
    resource: &Resource,
    role: Role,
    presented: Value,
    expected: &str,
) -> Result<Value, Stop> {
    let verdict = verify(attempt, resource, role, presented).await?;
    let told = |name: &str| verdict[name].as_str().unwrap_or("nothing").to_owned();
    let actual = match told("verdict").as_str() {
        "Accepted" => "Accepted".to_owned(),
        _ => told("reason"),
    };
    if actual != expected {
        attempt.differs("body/verdict", expected, actual);
        return Err(Stop::Failed);
    }
    if expected == "Accepted" && verdict["state"] != "Active" {
        attempt.differs("body/state", "Active", verdict["state"].to_string());
    }
    Ok(verdict)
}

async fn first_use(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    accepted(attempt, resource, Role::Request, &made).await?;
    // Written before the answer.
    let item = resource.item(attempt, Role::Observe, &id).await?;
    if item["state"] != "Active" {
        attempt.differs("body/state", "Active", item["state"].to_string());
    }
    moment(attempt, &item, "lastUseDate").map(|_| ())
}

async fn later_use(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    let verdict = says(attempt, resource, Role::Request, presented(resource, &made), "Accepted").await?;
    let first = moment(attempt, &verdict, "lastUseDate")?;
    let (deadline, mut last) = (Instant::now() + LATE, first);
    loop {
        // A coarse clock tells the same time again: the next use will be told.
        tokio::time::sleep(PAUSE).await;
        let verdict = says(attempt, resource, Role::Request, presented(resource, &made), "Accepted").await?;
        let used = moment(attempt, &verdict, "lastUseDate")?;
        if used < last {
            attempt.differs("body/lastUseDate", format!("{last} or later"), used.to_string());
        }
        last = used;
        let item = resource.item(attempt, Role::Observe, &id).await?;
        let written = moment(attempt, &item, "lastUseDate")?;
        if written > first {
            return Ok(());
        }
        if Instant::now() > deadline {
            attempt.differs("body/lastUseDate", format!("later than {first}"), written.to_string());
            return Err(Stop::Failed);
        }
    }
}

async fn use_dates(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    let before = resource.item(attempt, Role::Prepare, &id).await?;
    accepted(attempt, resource, Role::Request, &made).await?;
    let after = resource.item(attempt, Role::Observe, &id).await?;
    for name in ["updatedDate", "createdDate"] {
        if before[name] != after[name] {
            attempt.differs(&format!("body/{name}"), before[name].to_string(), after[name].to_string());
        }
    }
    let (created, used) = (moment(attempt, &after, "createdDate")?, moment(attempt, &after, "lastUseDate")?);
    if used < created || used - created > time::Duration::minutes(5) {
        attempt.differs("body/lastUseDate", format!("soon after {created}"), used.to_string());
    }
    Ok(())
}

async fn suspended(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    accepted(attempt, resource, Role::Prepare, &made).await?;
    resource.bring(attempt, &id, "Suspended").await?;
    says(attempt, resource, Role::Request, presented(resource, &made), "Suspended").await.map(|_| ())
}

async fn rejected_leaves_nothing(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    resource.bring(attempt, &id, "Suspended").await?;
    let before = resource.item(attempt, Role::Prepare, &id).await?;
    says(attempt, resource, Role::Request, presented(resource, &made), "Suspended").await?;
    let after = resource.item(attempt, Role::Observe, &id).await?;
    super::states::unchanged(attempt, &before, &after);
    Ok(())
}

async fn reactivated(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    resource.bring(attempt, &id, "Suspended").await?;
    resource.bring(attempt, &id, "Active").await?;
    accepted(attempt, resource, Role::Request, &made).await
}

async fn revoked(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    accepted(attempt, resource, Role::Prepare, &made).await?;
    resource.bring(attempt, &id, "Revoked").await?;
    says(attempt, resource, Role::Request, presented(resource, &made), "Revoked").await.map(|_| ())
}

async fn reset(attempt: &mut Attempt) -> Result<(), Stop> {
    let (made, id) = BASIC.make(attempt).await?;
    accepted(attempt, &BASIC, Role::Prepare, &made).await?;
    let answer = attempt.ask(Role::Request, RESET, Some(&id), Some(json!({}))).await?;
    attempt.status(&answer, 200)?;
    let new =
        json!({"username": made.body["username"], "password": attempt.at(&answer, "/password")?.clone()});
    says(attempt, &BASIC, Role::Observe, presented(&BASIC, &made), "WrongPassword").await?;
    says(attempt, &BASIC, Role::Observe, new, "Accepted").await.map(|_| ())
}

async fn reset_refused(attempt: &mut Attempt) -> Result<(), Stop> {
    let (made, id) = BASIC.make(attempt).await?;
    let long = json!({"password": "x".repeat(73)});
    let answer = attempt.ask(Role::Request, RESET, Some(&id), Some(long)).await?;
    attempt.status(&answer, 400)?;
    accepted(attempt, &BASIC, Role::Observe, &made).await
}

async fn by_serial_number(attempt: &mut Attempt) -> Result<(), Stop> {
    let (made, id) = X509.make(attempt).await?;
    let verdict = verify(attempt, &X509, Role::Prepare, presented(&X509, &made)).await?;
    // The common name of the tenant's authority is the tenant's id.
    let by_number = json!({"issuer": verdict["tenant"], "serialNumber": made.body["serialNumber"]});
    for (state, expected) in [("", "Accepted"), ("Suspended", "Suspended"), ("Revoked", "Revoked")] {
        if !state.is_empty() {
            X509.bring(attempt, &id, state).await?;
        }
        says(attempt, &X509, Role::Request, by_number.clone(), expected).await?;
    }
    Ok(())
}
