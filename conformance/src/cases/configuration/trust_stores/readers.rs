//! Who may read and change trust stores without a grant on them.

use super::{
    super::{
        Scenario, script,
        steps::{BUILT_IN, TRUST_STORES, read},
        users,
    },
    SECTION, unchecked,
};
use crate::{
    attempt::{Attempt, TRANSACTION, Who},
    case::Stop,
    cases::configuration::Script,
    exchange::Role,
};

const SETTINGS: &str = "/api/configuration/aaa/settings";
const MANAGEMENT: &str = "/api/configuration/management";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id, operation, sentence, script: Script| {
        Scenario::new(format!("trust-stores::{id}"), operation, (SECTION, sentence), script)
            .note("Commits a user with that access, and removes the user in the end.")
    };
    const READ: &str = "Users who were not given read access to the trust_stores endpoint explicitly, are still able \
                        to retrieve information from it, if they have access to other /configuration related \
                        endpoints, which reference trust stores.";
    const WRITE: &str = "Users who were not given access to the trust_stores endpoint explicitly, but are still able \
                         to retrieve information from it because they have access to configuration endpoints which \
                         reference trust stores, are unable to modify trust stores.";
    const EXCEPTION: &str = "With the exception of /config/xcb/management, where the same access level is granted to \
                             the trust stores for the user as they have for /config/xcb/management.";
    vec![
        on("access::referrer-reads", "trust_stores_list", READ, script!(referrer_reads)),
        on(
            "access::referrer-does-not-write",
            "trust_stores_replace",
            WRITE,
            script!(referrer_does_not_write),
        ),
        on("access::management-writes", "trust_stores_create", EXCEPTION, script!(management_writes)),
        on("access::management-reads", "trust_stores_create", EXCEPTION, script!(management_reads)),
    ]
}

async fn referrer_reads(attempt: &mut Attempt) -> Result<(), Stop> {
    let user = users::with_grants(attempt, &[(SETTINGS, "read")]).await?;
    read(attempt, &user, TRUST_STORES).await?;
    read(attempt, &user, BUILT_IN).await?;
    Ok(())
}

async fn referrer_does_not_write(attempt: &mut Attempt) -> Result<(), Stop> {
    let user = users::with_grants(attempt, &[(SETTINGS, "write")]).await?;
    read(attempt, &user, TRUST_STORES).await?;
    is_refused(attempt, &user).await
}

async fn management_writes(attempt: &mut Attempt) -> Result<(), Stop> {
    let user = users::with_grants(attempt, &[(MANAGEMENT, "write")]).await?;
    read(attempt, &user, TRUST_STORES).await?;
    let body = unchecked(attempt);
    let answer = attempt.call(Role::Request, &user, "post", TRUST_STORES, Some(body)).await?;
    attempt.status(&answer, 201)?;
    // At once: the transaction ends with the user, who is removed in the end.
    let dropped = attempt.call(Role::Cleanup, &user, "delete", TRANSACTION, None).await?;
    attempt.status(&dropped, 200)
}

async fn management_reads(attempt: &mut Attempt) -> Result<(), Stop> {
    let user = users::with_grants(attempt, &[(MANAGEMENT, "read")]).await?;
    read(attempt, &user, TRUST_STORES).await?;
    is_refused(attempt, &user).await
}

async fn is_refused(attempt: &mut Attempt, user: &Who) -> Result<(), Stop> {
    let body = unchecked(attempt);
    for (method, path) in [("post", TRUST_STORES), ("put", BUILT_IN), ("delete", BUILT_IN)] {
        let body = (method != "delete").then(|| body.clone());
        let answer = attempt.call(Role::Request, user, method, path, body).await?;
        attempt.failure(&answer, 403, "Unauthorized")?;
        attempt.details_name(&answer, path);
    }
    Ok(())
}
