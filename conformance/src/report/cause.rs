//! The likely cause of a mismatch, in a sentence: what to look at first.

mod body;
mod status;
#[cfg(test)]
mod tests;

use crate::{
    case::{CaseResult, Mismatch},
    exchange::{Answer, Body, Exchange},
    report::view::{Part, place},
};

/// What most likely is the cause. Where nothing special can be said, it is the advice of the case or of its kind.
pub(super) fn likely(result: &CaseResult, mismatch: &Mismatch) -> String {
    let case = &result.case;
    let exchange = result.exchanges.get(mismatch.exchange);
    let special = exchange.and_then(|exchange| special(result, mismatch, &exchange));
    special.unwrap_or_else(|| case.fix.unwrap_or(case.kind.advice()).to_owned())
}

fn special(result: &CaseResult, mismatch: &Mismatch, exchange: &Exchange) -> Option<String> {
    let (part, pointer, header) = place(&mismatch.at);
    let answer = &exchange.answer;
    if let Some(cause) = not_the_api(answer) {
        return Some(cause.to_owned());
    }
    match part {
        Part::Status => status::cause(&mismatch.expected, answer.status, result.case.kind).map(str::to_owned),
        Part::Header => self::header(header.unwrap_or_default(), answer).map(str::to_owned),
        Part::Body => body::cause(result, mismatch, exchange, pointer.unwrap_or_default()),
    }
}

/// Somebody else answered, or nobody did what was asked.
fn not_the_api(answer: &Answer) -> Option<&'static str> {
    let content_type = answer.header("content-type").unwrap_or_default();
    let page = content_type.trim_start().to_ascii_lowercase().starts_with("text/html");
    match answer.status {
        300..400 => Some(
            "A redirect: the target's URL has another scheme or host than the server wants, a login page is in front of \
             it, or the path is only known with or without a slash at its end.",
        ),
        500 => Some(
            "The server failed on this request: an error or a panic that nothing turns into an answer. Its log has the \
             cause.",
        ),
        501 => Some("The operation is not implemented."),
        502..=504 => Some(
            "A proxy answered for a server that it could not reach or that took too long, or the server is overloaded.",
        ),
        505.. => Some("The server failed on this request. Its log has the cause."),
        _ if page => Some(
            "A page for people: a proxy, a login page or the web framework's own error page answered, not the API.",
        ),
        _ => None,
    }
}

fn header(name: &str, answer: &Answer) -> Option<&'static str> {
    match (name, answer.header(name)) {
        ("content-type", None) => {
            Some("The body is sent without saying what it is: the framework was given bytes or a text.")
        }
        ("content-type", Some(_)) if matches!(answer.body, Body::Json(_)) => Some(
            "The body is JSON, but was sent as a text or as bytes: set the content type where it is written.",
        ),
        ("content-type", Some(_)) => {
            Some("Another content type than the documented one was chosen for the answer.")
        }
        ("allow", None) => Some(
            "The 405 comes from the router or the framework, which doesn't add the methods that the path has.",
        ),
        ("location", _) => {
            Some("The address of what was made is not built from the path that was asked and the new key.")
        }
        ("www-authenticate", _) => {
            Some("The 401 is made without the challenge that HTTP demands of it (RFC 9110 section 11.6.1).")
        }
        ("cache-control", _) => {
            Some("Nothing tells caches on the way to keep a secret out of their storage.")
        }
        ("set-cookie", None) => Some("No session was begun, or a proxy removes cookies."),
        ("set-cookie", Some(_)) => {
            Some("Look at the name and the attributes that the session's cookie is set with.")
        }
        (_, None) => Some("The header is not set where this answer is made, or a proxy removes it."),
        (_, Some(_)) => None,
    }
}
