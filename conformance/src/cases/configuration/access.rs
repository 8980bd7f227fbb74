//! Grants: when they take effect, and what is below them.

use super::{
    Scenario, script,
    steps::{ALERTING, SYSTEM_ALERTS, TRAFFIC_ALERTS, body_of, read},
    users,
};
use crate::{
    attempt::{Attempt, Who},
    case::Stop,
    exchange::Role,
};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "access::acl-changes::next-login",
            "acls_get",
            (
                "Facts: authentication",
                "ACL changes take effect at the user's next login; active sessions keep old privileges",
            ),
            script!(next_login),
        )
        .note("Commits a user and a grant, and removes both in the end."),
        Scenario::extension(
            "access::read::does-not-write",
            "system_alerts_replace",
            "A grant to read an object covers reading it alone: neither changing it nor its siblings.",
            script!(read_alone),
        ),
    ]
}

async fn next_login(attempt: &mut Attempt) -> Result<(), Stop> {
    let (name, password) = users::create(attempt, &[]).await?;
    let old = Who::Session(attempt.log_in(&name, &password).await?);
    users::group_of(attempt, &name).await?;
    users::grant(attempt, &name, &[(ALERTING, "read")]).await?;
    users::commit(attempt).await?;
    let answer = attempt.call(Role::Request, &old, "get", SYSTEM_ALERTS, None).await?;
    attempt.failure(&answer, 403, "Unauthorized")?;
    let new = Who::Session(attempt.log_in(&name, &password).await?);
    read(attempt, &new, SYSTEM_ALERTS).await?;
    Ok(())
}

async fn read_alone(attempt: &mut Attempt) -> Result<(), Stop> {
    let user = users::with_grants(attempt, &[(SYSTEM_ALERTS, "read")]).await?;
    let body = body_of(attempt, &user, SYSTEM_ALERTS).await?;
    let answer = attempt.call(Role::Request, &user, "put", SYSTEM_ALERTS, Some(body)).await?;
    attempt.failure(&answer, 403, "Unauthorized")?;
    let answer = attempt.call(Role::Request, &user, "get", TRAFFIC_ALERTS, None).await?;
    attempt.failure(&answer, 403, "Unauthorized")
}
