//! JSON.

use super::view::View;
use crate::outcome::Outcome;

/// The JSON schema (2020-12) of what [`json()`] writes.
pub const SCHEMA: &str = include_str!("../../report.schema.json");

/// All of an outcome as [`SCHEMA`] describes it.
pub fn json(outcome: &Outcome) -> String {
    let mut text = serialised(&View::of(outcome), true);
    text.push('\n');
    text
}

/// A view has string keys and plain values only: nothing that JSON can't say.
pub(super) fn serialised(view: &View<'_>, pretty: bool) -> String {
    let text = if pretty { serde_json::to_string_pretty(view) } else { serde_json::to_string(view) };
    text.unwrap_or_default()
}
