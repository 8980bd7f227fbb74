//! The document as static data: what the generator writes, the routes enforce and poem-openapi publishes.

use std::sync::OnceLock;

use regex::Regex;
use serde::de::DeserializeOwned;

/// A type that a request carries as JSON, with its schema.
pub trait Wire: DeserializeOwned {
    /// The schema it was generated from.
    const SCHEMA: &'static Schema;
}

/// Title, version, description, licence and servers of the document.
#[derive(Debug)]
pub struct Info {
    /// Title.
    pub title: &'static str,
    /// Version of the document.
    pub version: &'static str,
    /// Description in Markdown.
    pub doc: &'static str,
    /// The licence's name and SPDX identifier.
    pub license: (&'static str, &'static str),
    /// Server URLs.
    pub servers: &'static [Server],
}

/// One server URL.
#[derive(Debug)]
pub struct Server {
    /// The URL with its `{variables}`.
    pub url: &'static str,
    /// Description.
    pub doc: &'static str,
    /// The variables.
    pub variables: &'static [Variable],
}

/// A variable of a server URL.
#[derive(Debug)]
pub struct Variable {
    /// Name.
    pub name: &'static str,
    /// Description.
    pub doc: &'static str,
    /// Value unless told.
    pub default: &'static str,
    /// The permitted values; empty where every one is.
    pub values: &'static [&'static str],
}

/// A tag, which groups operations.
#[derive(Debug)]
pub struct Tag {
    /// Name.
    pub name: &'static str,
    /// Description.
    pub doc: &'static str,
}

/// A security scheme.
#[derive(Debug)]
pub struct Scheme {
    /// Name.
    pub name: &'static str,
    /// Description.
    pub doc: &'static str,
    /// How a caller is known.
    pub kind: SchemeKind,
}

/// How a caller is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemeKind {
    /// By an access token of OAuth 2.0 client credentials.
    OAuth2 {
        /// Where tokens are had.
        token_url: &'static str,
        /// Scopes and what they permit.
        scopes: &'static [(&'static str, &'static str)],
    },
    /// By username and password (RFC 7617).
    Basic,
    /// By a cookie of this name.
    Cookie(&'static str),
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// Its id, e.g. `basic_credentials_create`.
    pub id: &'static str,
    /// `GET`, `POST`, ...
    pub method: &'static str,
    /// Path with `{name}` segments.
    pub path: &'static str,
    /// Its tag.
    pub tag: &'static Tag,
    /// One line.
    pub summary: &'static str,
    /// Description in Markdown.
    pub doc: &'static str,
    /// The scheme, and the scopes a caller must all have; `None` where anyone may call.
    pub security: Option<(&'static Scheme, &'static [&'static str])>,
    /// Path, query and header parameters.
    pub parameters: &'static [Parameter],
    /// The JSON body.
    pub request: Option<Request>,
    /// The responses by status, the successful one first.
    pub responses: &'static [(u16, &'static Response)],
}

impl Operation {
    /// The scopes a caller must all have.
    #[must_use]
    pub fn scopes(&self) -> &'static [&'static str] {
        self.security.as_ref().map_or(&[], |(_, scopes)| scopes)
    }
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query.
    Query,
    /// The headers, where none is required.
    Headers,
}

/// One parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Where it stands.
    pub place: Place,
    /// Name, description, whether it is required, type.
    pub property: Property,
}

/// A JSON request body.
#[derive(Debug)]
pub struct Request {
    /// Description.
    pub doc: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Its schema.
    pub schema: &'static Schema,
}

/// One response.
#[derive(Debug)]
pub struct Response {
    /// Description.
    pub doc: &'static str,
    /// Headers by name.
    pub headers: &'static [(&'static str, &'static Header)],
    /// The body.
    pub body: Option<Content>,
}

/// The body of a response.
#[derive(Debug)]
pub enum Content {
    /// JSON of this type.
    Json(Ty),
    /// Server-sent events, whose data is JSON of this type.
    Events(Ty),
}

impl Content {
    /// The type of the body, or of the data of its events.
    #[must_use]
    pub const fn ty(&self) -> &Ty {
        match self {
            Self::Json(ty) | Self::Events(ty) => ty,
        }
    }
}

/// A response header.
#[derive(Debug)]
pub struct Header {
    /// Description.
    pub doc: &'static str,
    /// Whether it is always there.
    pub required: bool,
    /// Type.
    pub ty: Ty,
    /// Its value, where the document permits only one.
    pub constant: Option<&'static str>,
}

/// A named schema.
#[derive(Debug)]
pub struct Schema {
    /// Name of the component.
    pub name: &'static str,
    /// Description.
    pub doc: &'static str,
    /// What it is.
    pub kind: Kind,
}

/// What a named schema is.
#[derive(Debug)]
pub enum Kind {
    /// An object; a closed one refuses unknown properties.
    Object {
        /// The properties in the document's order.
        properties: &'static [Property],
        /// Whether unknown properties are refused.
        closed: bool,
    },
    /// One of these strings.
    Enum(&'static [&'static str]),
    /// A string with rules.
    Text(Text),
    /// A number with rules.
    Number(Number),
    /// A list of such items.
    List(Ty),
    /// One of these, of which one is a string and the other an object.
    Union(&'static [&'static Schema; 2]),
    /// Any JSON value.
    Any,
}

/// A property or a parameter.
#[derive(Debug)]
pub struct Property {
    /// Name.
    pub name: &'static str,
    /// Description.
    pub doc: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Type.
    pub ty: Ty,
}

/// A type as it is used.
#[derive(Debug)]
pub enum Ty {
    /// `true` or `false`.
    Boolean,
    /// A string without rules.
    Text,
    /// A moment in RFC 3339 format.
    DateTime,
    /// A 32-bit whole number.
    Integer,
    /// A list.
    List(&'static Self),
    /// This or `null`.
    Nullable(&'static Self),
    /// A named schema.
    Named(&'static Schema),
}

/// The rules of a string.
#[derive(Debug)]
pub struct Text {
    /// Fewest characters.
    pub min: Option<usize>,
    /// Most characters.
    pub max: Option<usize>,
    /// A regular expression.
    pub pattern: Option<Pattern>,
    /// The document's format, which is not enforced.
    pub format: Option<&'static str>,
    /// What the pattern asks for, in words.
    pub rule: Option<&'static str>,
}

/// The rules of a number.
#[derive(Debug)]
pub struct Number {
    /// Whether it is a 32-bit whole number.
    pub integer: bool,
    /// Least value.
    pub minimum: Option<f64>,
    /// Greatest value.
    pub maximum: Option<f64>,
    /// The value it must exceed.
    pub exclusive_minimum: Option<f64>,
    /// What it is when absent.
    pub default: Option<f64>,
}

/// A regular expression, compiled when first needed and then kept.
#[derive(Debug)]
pub struct Pattern {
    /// As the document writes it.
    pub source: &'static str,
    regex: OnceLock<Regex>,
}

impl Pattern {
    /// A pattern that is compiled later. The generator has made sure that it compiles.
    #[must_use]
    pub const fn new(source: &'static str) -> Self {
        Self { source, regex: OnceLock::new() }
    }

    /// Whether the text matches.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        #[expect(clippy::expect_used, reason = "a test compiles every pattern of the document")]
        self.regex.get_or_init(|| Regex::new(self.source).expect("a pattern of the document")).is_match(text)
    }
}
