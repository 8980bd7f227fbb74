//! Why a request can't be read. No variant carries a received value.

use std::fmt;

/// So many violations are enough: an answer must not grow with what was sent.
pub(super) const ENOUGH: usize = 100;

/// So many of them are told in words.
const TOLD: usize = 16;

/// One broken rule: where and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The property or parameter, e.g. `username` or `box.labels[1]`; `body` for the body itself.
    pub field: String,
    /// The same place as a JSON pointer (RFC 6901), e.g. `/username` or `/box/labels/1`; empty for the body itself.
    pub pointer: String,
    /// The rule in words, e.g. `must be 1 to 72 characters long`.
    pub rule: String,
    /// Whether the rule is that there is no such property.
    pub unknown: bool,
}

impl Violation {
    pub(super) fn new(at: &Location<'_>, rule: impl Into<String>) -> Self {
        let (field, pointer) = (at.field(), at.pointer());
        let field = if field.is_empty() { "body".to_owned() } else { field };
        Self { field, pointer, rule: rule.into(), unknown: false }
    }

    /// A property that is not among the known ones. Its name is the client's text: only a short plain one is worth
    /// repeating.
    pub(super) fn unknown(parent: &Location<'_>, name: &str, known: &[&str]) -> Self {
        let plain = name.len() <= 40
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.$".contains(&byte));
        let (at, pointer) = if plain && !name.is_empty() {
            (Location::Property(parent, name), Location::Property(parent, name).pointer())
        } else {
            (Location::Property(parent, "a property"), parent.pointer())
        };
        let rule = format!("is not known; known are {}", known.join(", "));
        Self { pointer, unknown: true, ..Self::new(&at, rule) }
    }

    /// A header that breaks a rule.
    pub(super) fn header(name: &str, rule: &str) -> Self {
        Self { pointer: String::new(), ..Self::new(&Location::Property(&Location::Root, name), rule) }
    }

    /// A query that can't be taken apart.
    pub(super) fn query(rule: &str) -> Self {
        Self { pointer: String::new(), ..Self::new(&Location::Property(&Location::Root, "query"), rule) }
    }
}

/// A place in a body, or a parameter of a query.
pub(super) enum Location<'a> {
    Root,
    Property(&'a Self, &'a str),
    Item(&'a Self, usize),
}

impl Location<'_> {
    /// As a person writes it.
    fn field(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Property(Self::Root, name) => (*name).to_owned(),
            Self::Property(parent, name) => format!("{}.{name}", parent.field()),
            Self::Item(parent, index) => format!("{}[{index}]", parent.field()),
        }
    }

    /// As a JSON pointer. Neither the document's names nor those of [`Violation::unknown`] have `~` or `/`.
    fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Property(parent, name) => format!("{}/{name}", parent.pointer()),
            Self::Item(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

/// Why a request can't be read, with the status that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadInput {
    /// 400: there is no body.
    Missing,
    /// 400: the body is no JSON; line and column of where it ends to be.
    Malformed(usize, usize),
    /// 400: the body breaks rules.
    Violations(Vec<Violation>),
    /// 400: the query or a header breaks rules.
    Query(Vec<Violation>),
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
            Self::Missing | Self::Malformed(..) | Self::Violations(_) | Self::Query(_) | Self::Broken => 400,
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
            Self::Violations(violations) | Self::Query(violations) => {
                for (index, violation) in violations.iter().take(TOLD).enumerate() {
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
