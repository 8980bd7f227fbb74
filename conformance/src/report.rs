//! Writes an outcome for readers. Nothing that is written has secrets in it: passwords, private keys, tokens, cookies
//! and client secrets are taken out in one place, before any report is made.
//!
//! - [`text()`] for a terminal, with [`result`], [`promises()`] and [`summary`] as its parts;
//! - [`json()`] for programs, in the form that [`SCHEMA`] describes;
//! - [`junit()`] for build servers;
//! - [`markdown()`] for a comment on a change;
//! - [`html()`] for people: one page that needs nothing else.

mod cause;
mod escape;
mod html;
mod json;
mod junit;
mod latency;
mod markdown;
mod promises;
mod redact;
mod text;
mod view;

use std::sync::LazyLock;

use crate::document::Document;

pub use html::html;
pub use json::{SCHEMA, json};
pub use junit::junit;
pub use markdown::markdown;
pub use promises::promises;
pub use text::{result, summary, text};

/// The document that reports are about.
static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::new(vouchsafe_api_spec::document()));
