//! JSON.

use std::io::{self, Write};

use super::{told, view::View};
use crate::outcome::Outcome;

/// The JSON schema (2020-12) of what [`json()`] writes.
pub const SCHEMA: &str = include_str!("../../report.schema.json");

/// All of an outcome as [`SCHEMA`] describes it.
pub fn json(outcome: &Outcome) -> String {
    told(|out| write_json(outcome, out))
}

/// Writes what [`json()`] tells, case by case: `out` should be buffered.
///
/// # Errors
/// When it can't be written.
pub fn write_json(outcome: &Outcome, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, &View::of(outcome))?;
    writeln!(out)
}
