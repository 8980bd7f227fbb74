//! Faults in who is let in.

use data_encoding::BASE64URL_NOPAD;
use poem::http::{HeaderValue, header};
use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Call, Memory, Reply};

const NO_TOKEN: &[&str] = &["*-credentials::*::no-token"];
const WRONG_TOKEN: &[&str] = &["*-credentials::*::garbage-token", "*-credentials::*::broken-token"];
const SCOPE: &[&str] = &["*-credentials::*::wrong-scope"];
const NO_SESSION: &[&str] = &["*::no-session"];
const LOGIN: &[&str] = &["authentication::login::*"];

fn is_credentials(call: &Call) -> bool {
    call.path.starts_with("/api/v1/")
}

fn is_configuration(call: &Call) -> bool {
    call.path.starts_with("/api/") && !is_credentials(call)
}

/// The first token, or cookie, that was let in, in the place of what was sent.
fn as_the_first(call: &mut Call, memory: &Memory, name: header::HeaderName) {
    if let Some(first) = memory.get(name.as_str()).and_then(|value| value.as_str()) {
        call.headers.insert(name, HeaderValue::from_str(first).unwrap());
    }
}

/// Remembers the first one that was let in.
fn remember(call: &Call, reply: &Reply, memory: &mut Memory, name: header::HeaderName) {
    if let Some(sent) = call.headers.get(&name).filter(|_| reply.is_success()) {
        let sent = sent.to_str().unwrap().to_owned();
        memory.entry(name.as_str().to_owned()).or_insert(json!(sent));
    }
}

fn remember_token(call: &Call, reply: &mut Reply, memory: &mut Memory) {
    if is_credentials(call) {
        remember(call, reply, memory, header::AUTHORIZATION);
    }
}

fn remember_session(call: &Call, reply: &mut Reply, memory: &mut Memory) {
    if is_configuration(call) {
        remember(call, reply, memory, header::COOKIE);
    }
}

/// The scopes of the access token, which is a JWT (RFC 9068 section 2.2.3).
fn scopes(call: &Call) -> Option<String> {
    let token = call.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    let payload = BASE64URL_NOPAD.decode(token.split('.').nth(1)?.as_bytes()).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    Some(claims["scope"].as_str().unwrap_or_default().to_owned())
}

/// A mutant that takes another tenant for the first one where this is asked for.
macro_rules! tenant {
    ($what:literal, $method:literal, $path:literal, $topic:literal) => {
        Mutant::takes(concat!("tenants: ", $what, " of another"), &[$topic], |call, memory| {
            if call.is($method, $path) {
                as_the_first(call, memory, header::AUTHORIZATION);
            }
            None
        })
        .after(remember_token)
    };
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::takes("access: nobody is asked for a token", NO_TOKEN, |call, memory| {
        if is_credentials(call) && !call.headers.contains_key(header::AUTHORIZATION) {
            as_the_first(call, memory, header::AUTHORIZATION);
        }
        None
    })
    .after(remember_token),
    Mutant::takes("access: any token will do", WRONG_TOKEN, |call, memory| {
        if is_credentials(call) && call.headers.contains_key(header::AUTHORIZATION) {
            as_the_first(call, memory, header::AUTHORIZATION);
        }
        None
    })
    .after(remember_token),
    Mutant::answers("access: 401 is 403", NO_TOKEN, |call, reply, _| {
        if is_credentials(call) && reply.status == 401 {
            reply.status = 403;
        }
    }),
    Mutant::answers("access: 401 without a challenge", NO_TOKEN, |call, reply, _| {
        if is_credentials(call) && reply.status == 401 {
            reply.headers.remove(header::WWW_AUTHENTICATE);
        }
    }),
    Mutant::takes("access: scopes are not looked at", SCOPE, |call, memory| {
        if is_credentials(call) && scopes(call).is_some() {
            as_the_first(call, memory, header::AUTHORIZATION);
        }
        None
    })
    .after(remember_token),
    Mutant::takes("access: one scope is as good as another", SCOPE, |call, memory| {
        if is_credentials(call) && scopes(call).is_some_and(|scopes| !scopes.is_empty()) {
            as_the_first(call, memory, header::AUTHORIZATION);
        }
        None
    })
    .after(remember_token),
    tenant!("the list", "GET", "/api/v1/*-credentials", "*-credentials::list::other-tenant"),
    tenant!("one", "GET", "/api/v1/basic-credentials/*", "basic-credentials::get::other-tenant"),
    tenant!("a state", "PATCH", "/api/v1/*/state", "*-credentials::update-state::other-tenant"),
    tenant!("a password", "PATCH", "/api/v1/*/password", "*-credentials::reset-password::other-tenant"),
    tenant!("a verdict", "POST", "/api/v1/*/verify", "*-credentials::verify::other-tenant"),
    tenant!("a username", "POST", "/api/v1/basic-credentials", "basic-credentials::create::other-tenant"),
    Mutant::answers("access: a missing scope is a 401", SCOPE, |call, reply, _| {
        if is_credentials(call) && reply.status == 403 {
            reply.status = 401;
        }
    }),
    Mutant::takes(
        "access: nobody is asked for a session",
        &["*::get::read", "*::replace::no-session"],
        |call, memory| {
            if is_configuration(call) && !call.headers.contains_key(header::COOKIE) {
                as_the_first(call, memory, header::COOKIE);
            }
            None
        },
    )
    .after(remember_session),
    Mutant::takes(
        "access: a session that has ended",
        &["authentication::logout::ends-the-session", "*::ended-session"],
        |call, _| {
            call.is("DELETE", "/api/authentication")
                .then(|| Reply::json(200, json!({"meta": {"href": "/api/authentication", "parent": "/api"}})))
        },
    ),
    Mutant::answers("access: no session is answered with 403", NO_SESSION, |call, reply, _| {
        if is_configuration(call) && reply.status == 401 {
            reply.status = 403;
        }
    }),
    Mutant::answers("access: no session is answered with another type", NO_SESSION, |call, reply, _| {
        if is_configuration(call) && reply.json["error"]["type"] == "Unauthenticated" {
            reply.json["error"]["type"] = json!("NotAuthenticated");
        }
    }),
    Mutant::answers("access: a wrong password opens a session", LOGIN, |call, reply, _| {
        if call.is("GET", "/api/authentication") && reply.status == 401 {
            reply.status = 200;
        }
    }),
    Mutant::answers(
        "access: scripts can read the cookie",
        &["authentication::cookie::*"],
        |call, reply, _| {
            if call.is("GET", "/api/authentication")
                && let Some(cookie) = reply.headers.get(header::SET_COOKIE)
            {
                let cookie = cookie.to_str().unwrap().replace("; HttpOnly", "").replace("; httponly", "");
                reply.set("set-cookie", &cookie);
            }
        },
    ),
    Mutant::answers("access: 401 does not tell the path", NO_SESSION, |call, reply, _| {
        if is_configuration(call) && reply.status == 401 {
            reply.json["error"]["details"] = json!({});
        }
    }),
    Mutant::takes(
        "access: everybody is the administrator",
        &["*::status::unauthorized", "access::*", "*::garbage-session"],
        |call, memory| {
            if is_configuration(call) && call.headers.contains_key(header::COOKIE) {
                as_the_first(call, memory, header::COOKIE);
            }
            None
        },
    )
    .after(remember_session),
];
