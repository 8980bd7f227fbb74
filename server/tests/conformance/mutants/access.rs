//! Faults in who is let in.

use poem::http::{HeaderValue, header};
use serde_json::json;

use super::Mutant;
use crate::proxy::{Call, Memory, Reply};

const TOKENS: &[&str] = &[
    "*-credentials::*token*",
    "*-credentials::*scope*",
    "*-credentials::*tenant*",
    "*-credentials::*scheme*",
    "*-credentials::*signature*",
];
const SESSIONS: &[&str] = &[
    "*::no-session",
    "*::garbage-session",
    "*::*logged-out*",
    "authentication::*",
    "*::status::unauth*",
    "access::*",
];

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

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::takes("access: nobody is asked for a token", TOKENS, |call, memory| {
        if is_credentials(call) && !call.headers.contains_key(header::AUTHORIZATION) {
            as_the_first(call, memory, header::AUTHORIZATION);
        }
        None
    })
    .after(|call, reply, memory| {
        if is_credentials(call) {
            remember(call, reply, memory, header::AUTHORIZATION);
        }
    }),
    Mutant::takes("access: any token will do", TOKENS, |call, memory| {
        if is_credentials(call) && call.headers.contains_key(header::AUTHORIZATION) {
            as_the_first(call, memory, header::AUTHORIZATION);
        }
        None
    })
    .after(|call, reply, memory| {
        if is_credentials(call) {
            remember(call, reply, memory, header::AUTHORIZATION);
        }
    }),
    Mutant::answers("access: 401 is 403", TOKENS, |call, reply, _| {
        if is_credentials(call) && reply.status == 401 {
            reply.status = 403;
        }
    }),
    Mutant::answers("access: 401 without a challenge", TOKENS, |call, reply, _| {
        if is_credentials(call) && reply.status == 401 {
            reply.headers.remove(header::WWW_AUTHENTICATE);
        }
    }),
    Mutant::answers("access: scopes are not looked at", TOKENS, |call, reply, _| {
        if is_credentials(call) && reply.status == 403 {
            *reply = Reply::json(200, json!([]));
        }
    }),
    Mutant::answers("access: a missing scope is a 401", TOKENS, |call, reply, _| {
        if is_credentials(call) && reply.status == 403 {
            reply.status = 401;
        }
    }),
    Mutant::takes("access: nobody is asked for a session", SESSIONS, |call, memory| {
        if is_configuration(call) && !call.headers.contains_key(header::COOKIE) {
            as_the_first(call, memory, header::COOKIE);
        }
        None
    })
    .after(|call, reply, memory| {
        if is_configuration(call) {
            remember(call, reply, memory, header::COOKIE);
        }
    }),
    Mutant::takes("access: a session that has ended", SESSIONS, |call, _| {
        call.is("DELETE", "/api/authentication")
            .then(|| Reply::json(200, json!({"meta": {"href": "/api/authentication", "parent": "/api"}})))
    }),
    Mutant::answers("access: no session is answered with 403", SESSIONS, |call, reply, _| {
        if is_configuration(call) && reply.status == 401 {
            reply.status = 403;
        }
    }),
    Mutant::answers("access: no session is answered with another type", SESSIONS, |call, reply, _| {
        if is_configuration(call) && reply.json["error"]["type"] == "Unauthenticated" {
            reply.json["error"]["type"] = json!("NotAuthenticated");
        }
    }),
    Mutant::answers("access: a wrong password opens a session", SESSIONS, |call, reply, _| {
        if call.is("GET", "/api/authentication") && reply.status == 401 {
            reply.status = 200;
        }
    }),
    Mutant::answers("access: scripts can read the cookie", SESSIONS, |call, reply, _| {
        if call.is("GET", "/api/authentication")
            && let Some(cookie) = reply.headers.get(header::SET_COOKIE)
        {
            let cookie = cookie.to_str().unwrap().replace("; HttpOnly", "").replace("; httponly", "");
            reply.set("set-cookie", &cookie);
        }
    }),
    Mutant::answers("access: 401 does not tell the path", SESSIONS, |call, reply, _| {
        if is_configuration(call) && reply.status == 401 {
            reply.json["error"]["details"] = json!({});
        }
    }),
    Mutant::takes("access: everybody is the administrator", SESSIONS, |call, memory| {
        if is_configuration(call) && call.headers.contains_key(header::COOKIE) {
            as_the_first(call, memory, header::COOKIE);
        }
        None
    })
    .after(|call, reply, memory| {
        if is_configuration(call) {
            remember(call, reply, memory, header::COOKIE);
        }
    }),
];
