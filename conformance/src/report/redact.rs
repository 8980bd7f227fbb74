//! Takes secrets out of what is shown: passwords, private keys, tokens, cookies, client secrets.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::{Captures, Regex};
use serde_json::Value;

use super::DOCUMENT;
use crate::exchange::{Answer, Body, Exchange, Request};

/// Names of members and parameters that are secret whatever the document says, as [`plain`] writes them.
const SECRET: [&str; 9] = [
    "accesstoken",
    "apikey",
    "authorization",
    "clientsecret",
    "cookie",
    "idtoken",
    "refreshtoken",
    "sessionid",
    "token",
];

/// A shorter secret is not looked for in other texts: it would be found where it isn't.
const SHORTEST: usize = 6;

static NAMES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let documented = DOCUMENT.secrets().iter().map(|name| plain(name));
    documented.chain(SECRET.map(str::to_owned)).collect()
});

/// Where a secret may stand in a text.
struct Places {
    private_key: Regex,
    web_token: Regex,
    scheme: Regex,
    member: Regex,
    parameter: Regex,
    cookie: Regex,
    quoted: Regex,
}

static PLACES: LazyLock<Option<Places>> = LazyLock::new(|| {
    let places = || {
        Ok::<_, regex::Error>(Places {
            private_key: Regex::new(
                r"(?s)-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)",
            )?,
            web_token: Regex::new(r"eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*")?,
            scheme: Regex::new(r"\b(Bearer|Basic) +([\w.~+/=-]{8,})")?,
            member: Regex::new(r#"(?s)(["']([\w-]+)\\?["']\s*:\s*\\?["'])((?:\\.|[^"'\\])*)"#)?,
            parameter: Regex::new(r#"(([\w-]+)=)([^&\s;,'"]+)"#)?,
            cookie: Regex::new(r"^([^=;]+=)[^;]+")?,
            quoted: Regex::new(r#"(?s)".*""#)?,
        })
    };
    places().ok()
});

/// Knows the secrets of one case's exchanges.
#[derive(Default)]
pub(super) struct Redactor {
    /// Secrets that were sent or answered. They are also taken out where nothing says that they are some.
    seen: Vec<String>,
}

impl Redactor {
    pub(super) fn new(exchanges: &[Exchange]) -> Self {
        let mut seen = BTreeSet::new();
        for exchange in exchanges {
            let sent = exchange.request.body.iter();
            for body in sent.chain(exchange.answer.json()).chain(exchange.focus.as_ref()) {
                collect(body, false, &mut seen);
            }
            let cookies = exchange.answer.headers.iter().filter(|(name, _)| name == "set-cookie");
            let values = cookies.filter_map(|(_, cookie)| cookie.split(';').next()?.split_once('='));
            seen.extend(values.map(|(_, value)| value.to_owned()));
        }
        let mut seen: Vec<String> = seen.into_iter().filter(|secret| secret.len() >= SHORTEST).collect();
        // A secret may be the start of another one.
        seen.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { seen }
    }

    /// JSON without secrets.
    pub(super) fn value(&self, value: &Value) -> Value {
        self.member(value, false)
    }

    fn member(&self, value: &Value, secret: bool) -> Value {
        match value {
            Value::String(text) if secret => {
                Value::from(format!("[redacted: {} characters]", text.chars().count()))
            }
            Value::String(text) => Value::from(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.member(item, secret)).collect(),
            Value::Object(members) => {
                let members = members.iter();
                members
                    .map(|(name, value)| (self.text(name), self.member(value, secret || is_secret(name))))
                    .collect()
            }
            value => value.clone(),
        }
    }

    /// A text without what looks like a secret or is known to be one.
    pub(super) fn text(&self, text: &str) -> String {
        let Some(places) = PLACES.as_ref() else { return "[redacted]".to_owned() };
        let mut text = places.private_key.replace_all(text, "[redacted: $1]").into_owned();
        for secret in &self.seen {
            text = text.replace(secret, "[redacted]");
        }
        text = places.web_token.replace_all(&text, "[redacted: token]").into_owned();
        text = places.scheme.replace_all(&text, scheme).into_owned();
        text = places.member.replace_all(&text, named).into_owned();
        places.parameter.replace_all(&text, named).into_owned()
    }

    /// What a mismatch at a place expected or saw.
    pub(super) fn at(&self, at: &str, text: &str) -> String {
        let text = self.text(text);
        match PLACES.as_ref() {
            Some(places) if at.rsplit(['/', ' ']).next().is_some_and(is_secret) => {
                places.quoted.replace_all(&text, "\"[redacted]\"").into_owned()
            }
            _ => text,
        }
    }

    /// A header's value.
    pub(super) fn header(&self, name: &str, value: &str) -> String {
        let value = self.text(value);
        match (name, PLACES.as_ref()) {
            ("set-cookie", Some(places)) => places.cookie.replace(&value, "$1[redacted]").into_owned(),
            _ => value,
        }
    }

    /// A request. What let it in is not kept anyway.
    pub(super) fn request(&self, request: &Request) -> Request {
        Request {
            url: self.text(&request.url),
            path: self.text(&request.path),
            body: request.body.as_ref().map(|body| self.value(body)),
            text: request.text.as_ref().map(|text| self.text(text)),
            ..request.clone()
        }
    }

    /// An answer.
    pub(super) fn answer(&self, answer: &Answer) -> Answer {
        let headers = answer.headers.iter();
        let body = match &answer.body {
            Body::Empty => Body::Empty,
            Body::Json(body) => Body::Json(self.value(body)),
            Body::Text(text) => Body::Text(self.text(text)),
        };
        Answer {
            status: answer.status,
            headers: headers.map(|(name, value)| (name.clone(), self.header(name, value))).collect(),
            body,
        }
    }
}

/// Whether the value of what has this name is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    NAMES.contains(&plain(name))
}

/// A name in lower case, without what separates its words.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '_' | '-')).flat_map(char::to_lowercase).collect()
}

fn collect(value: &Value, secret: bool, seen: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if secret => {
            seen.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, secret, seen)),
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| collect(value, secret || is_secret(name), seen));
        }
        _ => {}
    }
}

