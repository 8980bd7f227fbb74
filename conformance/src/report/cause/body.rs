//! The likely cause of a wrong body.

use serde_json::Value;

use crate::{
    case::{CaseResult, Kind, Mismatch},
    exchange::{Answer, Body, Exchange, Role},
    report::redact::is_secret,
};

pub(super) fn cause(
    result: &CaseResult,
    mismatch: &Mismatch,
    exchange: &Exchange,
    pointer: &str,
) -> Option<String> {
    let answer = &exchange.answer;
    if pointer.is_empty()
        && let Some(cause) = whole(mismatch, answer)
    {
        return Some(cause.to_owned());
    }
    let name = pointer.rsplit('/').next().unwrap_or_default();
    match (mismatch.expected.as_str(), mismatch.actual.as_str()) {
        ("nothing", _) if is_secret(name) => Some(
            "The record is answered as it is stored or was sent: leave the secret out of what this answer is made from."
                .to_owned(),
        ),
        ("nothing", _) => Some(format!(
            "The record is answered as it is stored, with a member that is not for clients, or `{name}` is an extension that \
             the document doesn't have."
        )),
        (_, "nothing") => Some(missing(answer, pointer)),
        _ => value(result, mismatch, exchange, name),
    }
}

/// The body as a whole.
fn whole(mismatch: &Mismatch, answer: &Answer) -> Option<&'static str> {
    match &answer.body {
        Body::Empty => Some("The status is set, and nothing is written as the body."),
        Body::Text(_) if mismatch.expected == "no body" => {
            Some("Something is written as the body though there is nothing to say.")
        }
        Body::Text(_) => {
            Some("This is no JSON: a text was written, the JSON broke off, or another program answered.")
        }
        Body::Json(_) if answer.status == 204 || mismatch.expected == "no body" => {
            Some("The handler answers what it changed; the document has no body here.")
        }
        Body::Json(_) => None,
    }
}

/// A member that isn't there.
fn missing(answer: &Answer, pointer: &str) -> String {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    let members = answer.json().and_then(|body| body.pointer(parent)).and_then(Value::as_object);
    let similar = members.and_then(|members| {
        let mut names = members.keys();
        names.find(|other| *other != name && plain(other) == plain(name))
    });
    match similar {
        Some(other) => {
            format!("The answer has `{other}` in its place: names are written in another style than the document's.")
        }
        None => "The member is left out: it is not filled in, has another name, or the writer of JSON skips it when it is \
                 empty."
            .to_owned(),
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// A value that is there and wrong.
fn value(result: &CaseResult, mismatch: &Mismatch, exchange: &Exchange, name: &str) -> Option<String> {
    let Mismatch { requirement, expected, actual, .. } = mismatch;
    let text = actual.split_once('"').map(|(_, rest)| rest.trim_end_matches('"')).unwrap_or_default();
    let is = |word: &str| expected.split(" or ").any(|type_| type_ == word);
    let cause = match () {
        () if requirement.contains("microseconds") => time(text),
        () if requirement.starts_with("This is of type") && actual == "null" => {
            "What has no value is written as null; the document leaves it out."
        }
        () if requirement.starts_with("This is of type") && actual.starts_with("the string") => {
            "The value is written as a string: look at its type where the answer is made."
        }
        () if is("string") && actual.starts_with("the number") => {
            "A number is written where the document has a string; large numbers would also lose digits in many clients."
        }
        () if requirement.starts_with("This is of type") => {
            "The answer has another structure here than the document."
        }
        () if requirement.contains("one of the documented values") => {
            "Names of values are written in another style than the document's, or the value is not documented."
        }
        () if requirement.contains("of the request.") && exchange.role == Role::Request => {
            "The server answers with a value of its own: it doesn't read this member of the request, or changes it."
        }
        () if name == "id" && requirement.contains("asked for") => {
            "Another record was read: the lookup doesn't use the identifier of the path."
        }
        () if exchange.role == Role::Observe || result.case.kind == Kind::State => {
            "The change was acknowledged and is not seen: it was not stored, or this answer comes from a cache or a replica \
             that lags behind."
        }
        () => return None,
    };
    Some(cause.to_owned())
}

/// A time that isn't written in UTC with microseconds.
fn time(text: &str) -> &'static str {
    let (_, clock) = text.split_once(['T', ' ']).unwrap_or_default();
    let digits =
        clock.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    match digits {
        _ if clock.is_empty() => {
            "This is no date and time in ISO 8601 format: a number, or another way to write dates."
        }
        _ if !clock.ends_with('Z') => "The time is not written in UTC with `Z` at its end.",
        0 => "The fraction of the second is left out: many libraries do so by default, or when it is zero.",
        6 => "The date or the time of day is written in another way than in ISO 8601 format.",
        _ => {
            "The fraction of the second doesn't have six digits: many libraries write as many as are needed."
        }
    }
}
