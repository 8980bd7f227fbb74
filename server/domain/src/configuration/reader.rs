//! Reads bodies strictly and collects everything that is wrong with them, each finding with its JSON pointer.
//!
//! serde stops at the first error and repeats the value in its message; here every field is read, and no message
//! carries what was sent.

use std::{fmt, ops::RangeInclusive};

use serde::Serialize;
use serde_json::{Map, Value};

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where: a JSON pointer (RFC 6901), such as `/crl_urls/0`; in findings about the whole configuration the object's
    /// path comes before it.
    pub path: String,
    /// What to do, without the received value.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path} {}", self.message),
        }
    }
}

/// What was found so far, and where reading is.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    at: String,
    found: Vec<Finding>,
}

/// What can be read out of JSON.
pub(crate) trait Read: Sized {
    /// The value, or `None` after telling the reader why not.
    fn read(value: &Value, reader: &mut Reader) -> Option<Self>;
}

/// What is stored at one path.
pub(crate) trait Body: Read + Serialize {
    /// The rules between fields.
    fn check(&self, _reader: &mut Reader) {}
}

impl Reader {
    /// Notes what is wrong with the value that is being read.
    pub(crate) fn refuse(&mut self, message: impl Into<String>) {
        self.found.push(Finding { path: self.at.clone(), message: message.into() });
    }

    /// Notes what is wrong with something below, named by its pointer.
    pub(crate) fn refuse_at(&mut self, pointer: &str, message: impl Into<String>) {
        let path = format!("{}{pointer}", self.at);
        self.found.push(Finding { path, message: message.into() });
    }

    /// The value, if nothing was found.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Finding>> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self.found),
        }
    }

    fn below<T>(&mut self, segment: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.at.len();
        self.at.push('/');
        self.at.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        let value = read(self);
        self.at.truncate(length);
        value
    }

    /// The members of an object that has no others than these.
    pub(crate) fn object<'a>(&mut self, value: &'a Value, known: &[&str]) -> Option<&'a Map<String, Value>> {
        let Value::Object(members) = value else { return self.wrong_type("an object", value) };
        for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
            self.below(name, |reader| {
                reader.refuse(format!("is unknown here: known are {}", known.join(", ")))
            });
        }
        Some(members)
    }

    pub(crate) fn required<T: Read>(&mut self, members: &Map<String, Value>, name: &str) -> Option<T> {
        self.below(name, |reader| match members.get(name) {
            Some(value) => T::read(value, reader),
            None => {
                reader.refuse("is required");
                None
            }
        })
    }

    /// A member that may be absent; `null` is not absent.
    pub(crate) fn optional<T: Read>(
        &mut self,
        members: &Map<String, Value>,
        name: &str,
    ) -> Option<Option<T>> {
        match members.get(name) {
            Some(value) => self.below(name, |reader| T::read(value, reader)).map(Some),
            None => Some(None),
        }
    }

    pub(crate) fn integer<T>(
        &mut self,
        members: &Map<String, Value>,
        name: &str,
        range: RangeInclusive<T>,
    ) -> Option<T>
    where
        T: TryFrom<u64> + PartialOrd + fmt::Display,
    {
        let number: Number = self.required(members, name)?;
        let whole = number.0.as_u64().and_then(|number| T::try_from(number).ok());
        let whole = whole.filter(|number| range.contains(number));
        if whole.is_none() {
            let message = format!("must be a whole number from {} to {}", range.start(), range.end());
            self.refuse_at(&format!("/{name}"), message);
        }
        whole
    }

    pub(crate) fn text<'a>(&mut self, value: &'a Value) -> Option<&'a str> {
        match value {
            Value::String(text) => Some(text),
            _ => self.wrong_type("a string", value),
        }
    }

    pub(crate) fn wrong_type<T>(&mut self, expected: &str, value: &Value) -> Option<T> {
        let got = match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.refuse(format!("must be {expected}, not {got}"));
        None
    }
}

/// A number as it was sent: 5 stays 5 and does not become 5.0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Number(pub(crate) serde_json::Number);

impl Read for Number {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        match value {
            Value::Number(number) => Some(Self(number.clone())),
            _ => reader.wrong_type("a number", value),
        }
    }
}

impl Read for bool {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        value.as_bool().or_else(|| reader.wrong_type("a boolean", value))
    }
}

/// A member that must be there and may be `null`.
impl<T: Read> Read for Option<T> {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value, reader).map(Some) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Value, reader: &mut Reader) -> Option<Self> {
        let Value::Array(items) = value else { return reader.wrong_type("a list", value) };
        // Every item is read, so that all that are wrong are found.
        let items: Vec<Option<T>> = items
            .iter()
            .enumerate()
            .map(|(index, item)| reader.below(&index.to_string(), |reader| T::read(item, reader)))
            .collect();
        items.into_iter().collect()
    }
}

/// Reads what was stored; the first thing that is wrong, if it isn't what it should be.
pub(crate) fn read<T: Read>(value: &Value) -> Result<T, Finding> {
    let mut reader = Reader::default();
    let read = T::read(value, &mut reader);
    reader.finish(read).map_err(|found| {
        let none = Finding { path: String::new(), message: "can't be read".to_owned() };
        found.into_iter().next().unwrap_or(none)
    })
}
