//! Writes an outcome for readers. Nothing that is written has secrets in it: passwords, private keys, tokens, cookies
//! and client secrets are taken out in one place, before any report is made.
//!
//! - [`text()`] for a terminal, with [`result`], [`promises()`] and [`summary`] as its parts;
//! - [`json()`] for programs, in the form that [`SCHEMA`] describes;
//! - [`junit()`] for build servers;
//! - [`markdown()`] for a comment on a change;
//! - [`html()`] for people: one page that needs nothing else.
//!
//! Each has a function that writes it, such as [`write_json`]; that takes much less memory than a text of all.

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

use std::{io, sync::LazyLock};

use crate::document::Document;

pub use html::{html, write_html};
pub use json::{SCHEMA, json, write_json};
pub use junit::{junit, write_junit};
pub use markdown::{markdown, write_markdown};
pub use promises::promises;
pub use text::{result, summary, text, write_text};

/// The document that reports are about.
static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::new(vouchsafe_api_spec::document()));

/// What `write` writes, as a text. Writing to memory does not fail, and only text is written.
fn told(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    let _written = write(&mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}
