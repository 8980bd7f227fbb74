//! Users that a case needs. The reference has no way to make them, so they are made as the document has it.

use serde_json::{Value, json};

use super::steps::{body_of, text};
use crate::{
    attempt::{Attempt, Who},
    case::Stop,
    exchange::{Answer, Role},
    target::Secret,
};

const LOCAL_DATABASE: &str = "/api/configuration/aaa/local_database";
const ACLS: &str = "/api/configuration/aaa/acls";

/// A committed user who is logged in and has exactly these grants: path and permission. The user is removed in the end.
pub(super) async fn with_grants(attempt: &mut Attempt, grants: &[(&str, &str)]) -> Result<Who, Stop> {
    let (name, password) = create(attempt, grants).await?;
    Ok(Who::Session(attempt.log_in(&name, &password).await?))
}

/// Like [`with_grants`], but not logged in: name and password.
pub(super) async fn create(attempt: &mut Attempt, grants: &[(&str, &str)]) -> Result<(String, Secret), Stop> {
    let there = attempt.call(Role::Prepare, &Who::Admin, "get", LOCAL_DATABASE, None).await?;
    if there.status != 200 {
        return Err(Stop::Skip(format!(
            "needs a second user, and the target has no {LOCAL_DATABASE} to make one (status {})",
            there.status
        )));
    }
    let name = format!("conformance-{}", attempt.suffix);
    let password = format!("Pw-{}", attempt.suffix);
    let users = format!("{LOCAL_DATABASE}/users");
    let user = add(attempt, &users, json!({"name": name, "password": password})).await?;
    attempt.undo("delete", format!("{users}/{user}"), None);
    if !grants.is_empty() {
        let groups = format!("{LOCAL_DATABASE}/groups");
        let group = add(attempt, &groups, json!({"name": name, "members": [name]})).await?;
        attempt.undo("delete", format!("{groups}/{group}"), None);
        grant(attempt, &name, grants).await?;
    }
    commit(attempt).await?;
    Ok((name, Secret::new(password)))
}

/// Gives a group grants, in the open transaction.
pub(super) async fn grant(attempt: &mut Attempt, group: &str, grants: &[(&str, &str)]) -> Result<(), Stop> {
    let before = body_of(attempt, &Who::Admin, ACLS).await?;
    let mut acls = before.clone();
    let new = grants
        .iter()
        .map(|(object, permission)| json!({"group": group, "objects": [object], "permission": permission}));
    if let Some(acls) = acls.as_array_mut() {
        acls.extend(new);
    }
    let answer = attempt.call(Role::Prepare, &Who::Admin, "put", ACLS, Some(acls)).await?;
    made(&answer, ACLS)?;
    attempt.undo("put", ACLS, Some(before));
    Ok(())
}

/// A group for the user of that name, in the open transaction.
pub(super) async fn group_of(attempt: &mut Attempt, name: &str) -> Result<(), Stop> {
    let groups = format!("{LOCAL_DATABASE}/groups");
    let group = add(attempt, &groups, json!({"name": name, "members": [name]})).await?;
    attempt.undo("delete", format!("{groups}/{group}"), None);
    Ok(())
}

pub(super) async fn commit(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = attempt.commit(Role::Prepare, &Who::Admin).await?;
    made(&answer, "the commit of a user")
}

async fn add(attempt: &mut Attempt, collection: &str, body: Value) -> Result<String, Stop> {
    let answer = attempt.call(Role::Prepare, &Who::Admin, "post", collection, Some(body)).await?;
    made(&answer, collection)?;
    text(attempt, &answer, "/key")
}

fn made(answer: &Answer, what: &str) -> Result<(), Stop> {
    match answer.status {
        200..300 => Ok(()),
        status => {
            Err(Stop::Error(format!("cannot make the user that the case needs: {what} answered {status}")))
        }
    }
}
