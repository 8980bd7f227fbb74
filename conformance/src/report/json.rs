//! JSON.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

use super::{told, view::View};
use crate::outcome::Outcome;

/// The JSON schema (2020-12) of what [`json()`] writes.
pub const SCHEMA: &str = include_str!("../../report.schema.json");

/// All of an outcome as [`SCHEMA`] describes it, each case on a line of its own.
pub fn json(outcome: &Outcome) -> String {
    told(|out| write_json(outcome, out))
}

/// Writes what [`json()`] tells, case by case: `out` should be buffered.
///
/// # Errors
/// When it can't be written.
pub fn write_json(outcome: &Outcome, mut out: impl Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut out, Lines::default());
    View::of(outcome).serialize(&mut serializer)?;
    writeln!(out)
}

/// Compact, but for line ends before each member of the whole and before each item of such a member.
#[derive(Default)]
struct Lines {
    depth: usize,
}

/// Where the members of the whole are.
const MEMBERS: usize = 1;

/// Where the items of a member of the whole are.
const ITEMS: usize = 2;

impl Lines {
    fn begin<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        out.write_all(bracket)
    }

    fn end<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8], depth: usize) -> io::Result<()> {
        let line_end: &[u8] = if self.depth == depth { b"\n" } else { b"" };
        self.depth -= 1;
        out.write_all(line_end)?;
        out.write_all(bracket)
    }

    fn next<W: Write + ?Sized>(&self, out: &mut W, first: bool, depth: usize) -> io::Result<()> {
        out.write_all(if first { b"" } else { b"," })?;
        out.write_all(if self.depth == depth { b"\n" } else { b"" })
    }
}

impl Formatter for Lines {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]", ITEMS)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first, ITEMS)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}", MEMBERS)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first, MEMBERS)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_case_has_a_line() {
        let mut out = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut out, Lines::default());
        let value = json!({"a": {"b": [1]}, "cases": [{"c": [1, {"d": 2}]}, {"e": "\n"}], "z": 1});
        value.serialize(&mut serializer).ok();
        let lines =
            "{\n\"a\":{\"b\":[1]},\n\"cases\":[\n{\"c\":[1,{\"d\":2}]},\n{\"e\":\"\\n\"}\n],\n\"z\":1\n}";
        assert_eq!(String::from_utf8(out).ok().as_deref(), Some(lines));
    }
}
