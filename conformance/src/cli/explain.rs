//! The command that explains a case.

use std::{
    fmt::{self, Write as _},
    io::{self, Write as _},
};

use clap::Args;

use super::{Stopped, Usage, excerpt::excerpt};
use crate::{
    case::{CaseInfo, Level, Plane},
    document::{Document, Operation},
    recorded,
    runner::list,
    target::Options,
};

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Id of the case, as `list` and `run` print it
    case: String,
}

impl Explain {
    pub(super) fn execute(self) -> Result<bool, Stopped> {
        let cases = list(&Options::default());
        let Some(case) = cases.iter().find(|case| case.id == self.case) else {
            return Err(unknown(&self.case, &cases).into());
        };
        let mut text = String::new();
        // Writing to a String does not fail.
        let _written = explain(&mut text, case);
        io::stdout().write_all(text.as_bytes())?;
        Ok(true)
    }
}

fn explain(text: &mut String, case: &CaseInfo) -> fmt::Result {
    let document = Document::new(vouchsafe_api_spec::document());
    let title = document.operation(&case.operation).map(Operation::title).unwrap_or_default();
    let level =
        if case.level == Level::Must { "MUST" } else { "SHOULD: there may be reasons to do otherwise" };
    let profile = match (case.extension, case.plane) {
        (true, _) => "extended: the reference lacks it",
        (false, Plane::ClientCredentials) => "client-credentials, extended",
        (false, Plane::Configuration) => "configuration, extended",
    };
    writeln!(text, "{}\n\n  {}\n", case.id, case.requirement)?;
    writeln!(text, "  level      {level}")?;
    writeln!(text, "  kind       {}", case.kind.word())?;
    writeln!(text, "  operation  {title} ({})", case.operation)?;
    writeln!(text, "  profile    {profile}")?;
    writeln!(text, "  document   #{}", case.pointer)?;
    if let Some(note) = &case.note {
        writeln!(text, "  note       {note}")?;
    }
    writeln!(text, "\nWhat the document says there:\n")?;
    for line in excerpt(vouchsafe_api_spec::document(), &case.pointer).lines() {
        writeln!(text, "  {line}")?;
    }
    writeln!(text, "\nAll of it:\n\n  vouchsafe-conformance document '#{}'", case.pointer)?;
    write_exchanges(text, &case.id)?;
    writeln!(text, "\nIf it fails:\n\n  {}", case.fix.unwrap_or_else(|| case.kind.advice()))?;
    writeln!(text, "\nTo run it alone:\n\n  vouchsafe-conformance run --target URL --only '{}' ...", case.id)
}

fn write_exchanges(text: &mut String, id: &str) -> fmt::Result {
    let steps = recorded::steps(id);
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "\nWhat it sends, and how an implementation answered that passes (logins are left out):\n"
    )?;
    for step in steps {
        writeln!(text, "  {:<8} {} {} -> {}", step.role, step.method, step.path, step.status)?;
        if let Some(body) = step.body {
            writeln!(text, "           {body}")?;
        }
    }
    Ok(())
}

/// How many ids are suggested.
const SUGGESTED: usize = 5;

fn unknown(asked: &str, cases: &[CaseInfo]) -> Usage {
    let asked = asked.trim();
    let words: Vec<&str> = asked.split(['*', ' ', ':']).filter(|word| !word.is_empty()).collect();
    let has_all = |case: &&CaseInfo| !words.is_empty() && words.iter().all(|word| case.id.contains(word));
    let mut near: Vec<&CaseInfo> = cases.iter().filter(has_all).collect();
    if near.is_empty() {
        near = cases.iter().filter(|case| distance(asked, &case.id) <= case.id.len() / 4).collect();
    }
    near.sort_by_key(|case| distance(asked, &case.id));
    let others = near.len() > SUGGESTED;
    near.truncate(SUGGESTED);
    let ids: String = near.iter().map(|case| format!("\n  {}", case.id)).collect();
    Usage(match (near.is_empty(), others) {
        (true, _) => format!("there is no case `{asked}`; `list` has them all"),
        (false, true) => {
            format!("there is no case `{asked}`; did you mean one of these, or another in `list`?{ids}")
        }
        (false, false) => format!("there is no case `{asked}`; did you mean{ids}"),
    })
}

/// How many letters must be added, removed or replaced to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, left) in one.bytes().enumerate() {
        let mut diagonal = line;
        let mut before = line + 1;
        for (cell, right) in row.iter_mut().skip(1).zip(other.bytes()) {
            let replaced = diagonal + usize::from(left != right);
            diagonal = *cell;
            before = replaced.min(diagonal + 1).min(before + 1);
            *cell = before;
        }
    }
    // The first cell is the length of `one`, which only an empty `other` needs.
    if other.is_empty() { one.len() } else { row.last().copied().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances() {
        for (one, other, letters) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
            ("ab", "ab", 0),
        ] {
            assert_eq!(distance(one, other), letters, "{one} {other}");
        }
    }
}
