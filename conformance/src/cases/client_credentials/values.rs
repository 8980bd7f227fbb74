//! Usernames, passwords and common names that are sent: what is permitted is kept as it is, what is not is refused.

use serde_json::{Value, json};

use super::{
    Scenario,
    resource::{BASIC, Resource, X509},
};
use crate::{
    attempt::{Attempt, Made},
    case::{Check, Kind, Steps, Stop},
    exchange::{Answer, Role},
};

const CREATED: &str = "POST /basic-credentials";
const ISSUED: &str = "POST /x509-credentials";
const RESET: &str = "PATCH /basic-credentials/{id}/password";
pub(super) const USERNAME_RULE: &str =
    "Up to 255 ASCII symbols long (except of : and @ symbols, which are not allowed).";
const PASSWORD_RULE: &str = "Must consist of up to 72 ASCII symbols.";
const COMMON_NAME_RULE: &str = "Must consist of up to 255 ASCII symbols.";

const FIX: &str = "Compare the characters and the length of the text with the documented limits, count characters before \
                   anything is cut off, and store it unchanged.";

/// Where a value is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Username,
    Password,
    Reset,
    CommonName,
}
use Place::{CommonName, Password, Reset, Username};

/// A value, and whether it is permitted.
#[derive(Debug, Clone, Copy)]
struct Sent {
    place: Place,
    /// Makes it from something that no other run has.
    value: fn(&str) -> String,
    kept: bool,
}

