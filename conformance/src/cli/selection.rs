//! Options that select cases, and the command that lists them.

use std::io::{self, Write as _};

use clap::Args;

use super::{Stopped, Usage};
use crate::{
    case::Level,
    runner::list,
    select::{skipped_by, unmatched},
    target::{Options, Profile},
};

#[derive(Debug, Args)]
pub(super) struct Selection {
    /// What the server claims to implement
    #[arg(long, value_enum, default_value = "extended")]
    profile: Profile,
    /// Only cases whose id matches; `*` stands for any text, `?` for any character. May be repeated
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Skip cases whose id matches, and say why: without a reason the run does not pass. May be repeated
    #[arg(long, value_name = "GLOB[=REASON]")]
    skip: Vec<String>,
}

impl Selection {
    /// Lists the cases.
    pub(super) fn execute(self) -> Result<bool, Stopped> {
        let options = self.options()?;
        for case in list(&options).into_iter().filter(|case| skipped_by(&options, &case.id).is_none()) {
            let should = if case.level == Level::Should { " [SHOULD]" } else { "" };
            let extension = if case.extension { " [extension]" } else { "" };
            writeln!(io::stdout(), "{}{should}{extension}\n      {}", case.id, case.requirement)?;
            if let Some(note) = case.note {
                writeln!(io::stdout(), "      note: {note}")?;
            }
        }
        Ok(true)
    }

    pub(super) fn options(&self) -> Result<Options, Usage> {
        let Self { profile, only, skip } = self;
        let skip = skip.iter().map(|text| text.as_str().into()).collect();
        let options = Options { only: only.clone(), skip, ..Options::from(*profile) };
        match unmatched(&options).as_slice() {
            [] => Ok(options),
            globs => Err(Usage(format!("no case of this profile matches {}; see `list`", globs.join(", ")))),
        }
    }
}
