//! The API's document, embedded: as text, as a JSON value and as utoipa's typed view.
//!
//! The document is written by hand in this package's YAML files; `cargo xtask spec bundle` makes the embedded copies.

use std::sync::LazyLock;

use serde_json::Value;
use utoipa::openapi::OpenApi;

/// The bundled document (version 3.1.0 of the `OpenAPI` specification) as JSON, indented, with a newline at its end.
pub const OPENAPI_JSON: &str = include_str!("../bundled/openapi.json");

/// The same document as YAML.
pub const OPENAPI_YAML: &str = include_str!("../bundled/openapi.yaml");

static DOCUMENT: LazyLock<Value> = LazyLock::new(parse);

/// The document as a JSON value, parsed once; objects keep the order in which they are written.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// A new copy of the document as typed values.
///
/// The document is written in the subset of the specification that this view holds without loss (`GUIDELINES.md`).
pub fn openapi() -> OpenApi {
    parse()
}

#[expect(clippy::expect_used, reason = "the text is part of the program and a test parses it")]
fn parse<T: serde::de::DeserializeOwned>() -> T {
    serde_json::from_str(OPENAPI_JSON).expect("the embedded document is valid")
}