type Row = (&'static str, Place, fn(&str) -> String, bool);

const ROWS: [Row; 24] = [
    ("every-symbol", Username, |own| symbols(0x21..0x7f, ":@") + own, true),
    ("longest", Username, |own| padded(own, 255), true),
    ("too-long", Username, |own| padded(own, 256), false),
    ("colon", Username, |own| format!("a:{own}"), false),
    ("at", Username, |own| format!("a@{own}"), false),
    ("colon-alone", Username, |_| ":".to_owned(), false),
    ("at-last", Username, |own| format!("{own}@"), false),
    ("not-ascii", Username, |own| format!("é{own}"), false),
    ("other-digits", Username, |own| format!("\u{ff11}{own}"), false),
    ("first-symbols", Password, |_| symbols(0x21..0x50, ""), true),
    ("last-symbols", Password, |_| symbols(0x50..0x7f, " "), true),
    ("longest", Password, |own| padded(own, 72), true),
    ("too-long", Password, |own| padded(own, 73), false),
    ("not-ascii", Password, |own| format!("ß{own}"), false),
    ("not-ascii-long", Password, |_| "é".repeat(36), false),
    ("reset-first-symbols", Reset, |_| symbols(0x21..0x50, ""), true),
    ("reset-last-symbols", Reset, |_| symbols(0x50..0x7f, " "), true),
    ("reset-longest", Reset, |own| padded(own, 72), true),
    ("reset-too-long", Reset, |own| padded(own, 73), false),
    ("reset-not-ascii", Reset, |own| format!("ß{own}"), false),
    ("every-symbol", CommonName, |_| symbols(0x21..0x7f, ""), true),
    ("longest", CommonName, |own| padded(own, 255), true),
    ("too-long", CommonName, |own| padded(own, 256), false),
    ("not-ascii", CommonName, |own| format!("é{own}"), false),
];

/// What the reference says nothing of, and the document does.
const ADDED: [Row; 5] = [
    ("spaces", Username, |own| format!("a b {own}"), true),
    ("spaces", Password, |own| format!(" a b {own} "), true),
    ("reset-spaces", Reset, |own| format!(" a b {own} "), true),
    ("spaces", CommonName, |own| format!("silver advice {own}"), true),
    ("delete", Password, |own| format!("{own}\u{7f}"), false),
];

pub(super) fn scenarios() -> Vec<Scenario> {
    let documented = ROWS.into_iter().map(|(name, place, value, kept)| {
        let sent = Sent { place, value, kept };
        Scenario::new(sent.id(name), sent.operation(), sent.quote(), sent).requires(sent.requirement())
    });
    let added = ADDED.into_iter().map(|(name, place, value, kept)| {
        let sent = Sent { place, value, kept };
        Scenario::extension(&sent.id(name), sent.operation(), sent.requirement(), sent)
    });
    documented.chain(added).map(|scenario| scenario.kind(Kind::Input).fix(FIX)).collect()
}

/// The ASCII symbols of a range, without some.
fn symbols(range: std::ops::Range<u8>, without: &str) -> String {
    range.map(char::from).filter(|symbol| !without.contains(*symbol)).collect()
}

fn padded(own: &str, length: usize) -> String {
    format!("{own:x<length$}")
}

impl Sent {
    fn resource(self) -> &'static Resource {
        if self.place == CommonName { &X509 } else { &BASIC }
    }

    fn member(self) -> &'static str {
        match self.place {
            Username => "username",
            Password | Reset => "password",
            CommonName => "commonName",
        }
    }

    fn id(self, name: &str) -> String {
        let topic = if self.place == CommonName { "common-name" } else { self.member() };
        format!("{}::{topic}::{name}", self.resource().area)
    }

    fn operation(self) -> &'static str {
        if self.place == Reset { "basic_credentials_reset_password" } else { self.resource().create }
    }

    fn quote(self) -> (&'static str, &'static str) {
        match self.place {
            Username => (CREATED, USERNAME_RULE),
            Password => (CREATED, PASSWORD_RULE),
            Reset => (RESET, PASSWORD_RULE),
            CommonName => (ISSUED, COMMON_NAME_RULE),
        }
    }

    fn requirement(self) -> &'static str {
        match (self.place, self.kept) {
            (Username, true) => {
                "A username of up to 255 ASCII symbols without `:` and `@` is kept as it was sent."
            }
            (Username, false) => {
                "A username of anything but 1 to 255 ASCII symbols without `:` and `@` is refused with 400."
            }
            (Password | Reset, true) => "A password of up to 72 ASCII symbols is kept as it was sent.",
            (Password | Reset, false) => {
                "A password of anything but 1 to 72 ASCII symbols is refused with 400, never cut off."
            }
            (CommonName, true) => "A common name of up to 255 ASCII symbols is kept as it was sent.",
            (CommonName, false) => {
                "A common name of anything but 1 to 255 ASCII symbols is refused with 400."
            }
        }
    }

    async fn steps(self, attempt: &mut Attempt) -> Result<(), Stop> {
        let value = (self.value)(&attempt.suffix);
        if self.place == Reset {
            return self.reset(attempt, &value).await;
        }
        let mut body = self.resource().body(attempt);
        body[self.member()] = json!(value);
        let answer = attempt.ask_for(self.operation(), body).await?;
        if !self.kept {
            return self.refused(attempt, &answer, &value).await;
        }
        attempt.status(&answer, 201)?;
        attempt.equal(&answer, &format!("/{}", self.member()), &json!(value));
        if self.place != Password {
            let made = Made::of(attempt, self.operation(), &answer)?;
            let item = attempt.find(Role::Observe, &made).await?;
            if item[self.member()] != json!(value) {
                attempt.differs(&format!("body/{}", self.member()), value, item[self.member()].to_string());
            }
        }
        Ok(())
    }

    async fn reset(self, attempt: &mut Attempt, value: &str) -> Result<(), Stop> {
        let (_, id) = BASIC.make(attempt).await?;
        let answer =
            attempt.ask(Role::Request, self.operation(), Some(&id), Some(json!({"password": value}))).await?;
        attempt.status(&answer, if self.kept { 200 } else { 400 })?;
        if self.kept {
            attempt.equal(&answer, "/password", &json!(value));
        }
        Ok(())
    }

    /// Refused, and nothing was made.
    async fn refused(self, attempt: &mut Attempt, answer: &Answer, value: &str) -> Result<(), Stop> {
        attempt.status(answer, 400)?;
        let (_, items) = self.resource().query(attempt, "").await?;
        let made = items.iter().filter(|item| item[self.member()] == json!(value)).count();
        if self.place != Password && made > 0 {
            attempt.differs("body", "no credentials of a refused request", format!("{made} of them"));
        }
        Ok(())
    }
}

impl Check for Sent {
    fn run<'a>(&'a self, attempt: &'a mut Attempt) -> Steps<'a> {
        Box::pin(self.steps(attempt))
    }
}

/// A member of an answer that is a text of printable ASCII symbols.
pub(super) fn printable(
    attempt: &mut Attempt,
    body: &Value,
    name: &str,
    longest: usize,
) -> Result<String, Stop> {
    let text = super::resource::text(attempt, body, name)?.to_owned();
    let good = (1..=longest).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if !good {
        let expected = format!("1 to {longest} ASCII symbols");
        attempt.differs(&format!("body/{name}"), expected, format!("{} bytes, or others", text.len()));
    }
    Ok(text)
}
