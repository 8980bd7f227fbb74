//! Logging in, and the session that it begins.

use serde_json::json;

use super::{
    Scenario, Script, script,
    steps::{ALERTING, read},
};
use crate::{
    attempt::{Attempt, LOGIN, Who, session_id},
    case::Stop,
    exchange::{Answer, Role},
    target::Secret,
};

const SECTION: &str = "Facts: authentication";
const TYPES: &str = "/api/authentication/types";

pub(super) fn scenarios() -> Vec<Scenario> {
    let on = |id, operation, sentence, script: Script| {
        Scenario::new(format!("authentication::{id}"), operation, (SECTION, sentence), script)
    };
    vec![
        on(
            "login::basic",
            "authentication_login",
            "GET /api/authentication over HTTPS with HTTP Basic: `Authorization: Basic base64(user:password)`; \
             credentials must be UTF-8",
            script!(login),
        ),
        on(
            "login::answer",
            "authentication_login",
            "success: 200, body carries a `meta` object, response sets cookie `session_id` (sample values are 40 \
             lower-case hex digits)",
            script!(answer),
        ),
        on(
            "cookie::attributes",
            "authentication_login",
            "Set-Cookie carries `expires` (RFC-1123-like date), `Path`, `Secure` (the Java client parses exactly these)",
            script!(attributes),
        ),
        on(
            "cookie::required",
            "alerting_list",
            "every later request sends that cookie (`curl --cookie cookies`; older docs also call it a \"session_id \
             header\")",
            script!(cookie_required),
        ),
        on(
            "login::refused",
            "authentication_login",
            "401 Unauthenticated: no/expired session; 401 AuthenticationFailure: credentials rejected; 403 \
             Unauthorized: not allowed",
            script!(refused),
        ),
        on(
            "login::certificate",
            "authentication_login",
            "certificate login: GET /api/authentication?type=x509 (client certificate in TLS)",
            script!(no_certificate),
        )
        .note("Only that a connection without a client certificate does not get in."),
        on(
            "types::list",
            "authentication_types_list",
            "5.7 .. ~6.9: anonymous GET /api/authentication/types -> field `types` containing `basic` and/or `x509`; \
             both = certificate for users, password still for admin",
            script!(types),
        ),
        Scenario::extension(
            "authentication::cookie::protected",
            "authentication_login",
            "The cookie is HttpOnly and SameSite=Strict, for all paths, and its value is 40 hexadecimal digits.",
            script!(protected),
        ),
        Scenario::extension(
            "authentication::logout::ends-the-session",
            "authentication_logout",
            "After DELETE /api/authentication the session's cookie lets nobody in.",
            script!(logout),
        ),
    ]
}

async fn logged_in(attempt: &mut Attempt) -> Result<Answer, Stop> {
    let admin = attempt.admin()?;
    let who = Who::Password(admin.user, admin.password);
    let answer = attempt.call(Role::Request, &who, "get", LOGIN, None).await?;
    attempt.status(&answer, 200)?;
    Ok(answer)
}

async fn login(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = logged_in(attempt).await?;
    let Some(id) = session_id(&answer) else {
        attempt.differs("header set-cookie", "session_id", "no such cookie");
        return Err(Stop::Failed);
    };
    read(attempt, &Who::Session(Secret::new(id)), ALERTING).await?;
    Ok(())
}

async fn answer(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = logged_in(attempt).await?;
    attempt.documented("authentication_login", &answer);
    attempt.members(&answer, "/meta", &json!({"href": LOGIN, "parent": "/api"}));
    if session_id(&answer).is_none() {
        attempt.differs("header set-cookie", "session_id", "no such cookie");
    }
    Ok(())
}

/// The attributes of the session's cookie, in lower case.
fn cookie_attributes(answer: &Answer) -> Vec<String> {
    let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let cookie = cookies.map(|(_, cookie)| cookie).find(|cookie| cookie.starts_with("session_id="));
    let attributes = cookie.into_iter().flat_map(|cookie| cookie.split(';').skip(1));
    attributes.map(|attribute| attribute.trim().to_ascii_lowercase()).collect()
}

