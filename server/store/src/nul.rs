//! NUL, which `PostgreSQL` has no text for. What comes from outside must not fail there, nor differ from `SQLite`.

/// A text as it can be stored: a NUL becomes the replacement character.
pub(crate) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}
