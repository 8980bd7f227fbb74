//! A string that does not print: passwords, private keys, tokens.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

/// A secret string. It prints as `Secret(***)` and its memory is overwritten when it is dropped.
///
/// Only the value's own memory is overwritten: what HTTP and TLS buffered on the way is not in its hands.
/// `Serialize` writes the plain text, because that is what goes to the server; think twice before you serialise a
/// type with a secret in it to anywhere else.
///
/// ```
/// use vouchsafe_sdk::Secret;
///
/// let password = Secret::from("correct horse");
/// assert_eq!(format!("{password:?}"), "Secret(***)");
/// assert_eq!(password.expose(), "correct horse");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The plain text. Named so that every place that reads a secret can be found.
    ///
    /// ```
    /// # use vouchsafe_sdk::Secret;
    /// assert_eq!(Secret::from("correct horse").expose(), "correct horse");
    /// ```
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// Compares without stopping at the first difference.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.0.as_bytes(), other.0.as_bytes());
        a.len() == b.len() && a.iter().zip(b).fold(0, |differences, (x, y)| differences | (x ^ y)) == 0
    }
}

impl Eq for Secret {}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `deserialize_string`: serde_json then words the error itself, and repeats the value.
        deserializer.deserialize_any(Text)
    }
}

struct Text;

impl Text {
    fn wrong_type<E: de::Error>() -> Result<Secret, E> {
        Err(E::custom("a secret must be a string"))
    }
}

impl de::Visitor<'_> for Text {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        Ok(text.into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Secret, E> {
        Ok(text.into())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        Self::wrong_type()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        Self::wrong_type()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        Self::wrong_type()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Self::wrong_type()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn neither_debug_nor_a_decode_error_shows_the_value() {
        assert_eq!(format!("{:#?}", Some(Secret::from("hunter2"))), "Some(\n    Secret(***),\n)");
        for json in ["[314159265]", "[-14159265]", "[3.1415926]", "[true]"] {
            let error = serde_json::from_str::<Vec<Secret>>(json).unwrap_err().to_string();
            assert!(error.starts_with("a secret must be a string at line 1 column "), "{error}");
        }
    }

    #[test]
    fn the_wire_form_is_the_plain_text() {
        let secret: Secret = serde_json::from_str(r#""a\nb""#).unwrap();
        assert_eq!(secret, Secret::from("a\nb"));
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""a\nb""#);
    }

    #[test]
    fn equality_is_of_the_whole_value() {
        for (a, b, equal) in [("", "", true), ("ab", "ab", true), ("ab", "ac", false), ("ab", "abc", false)] {
            assert_eq!(Secret::from(a) == Secret::from(b), equal, "{a:?} {b:?}");
        }
    }
}
