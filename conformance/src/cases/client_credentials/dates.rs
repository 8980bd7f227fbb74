//! Times of credentials: when they were created, changed and used.

use serde_json::Value;
use time::{
    OffsetDateTime, UtcOffset,
    format_description::well_known::{Rfc2822, Rfc3339},
};

use super::{
    Scenario,
    resource::{BOTH, Resource, over, text},
};
use crate::{
    attempt::Attempt,
    case::Stop,
    exchange::{Answer, Role},
};

/// How far apart the clocks of the target and of whoever runs the cases may be.
pub(super) const SKEW: time::Duration = time::Duration::minutes(5);

pub(super) fn scenarios() -> Vec<Scenario> {
    BOTH.into_iter().flat_map(of_resource).collect()
}

fn of_resource(resource: &'static Resource) -> Vec<Scenario> {
    let basic = resource.area == "basic-credentials";
    let (created, updated, used) = if basic {
        (
            "createdDate: required (datetime) Credentials creation time and date in ISO 8601 format.",
            "updatedDate: required (datetime) Last time when the credentials were updates in ISO 8601 format.",
            "lastUseDate: (datetime) Last time when the credentials were used for authentication.",
        )
    } else {
        (
            "createdDate: required (datetime) Certificate creation time and date in ISO 8601 format.",
            "updatedDate: required (datetime) Last time when the certificate was updates in ISO 8601 format.",
            "lastUseDate: (datetime) Last time when the certificate was used for authentication in ISO 8601 format.",
        )
    };
    let on = |id, sentence, script| resource.on(id, resource.list, (resource.listed, sentence), script);
    vec![
        on("created-date::utc", created, over!(utc))
            .requires("Times are told in UTC, as in all documented examples.")
            .should(),
        on("created-date::now", created, over!(created_now))
            .requires("New credentials were created now; five minutes between the clocks are tolerated.")
            .should(),
        on("updated-date::new", updated, over!(updated_when_created))
            .requires("New credentials were last updated when they were created.")
            .should(),
        on("updated-date::forward", updated, over!(forward))
            .requires("`updatedDate` is later after each change of state, and `createdDate` is what it was."),
        on("last-use-date::absent", used, over!(never_used))
            .requires("Credentials that were never used have no `lastUseDate`, whatever was done to them."),
    ]
}

/// A member that is a time.
pub(super) fn moment(attempt: &mut Attempt, item: &Value, name: &str) -> Result<OffsetDateTime, Stop> {
    let told = text(attempt, item, name)?;
    match OffsetDateTime::parse(told, &Rfc3339) {
        Ok(moment) => Ok(moment),
        Err(_) => {
            attempt.differs(&format!("body/{name}"), "a date and time (ISO 8601)", told);
            Err(Stop::Failed)
        }
    }
}

/// When an answer was made by the target's own clock, where it tells (RFC 9110 section 6.6.1), in whole seconds.
pub(super) fn clock(answer: &Answer) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(answer.header("date")?, &Rfc2822).ok()
}

async fn utc(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, _) = resource.make(attempt).await?;
    let item = attempt.find(Role::Observe, &made).await?;
    for name in ["createdDate", "updatedDate"] {
        let told = moment(attempt, &item, name)?;
        if told.offset() != UtcOffset::UTC {
            attempt.differs(&format!("body/{name}"), "a time in UTC", told.to_string());
        }
    }
    Ok(())
}

async fn created_now(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, _) = resource.make(attempt).await?;
    let item = attempt.find(Role::Observe, &made).await?;
    let listed = attempt.exchanges.last().and_then(|exchange| clock(&exchange.answer));
    let now = listed.unwrap_or_else(OffsetDateTime::now_utc);
    let told = moment(attempt, &item, "createdDate")?;
    if (told - now).abs() > SKEW {
        attempt.differs("body/createdDate", format!("a time near {now}"), told.to_string());
    }
    Ok(())
}

async fn updated_when_created(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, _) = resource.make(attempt).await?;
    let item = attempt.find(Role::Observe, &made).await?;
    let (created, updated) = (moment(attempt, &item, "createdDate")?, moment(attempt, &item, "updatedDate")?);
    if created != updated {
        attempt.differs("body/updatedDate", created.to_string(), updated.to_string());
    }
    Ok(())
}

async fn forward(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    let mut before = attempt.find(Role::Prepare, &made).await?;
    for state in ["Suspended", "Active", "Suspended", "Revoked"] {
        resource.bring(attempt, &id, state).await?;
        let after = attempt.find(Role::Observe, &made).await?;
        let (was, is) = (moment(attempt, &before, "updatedDate")?, moment(attempt, &after, "updatedDate")?);
        // A clock that tells milliseconds or whole seconds may tell the same one twice.
        let coarse = [was, is].iter().all(|moment| moment.nanosecond() % 1_000_000 == 0);
        if is < was || is == was && !coarse {
            attempt.differs("body/updatedDate", format!("later than {was}"), is.to_string());
        }
        let created = moment(attempt, &made_or(&made.body, &before), "createdDate")?;
        if created != moment(attempt, &after, "createdDate")? {
            attempt.differs("body/createdDate", created.to_string(), after["createdDate"].to_string());
        }
        before = after;
    }
    Ok(())
}

/// What the creation told, where it told when; otherwise what the list did.
fn made_or(made: &Value, item: &Value) -> Value {
    if made.get("createdDate").is_some() { made.clone() } else { item.clone() }
}

async fn never_used(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let (made, id) = resource.make(attempt).await?;
    for state in ["Suspended", "Active", "Suspended", "Revoked"] {
        resource.bring(attempt, &id, state).await?;
        let item = attempt.find(Role::Observe, &made).await?;
        if let Some(used) = item.get("lastUseDate") {
            attempt.differs("body/lastUseDate", "nothing", used.to_string());
        }
    }
    Ok(())
}
