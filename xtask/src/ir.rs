//! The intermediate representation: what the emitters need of the document, and nothing else.
//!
//! Lowered once from the bundled document, immutable, without logic beyond questions.

/// The whole API.
pub(crate) struct Api {
    pub title: String,
    pub version: String,
    pub doc: String,
    /// The licence's name and SPDX identifier.
    pub license: (String, String),
    pub servers: Vec<Server>,
    pub tags: Vec<Tag>,
    pub security: Vec<SecurityScheme>,
    /// Every schema component, sorted by name.
    pub types: Vec<TypeDef>,
    pub operations: Vec<Operation>,
}

/// One server URL and its variables.
pub(crate) struct Server {
    pub url: String,
    pub doc: String,
    pub variables: Vec<Variable>,
}

/// A variable of a server URL.
pub(crate) struct Variable {
    pub name: String,
    pub doc: String,
    pub default: String,
    pub values: Vec<String>,
}

/// One tag: one module of generated code, one trait.
pub(crate) struct Tag {
    pub name: String,
    pub doc: String,
}

/// One security scheme.
pub(crate) struct SecurityScheme {
    pub name: String,
    pub doc: String,
    pub kind: SchemeKind,
}

/// How a caller is known.
pub(crate) enum SchemeKind {
    /// OAuth 2.0 client credentials.
    OAuth2 { token_url: String, scopes: Vec<(String, String)> },
    /// HTTP basic authentication.
    Basic,
    /// A cookie of this name.
    Cookie(String),
}

/// One operation.
pub(crate) struct Operation {
    pub id: String,
    /// `GET`, `POST`, ...
    pub method: String,
    /// As in the document, with `{name}` segments.
    pub path: String,
    pub tag: String,
    pub summary: String,
    pub doc: String,
    /// The scheme's name and the scopes, all of which a caller needs; `None` where anyone may call.
    pub security: Option<(String, Vec<String>)>,
    pub params: Vec<Param>,
    pub body: Option<Body>,
    pub responses: Vec<Response>,
}

impl Operation {
    /// The one 2xx response.
    pub(crate) fn success(&self) -> &Response {
        &self.responses[0]
    }

    pub(crate) fn path_params(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.place == Place::Path)
    }

    pub(crate) fn query_params(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.place == Place::Query)
    }

    pub(crate) fn header_params(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().filter(|param| param.place == Place::Headers)
    }

    /// Whether it answers with a stream of events.
    pub(crate) fn streams(&self) -> bool {
        matches!(self.success().body, Some(Content::Events(_)))
    }
}

/// Where a parameter stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    /// Never required.
    Headers,
}

/// One parameter.
pub(crate) struct Param {
    pub name: String,
    pub place: Place,
    pub doc: String,
    pub required: bool,
    pub ty: Ty,
}

/// A JSON request body.
pub(crate) struct Body {
    pub doc: String,
    pub required: bool,
    /// The schema component it is.
    pub type_name: String,
}

/// One response. The first of an operation is its success.
pub(crate) struct Response {
    /// The component it is, where it isn't written in place.
    pub component: Option<String>,
    pub status: u16,
    pub doc: String,
    pub headers: Vec<Header>,
    pub body: Option<Content>,
}

/// The body of a response.
pub(crate) enum Content {
    Json(Ty),
    /// Server-sent events, whose data is of this type.
    Events(Ty),
}

impl Content {
    /// The type of the body, or of the data of its events.
    pub(crate) fn ty(&self) -> &Ty {
        match self {
            Self::Json(ty) | Self::Events(ty) => ty,
        }
    }
}

/// A response header.
pub(crate) struct Header {
    /// The component it is, where it isn't written in place.
    pub component: Option<String>,
    pub name: String,
    pub doc: String,
    pub required: bool,
    pub ty: Ty,
    pub value: HeaderValue,
}

/// Who decides a header's value.
pub(crate) enum HeaderValue {
    /// The document: its schema has one value.
    Constant(String),
    /// The server, for every response alike (the request id).
    Ambient,
    /// The operation's handler.
    Handler,
}

/// One schema component.
pub(crate) struct TypeDef {
    pub name: String,
    pub doc: String,
    pub kind: Kind,
}

/// What a schema component is.
pub(crate) enum Kind {
    Struct {
        fields: Vec<Field>,
        closed: bool,
    },
    Enum(Vec<String>),
    Text(Text),
    Number(Number),
    List(Ty),
    /// The names of two other components: one is a string, the other an object.
    Union([String; 2]),
    /// Any JSON value.
    Any,
}

/// A property of an object.
pub(crate) struct Field {
    pub name: String,
    pub doc: String,
    pub required: bool,
    /// Whether an object of the documented API can do without it (`x-vouchsafe-extension-properties`).
    pub addition: bool,
    pub ty: Ty,
}

impl Field {
    /// Whether there is no object without a value for it.
    pub(crate) fn needs_value(&self) -> bool {
        self.required && !matches!(self.ty, Ty::Nullable(_))
    }
}

/// A named string with its rules.
pub(crate) struct Text {
    pub min: Option<u64>,
    pub max: Option<u64>,
    pub pattern: Option<String>,
    pub format: Option<String>,
    /// The rule in words, for error messages.
    pub rule: Option<String>,
    pub secret: bool,
}

/// A named number with its rules.
pub(crate) struct Number {
    /// `format: int32` instead of `format: double`.
    pub integer: bool,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub exclusive_minimum: Option<f64>,
    pub default: Option<f64>,
}

/// A type as it is used.
#[derive(Clone)]
pub(crate) enum Ty {
    Boolean,
    Text,
    DateTime,
    Integer,
    List(Box<Self>),
    /// Of a required property alone: absent and null are never both legal.
    Nullable(Box<Self>),
    Ref(String),
}