/// `NAME: VALUE` or `NAME=VALUE`, without the value if the name is a secret's.
fn named(found: &Captures<'_>) -> String {
    match is_secret(&found[2]) && !found[3].starts_with("[redacted") {
        true => format!("{}[redacted]", &found[1]),
        false => found[0].to_owned(),
    }
}

/// An HTTP authentication scheme with something that is no word.
fn scheme(found: &Captures<'_>) -> String {
    let odd = |(place, letter): (usize, char)| {
        letter.is_ascii_digit() || letter == '=' || (place > 0 && letter.is_ascii_uppercase())
    };
    match found[2].char_indices().any(odd) {
        true => format!("{} [redacted]", &found[1]),
        false => found[0].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_taken_out_and_nothing_else() {
        let redactor = Redactor { seen: vec!["hunter22".to_owned()] };
        for (text, told) in [
            ("Basic credentials are listed.", "Basic credentials are listed."),
            ("Bearer realm=\"x\"", "Bearer realm=\"x\""),
            ("a Bearer mF_9.B5f-4.1JqM", "a Bearer [redacted]"),
            ("Basic YWRtaW46c2VjcmV0", "Basic [redacted]"),
            (
                "{\"client_secret\": \"a\\\"b\", \"name\": \"c\"",
                "{\"client_secret\": \"[redacted]\", \"name\": \"c\"",
            ),
            ("{\\\"password\\\":\\\"abc", "{\\\"password\\\":\\\"[redacted]"),
            ("/x?access_token=1&limit=2", "/x?access_token=[redacted]&limit=2"),
            ("no hunter22 here", "no [redacted] here"),
            ("it is eyJhbGciOi.eyJzdWIi.c2ln.", "it is [redacted: token]"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMII", "[redacted: RSA PRIVATE KEY]"),
            (
                "a -----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY----- b",
                "a [redacted: PRIVATE KEY] b",
            ),
        ] {
            assert_eq!(redactor.text(text), told);
        }
        let body = json!({"privateKey": "a", "authPassword": ["b"], "username": "c", "passwordSet": true});
        assert_eq!(
            redactor.value(&body),
            json!({
                "privateKey": "[redacted: 1 characters]",
                "authPassword": ["[redacted: 1 characters]"],
                "username": "c",
                "passwordSet": true
            })
        );
        assert_eq!(
            redactor.header("set-cookie", "session_id=abc; Path=/; HttpOnly"),
            "session_id=[redacted]; Path=/; HttpOnly"
        );
        assert_eq!(redactor.at("body/password", "the string \"123\""), "the string \"[redacted]\"");
        assert_eq!(redactor.at("body/state", "the string \"123\""), "the string \"123\"");
    }
}