fn has(attempt: &mut Attempt, attributes: &[String], wanted: &str) {
    if !attributes.iter().any(|attribute| attribute.starts_with(wanted)) {
        attempt.differs("header set-cookie", format!("the attribute {wanted}"), attributes.join("; "));
    }
}

/// `Secure` only where the connection is: a client drops a secure cookie that comes over plain HTTP.
async fn attributes(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = logged_in(attempt).await?;
    let attributes = cookie_attributes(&answer);
    has(attempt, &attributes, "expires=");
    has(attempt, &attributes, "path=/");
    if attempt.exchanges.last().is_some_and(|exchange| exchange.request.url.starts_with("https:")) {
        has(attempt, &attributes, "secure");
    }
    Ok(())
}

async fn protected(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = logged_in(attempt).await?;
    let attributes = cookie_attributes(&answer);
    has(attempt, &attributes, "httponly");
    has(attempt, &attributes, "samesite=strict");
    let id = session_id(&answer).unwrap_or_default();
    let digits = id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if id.len() != 40 || !digits {
        let actual = format!("{} characters", id.len());
        attempt.differs("header set-cookie", "40 lower-case hexadecimal digits", actual);
    }
    Ok(())
}

async fn cookie_required(attempt: &mut Attempt) -> Result<(), Stop> {
    let admin = attempt.admin()?;
    read(attempt, &Who::Admin, ALERTING).await?;
    // Name and password are for the login only.
    for who in [Who::Nobody, Who::Password(admin.user, admin.password)] {
        let answer = attempt.call(Role::Request, &who, "get", ALERTING, None).await?;
        attempt.failure(&answer, 401, "Unauthenticated")?;
    }
    Ok(())
}

/// An unknown user, so that nobody is locked out, and nothing at all.
async fn refused(attempt: &mut Attempt) -> Result<(), Stop> {
    let stranger = Who::Password(format!("nobody-{}", attempt.suffix), Secret::new("not-the-password"));
    for who in [stranger, Who::Nobody] {
        let answer = attempt.call(Role::Request, &who, "get", LOGIN, None).await?;
        attempt.failure(&answer, 401, refusal(attempt, &answer, &who))?;
        if session_id(&answer).is_some() {
            attempt.differs("header set-cookie", "no session", "a session");
        }
    }
    Ok(())
}

async fn no_certificate(attempt: &mut Attempt) -> Result<(), Stop> {
    let path = "/api/authentication?type=x509";
    let answer = attempt.call(Role::Request, &Who::Nobody, "get", path, None).await?;
    attempt.failure(&answer, 401, refusal(attempt, &answer, &Who::Nobody))
}

/// The type of a refused login. To no credentials at all the reference's "no session" fits as well.
fn refusal(attempt: &Attempt, answer: &Answer, who: &Who) -> &'static str {
    let told = answer.json().and_then(|body| body.pointer("/error/type"));
    match (who, told.and_then(serde_json::Value::as_str)) {
        (Who::Nobody, Some("Unauthenticated")) if !attempt.is_extended() => "Unauthenticated",
        _ => "AuthenticationFailure",
    }
}

async fn types(attempt: &mut Attempt) -> Result<(), Stop> {
    let answer = attempt.call(Role::Request, &Who::Nobody, "get", TYPES, None).await?;
    attempt.status(&answer, 200)?;
    attempt.documented("authentication_types_list", &answer);
    let types = attempt.at(&answer, "/types")?.as_array().cloned().unwrap_or_default();
    if !types.contains(&json!("basic")) && !types.contains(&json!("x509")) {
        attempt.differs("body/types", "basic or x509", format!("{} others", types.len()));
    }
    Ok(())
}

async fn logout(attempt: &mut Attempt) -> Result<(), Stop> {
    let session = attempt.second_session().await?;
    let answer = attempt.call(Role::Request, &session, "delete", LOGIN, None).await?;
    attempt.status(&answer, 200)?;
    attempt.documented("authentication_logout", &answer);
    let after = attempt.call(Role::Observe, &session, "get", ALERTING, None).await?;
    attempt.failure(&after, 401, "Unauthenticated")
}
