//! The form of errors, and those that belong to no endpoint.

use super::{
    Scenario, Script, script,
    steps::{SYSTEM_ALERTS, TRAFFIC_ALERTS, body_of},
};
use crate::{
    attempt::{Attempt, TRANSACTION, Who},
    case::Stop,
    exchange::Role,
    http::Content,
};

const SECTION: &str = "Facts: errors";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id, operation, sentence, script: Script| {
        Scenario::new(format!("errors::{id}"), operation, (SECTION, sentence), script)
    };
    vec![
        on(
            "shape::error",
            "alerting_list",
            "`{\"error\":{\"type\":\"...\",\"message\":\"...\",\"details\":{...}}, ...}`",
            script!(shape),
        ),
        on(
            "invalid-request-body::not-json",
            "system_alerts_replace",
            "400 | InvalidRequestBody | body not decodable / not JSON",
            script!(not_json),
        ),
        on(
            "method-not-allowed::transaction",
            "transaction_get",
            "405 | MethodNotAllowed | unsupported method",
            script!(method),
        ),
        on(
            "syntactic-error::wrong-type",
            "system_alerts_replace",
            "400 | SyntacticError | a value is not accepted; details: the path found invalid",
            script!(wrong_type),
        ),
        Scenario::extension(
            "errors::www-authenticate::both-kinds",
            "authentication_login",
            "A 401 says in `WWW-Authenticate` how to log in: by HTTP Basic at the login, by the cookie elsewhere.",
            script!(challenges),
        ),
    ]
}

async fn shape(attempt: &mut Attempt) -> Result<(), Stop> {
    let missing = "/api/configuration/alerting/unknown_alerts";
    let answer = attempt.call(Role::Request, &Who::Admin, "get", missing, None).await?;
    attempt.failure(&answer, 404, "NotFound")?;
    let answer = attempt.call(Role::Request, &Who::Nobody, "get", TRANSACTION, None).await?;
    attempt.failure(&answer, 401, "Unauthenticated")?;
    attempt.documented("transaction_get", &answer);
    Ok(())
}

async fn not_json(attempt: &mut Attempt) -> Result<(), Stop> {
    for text in ["{\"xcbAlert\": ", "not JSON", "[1,]"] {
        let content = Content::text(text);
        let answer = attempt.call_with(Role::Request, &Who::Admin, "put", SYSTEM_ALERTS, content).await?;
        attempt.failure(&answer, 400, "InvalidRequestBody")?;
    }
    Ok(())
}

async fn method(attempt: &mut Attempt) -> Result<(), Stop> {
    for (method, path) in [("patch", TRANSACTION), ("delete", SYSTEM_ALERTS), ("post", TRAFFIC_ALERTS)] {
        let answer = attempt.call(Role::Request, &Who::Admin, method, path, None).await?;
        attempt.failure(&answer, 405, "MethodNotAllowed")?;
    }
    Ok(())
}

async fn wrong_type(attempt: &mut Attempt) -> Result<(), Stop> {
    let mut body = body_of(attempt, &Who::Admin, SYSTEM_ALERTS).await?;
    body["xcbAlert"]["email"] = "yes".into();
    let answer = attempt.call(Role::Request, &Who::Admin, "put", SYSTEM_ALERTS, Some(body)).await?;
    attempt.failure(&answer, 400, "SyntacticError")?;
    attempt.documented("system_alerts_replace", &answer);
    attempt.details_name(&answer, &format!("{SYSTEM_ALERTS}/xcbAlert/email"));
    Ok(())
}

async fn challenges(attempt: &mut Attempt) -> Result<(), Stop> {
    for (path, scheme) in [("/api/authentication", "Basic "), (SYSTEM_ALERTS, "Cookie ")] {
        let answer = attempt.call(Role::Request, &Who::Nobody, "get", path, None).await?;
        attempt.status(&answer, 401)?;
        let challenge = answer.header("www-authenticate").unwrap_or("no such header");
        if !challenge.starts_with(scheme) {
            attempt.differs("header www-authenticate", scheme, challenge);
        }
    }
    Ok(())
}
