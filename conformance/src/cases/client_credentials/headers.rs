//! Headers of answers that the document adds: where new credentials are, and that secrets are not to be kept.

use serde_json::json;

use super::{
    Scenario, Script,
    resource::{BASIC, BOTH, Resource, over},
    script,
};
use crate::{
    attempt::Attempt,
    case::{Kind, Stop},
    exchange::{Answer, Role},
};

const RESET: &str = "basic_credentials_reset_password";

pub(super) fn scenarios() -> Vec<Scenario> {
    let of_both = BOTH.into_iter().flat_map(|resource| {
        let on = |id, requirement, script| {
            resource.extension(id, resource.create, requirement, script).kind(Kind::Form)
        };
        [
            on(
                "create::location",
                "`Location` of the 201 is where the new credentials are (RFC 9110 section 15.3.2).",
                over!(location),
            ),
            on(
                "create::no-store",
                "An answer with a secret has `Cache-Control: no-store` (RFC 9111 section 5.2.2.5).",
                over!(created_no_store),
            ),
        ]
    });
    let script: Script = script!(reset_no_store);
    let reset = Scenario::extension(
        "basic-credentials::reset-password::no-store",
        RESET,
        "An answer with a secret has `Cache-Control: no-store` (RFC 9111 section 5.2.2.5).",
        script,
    );
    of_both.chain([reset]).collect()
}

/// No cache keeps the last answer.
fn is_not_stored(attempt: &mut Attempt, answer: &Answer) {
    let told = answer.header("cache-control").unwrap_or("no such header");
    let mut directives = told.split(',');
    if !directives.any(|directive| directive.trim().eq_ignore_ascii_case("no-store")) {
        attempt.differs("header cache-control", "no-store", told);
    }
}

async fn location(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let body = resource.body(attempt);
    let answer = attempt.ask_for(resource.create, body).await?;
    attempt.status(&answer, 201)?;
    let id = attempt.at(&answer, "/id")?.as_str().unwrap_or_default().to_owned();
    let told = answer.header("location").unwrap_or("no such header").to_owned();
    // It may be a path, or a whole URL.
    let path = format!("{}/{id}", resource.path());
    if !told.ends_with(&path) {
        attempt.differs("header location", path, told);
    }
    resource.item(attempt, Role::Observe, &id).await.map(|_| ())
}

async fn created_no_store(attempt: &mut Attempt, resource: &'static Resource) -> Result<(), Stop> {
    let body = resource.body(attempt);
    let answer = attempt.ask_for(resource.create, body).await?;
    attempt.status(&answer, 201)?;
    is_not_stored(attempt, &answer);
    Ok(())
}

async fn reset_no_store(attempt: &mut Attempt) -> Result<(), Stop> {
    let (_, id) = BASIC.make(attempt).await?;
    let answer = attempt.ask(Role::Request, RESET, Some(&id), Some(json!({}))).await?;
    attempt.status(&answer, 200)?;
    is_not_stored(attempt, &answer);
    Ok(())
}
