//! Judges an answer: status, content type and body against the document.

mod format;
mod shape;
mod string;

use serde_json::Value;

pub(crate) use format::Format;

use crate::{
    document::{Document, Example, Response},
    exchange::{Answer, Body},
    target::Profile,
};
use shape::Shape;

/// What an answer must be.
#[derive(Debug)]
pub(crate) struct Expected {
    /// The documented answers, any of which will do. The first one is what the document demands; others are tolerated.
    pub(crate) responses: Vec<Response>,
    /// The documented answer to exactly this request, when there is one: the body must have its fields.
    pub(crate) example: Option<Example>,
}

/// A difference, before it is known in which exchange.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) at: String,
    pub(crate) requirement: String,
    pub(crate) pointer: String,
    pub(crate) expected: String,
    pub(crate) actual: String,
}

/// What differs between `answer` and what is expected; empty when nothing does.
pub(crate) fn judge(
    document: &Document,
    profile: Profile,
    expected: &Expected,
    answer: &Answer,
) -> Vec<Difference> {
    let Some(response) = expected.responses.iter().find(|response| response.status == answer.status) else {
        return wrong_status(&expected.responses, answer).into_iter().collect();
    };
    if response.body_is_extension() && profile != Profile::Extended {
        return Vec::new();
    }
    let Some((media_type, content)) = response.content() else {
        return unexpected_body(response, answer).into_iter().collect();
    };
    if let Some(difference) = wrong_content_type(media_type, content.pointer(), answer) {
        return vec![difference];
    }
    let Some(body) = answer.json() else {
        return vec![Difference {
            at: "body".to_owned(),
            requirement: format!("The body of the {} is JSON.", response.status),
            pointer: content.pointer().to_owned(),
            expected: "JSON (RFC 8259)".to_owned(),
            actual: describe_body(&answer.body),
        }];
    };
    let Some(schema) = content.get("schema") else { return Vec::new() };
    let exact = expected.example.is_some();
    let examples = match &expected.example {
        Some(example) => vec![example.value.clone()],
        None => response.examples().into_iter().map(|example| example.value).collect(),
    };
    Shape::new(profile, document.secrets(), exact).compare(&schema, &examples, body)
}

fn wrong_status(accepted: &[Response], answer: &Answer) -> Option<Difference> {
    let demanded = accepted.first()?;
    let names: Vec<String> = accepted.iter().map(|response| response.status.to_string()).collect();
    Some(Difference {
        at: "status".to_owned(),
        requirement: format!("The answer is {}: {}", demanded.status, demanded.description()),
        pointer: demanded.pointer().to_owned(),
        expected: names.join(" or "),
        actual: answer.told_status(),
    })
}

fn unexpected_body(response: &Response, answer: &Answer) -> Option<Difference> {
    (answer.body != Body::Empty).then(|| Difference {
        at: "body".to_owned(),
        requirement: format!("The {} has no body.", response.status),
        pointer: response.pointer().to_owned(),
        expected: "no body".to_owned(),
        actual: describe_body(&answer.body),
    })
}

/// Parameters such as `charset` are accepted, and letters of any case (RFC 9110 section 8.3.1).
fn wrong_content_type(media_type: &str, pointer: &str, answer: &Answer) -> Option<Difference> {
    let header = answer.header("content-type");
    let essence = header.map(|header| header.split(';').next().unwrap_or_default().trim());
    (!essence.is_some_and(|essence| essence.eq_ignore_ascii_case(media_type))).then(|| Difference {
        at: "header content-type".to_owned(),
        requirement: format!("The body is {media_type}."),
        pointer: pointer.to_owned(),
        expected: media_type.to_owned(),
        actual: header.unwrap_or("no such header").to_owned(),
    })
}

fn describe_body(body: &Body) -> String {
    match body {
        Body::Empty => "no body".to_owned(),
        Body::Json(value) => describe(value),
        Body::Text(text) => {
            // Bytes that aren't UTF-8 have been replaced.
            let kind = if text.contains('\u{fffd}') { "text that is not UTF-8 and" } else { "text that" };
            format!("{kind} starts with `{}`", clip(text, 60))
        }
    }
}

/// A value in words, short.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("the boolean {value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the string \"{}\"", clip(text, 60)),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(members) => {
            let names: Vec<&str> = members.keys().map(String::as_str).collect();
            clip(
                &format!(
                    "an object with {}",
                    if names.is_empty() { "nothing".into() } else { names.join(", ") }
                ),
                200,
            )
        }
    }
}

/// The start of a text, on one line.
fn clip(text: &str, length: usize) -> String {
    let mut clipped: String = text.chars().take(length).flat_map(char::escape_debug).collect();
    if text.chars().nth(length).is_some() {
        clipped.push('…');
    }
    clipped
}

/// What differs where the answer must repeat what was sent.
///
/// It must for each property that has the same value in the documented request and the documented answer.
pub(crate) fn judge_echo(request: &Example, answer: &Example, sent: &Value, got: &Value) -> Vec<Difference> {
    let documented = request.value().as_object().into_iter().flatten();
    let repeated = documented.filter(|(name, value)| answer.value().get(name) == Some(value));
    let differs =
        |name: &&String| got.get(name.as_str()).is_some_and(|value| Some(value) != sent.get(name.as_str()));
    let difference = |name: &String| Difference {
        at: format!("body/{name}"),
        requirement: format!("The answer has the `{name}` of the request."),
        pointer: answer.value.pointer_to(name),
        expected: sent.get(name).map(describe).unwrap_or_default(),
        actual: got.get(name).map(describe).unwrap_or_default(),
    };
    repeated.map(|(name, _)| name).filter(differs).map(difference).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests;
