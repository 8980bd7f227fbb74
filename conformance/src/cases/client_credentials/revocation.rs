//! Why certificates were revoked (the document's addition), and certificates that are past their end.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Scenario, Script,
    dates::{clock, moment},
    resource::X509,
    script,
    states::unchanged,
    verification::{presented, says},
};
use crate::{
    attempt::{Attempt, Made},
    case::{Kind, Stop},
    exchange::{Answer, Role},
};

const UPDATE: &str = "x509_credentials_update_state";
/// Seconds that a certificate lasts which a case wants to see end.
const SHORT: i64 = 1;

pub(super) fn scenarios() -> Vec<Scenario> {
    let added = |id: &str, operation, requirement, script: Script| {
        Scenario::extension(&format!("x509-credentials::{id}"), operation, requirement, script)
    };
    let scenarios = vec![
        added(
            "revocation-reason::shown",
            UPDATE,
            "The reason of a revocation is shown with the credentials.",
            script!(shown),
        ),
        added(
            "revocation-reason::left-out",
            UPDATE,
            "Without a reason none is shown, and none before the revocation.",
            script!(left_out),
        ),
        added(
            "revocation-reason::stays",
            UPDATE,
            "The reason of credentials that are revoked already stays as it is.",
            script!(stays),
        ),
        added(
            "revocation-reason::other-state",
            UPDATE,
            "A reason with another state than `Revoked` is refused with 400, and nothing changes.",
            script!(other_state),
        ),
        added(
            "use::expired",
            "x509_credentials_verify",
            "A certificate past its end is rejected with `Expired`.",
            script!(expired_use),
        ),
        Scenario::new(
            "x509-credentials::states::expired",
            X509.list,
            (
                "Facts: authentication per state",
                "Certificate expiry is not a state: there is no Expired; invalidAfter is only reported.",
            ),
            script!(expired_state),
        )
        .requires("The state of credentials stays what it was when their certificate ends."),
    ];
    scenarios.into_iter().map(|scenario| scenario.kind(Kind::State)).collect()
}

async fn revoke(attempt: &mut Attempt, id: &str, state: &str, reason: &str) -> Result<Answer, Stop> {
    let body = json!({"state": state, "revocationReason": reason});
    attempt.ask(Role::Request, UPDATE, Some(id), Some(body)).await
}

fn has_reason(attempt: &mut Attempt, item: &Value, reason: Option<&str>) {
    let actual = item.get("revocationReason");
    if actual != reason.map(Value::from).as_ref() {
        let actual = actual.map_or("nothing".to_owned(), Value::to_string);
        attempt.differs("body/revocationReason", reason.unwrap_or("nothing"), actual);
    }
}

async fn shown(attempt: &mut Attempt) -> Result<(), Stop> {
    let (made, id) = X509.make(attempt).await?;
    let answer = revoke(attempt, &id, "Revoked", "keyCompromise").await?;
    attempt.status(&answer, 204)?;
    let item = X509.item(attempt, Role::Observe, &id).await?;
    has_reason(attempt, &item, Some("keyCompromise"));
    let item = attempt.find(Role::Observe, &made).await?;
    has_reason(attempt, &item, Some("keyCompromise"));
    Ok(())
}

async fn left_out(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, id) = X509.make(attempt).await?;
    for state in ["Suspended", "Revoked"] {
        X509.bring(attempt, &id, state).await?;
        let item = X509.item(attempt, Role::Observe, &id).await?;
        has_reason(attempt, &item, None);
    }
    Ok(())
}

async fn stays(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, id) = X509.make(attempt).await?;
    let answer = revoke(attempt, &id, "Revoked", "superseded").await?;
    attempt.status(&answer, 204)?;
    let before = X509.item(attempt, Role::Prepare, &id).await?;
    let answer = revoke(attempt, &id, "Revoked", "keyCompromise").await?;
    attempt.status(&answer, 204)?;
    let after = X509.item(attempt, Role::Observe, &id).await?;
    has_reason(attempt, &after, Some("superseded"));
    unchanged(attempt, &before, &after);
    Ok(())
}

async fn other_state(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, id) = X509.make(attempt).await?;
    let before = X509.item(attempt, Role::Prepare, &id).await?;
    let answer = revoke(attempt, &id, "Suspended", "superseded").await?;
    attempt.status(&answer, 400)?;
    let after = X509.item(attempt, Role::Observe, &id).await?;
    unchanged(attempt, &before, &after);
    Ok(())
}

/// A certificate that has ended.
async fn ended(attempt: &mut Attempt) -> Result<Made, Stop> {
    let mut body = X509.body(attempt);
    body["ttl"] = json!(SHORT);
    let made = attempt.make(X509.create, body).await?;
    let item = attempt.find(Role::Prepare, &made).await?;
    let ends = moment(attempt, &item, "invalidAfter")?;
    let created = moment(attempt, &item, "createdDate")?;
    // Both times are the target's. The last second is still a part of the validity (RFC 5280 section 4.1.2.5).
    let lasts = u64::try_from((ends - created).whole_milliseconds().clamp(0, 10_000)).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(lasts + 1100)).await;
    for _ in 0..10 {
        let (answer, _) = X509.query(attempt, "").await?;
        if clock(&answer).is_none_or(|now| now > ends) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(made)
}

async fn expired_use(attempt: &mut Attempt) -> Result<(), Stop> {
    let made = ended(attempt).await?;
    says(attempt, &X509, Role::Request, presented(&X509, &made), "Expired").await.map(|_| ())
}

async fn expired_state(attempt: &mut Attempt) -> Result<(), Stop> {
    let made = ended(attempt).await?;
    let item = attempt.find(Role::Observe, &made).await?;
    if item["state"] != "Inactive" {
        attempt.differs("body/state", "Inactive", item["state"].to_string());
    }
    Ok(())
}
