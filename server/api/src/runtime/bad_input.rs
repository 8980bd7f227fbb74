//! Why a request can't be read. No variant carries a received value.

use std::fmt;

/// One broken rule: where and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The property or parameter, e.g. `username`; `body` for the body itself.
    pub field: String,
    /// The rule in words, e.g. `must be 1 to 72 characters long`.
    pub rule: String,
}

impl Violation {
    pub(super) fn new(path: &str, rule: impl Into<String>) -> Self {
        Self { field: if path.is_empty() { "body".to_owned() } else { path.to_owned() }, rule: rule.into() }
    }
}

/// Why a request can't be read, with the status that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadInput {
    /// 400: there is no body.
    Missing,
    /// 400: the body is no JSON; line and column of where it ends to be.
    Malformed(usize, usize),
    /// 400: rules are broken.
    Violations(Vec<Violation>),
    /// 404: a path parameter names nothing that could exist.
    NotFound,
    /// 413: the body is longer than this many bytes.
    TooLarge(usize),
    /// 415: the body is not `application/json`.
    ContentType,
    /// 400: the connection broke while the body was read.
    Broken,
}

impl BadInput {
    /// The status code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Missing | Self::Malformed(..) | Self::Violations(_) | Self::Broken => 400,
            Self::NotFound => 404,
            Self::TooLarge(_) => 413,
            Self::ContentType => 415,
        }
    }
}

impl fmt::Display for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("a JSON body is required"),
            Self::Malformed(line, column) => {
                write!(f, "the body is not valid JSON (line {line}, column {column})")
            }
            Self::Violations(violations) => {
                for (index, violation) in violations.iter().enumerate() {
                    let separator = if index > 0 { "; " } else { "" };
                    write!(f, "{separator}{} {}", violation.field, violation.rule)?;
                }
                Ok(())
            }
            Self::NotFound => f.write_str("there is nothing with this id"),
            Self::TooLarge(limit) => write!(f, "the body is longer than {limit} bytes"),
            Self::ContentType => f.write_str("the body must have the content type application/json"),
            Self::Broken => f.write_str("the body ended early"),
        }
    }
}

impl std::error::Error for BadInput {}
