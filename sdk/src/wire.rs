//! What the generated types need to read themselves.

use std::{fmt, marker::PhantomData};

use serde::{Deserializer, de};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Reads a type that every text has a value of, without a copy of the text.
pub(crate) fn from_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'a> From<&'a str>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(Text(PhantomData))
}

/// A moment in a query. One that RFC 3339 has no text for, such as one after the year 9999, is an empty one, which the
/// server refuses.
pub(crate) fn moment(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

struct Text<T>(PhantomData<T>);

impl<T: for<'a> From<&'a str>> de::Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text))
    }
}
