//! Puts together what the command line, the environment and a file say. The first of them that says something wins.

use std::ffi::OsString;

use clap::{ArgMatches, Command, CommandFactory as _, FromArgMatches as _, parser::ValueSource};

use super::{Cli, Usage, file};

const RUN: &str = "run";

/// Reads the command line. What clap has to tell, be it help or a mistake, comes as the inner error.
pub(super) fn read(mut arguments: Vec<OsString>) -> Result<Result<Cli, clap::Error>, Usage> {
    let mut command = Cli::command();
    // A built one knows which options exclude each other, but can't be changed any more.
    let mut built = command.clone();
    built.build();
    // A look ahead: what is missing may be in the file.
    let ahead = command.clone().ignore_errors(true).try_get_matches_from(&arguments).ok();
    let ahead = ahead.as_ref().and_then(|matches| matches.subcommand_matches(RUN));
    if let (Some(given), Some(run)) = (ahead, built.find_subcommand(RUN)) {
        if let Some(path) = given.get_one::<std::path::PathBuf>("config") {
            arguments.extend(file::arguments(path, run, given)?);
        }
        // What the environment says does not count against what the command line says.
        let beaten = run.get_arguments().filter(|argument| {
            let id = argument.get_id().as_str();
            source(given, id) == Some(ValueSource::EnvVariable)
                && conflicts(run, given, id, |source| source == ValueSource::CommandLine)
        });
        for id in beaten.map(|argument| argument.get_id().clone()) {
            command = command.mut_subcommand(RUN, |run| run.mut_arg(id, |argument| argument.env(None)));
        }
    }
    let matches = command.try_get_matches_from(&arguments);
    Ok(matches.and_then(|matches| Cli::from_arg_matches(&matches)))
}

/// Where an argument's value is from.
pub(super) fn source(given: &ArgMatches, id: &str) -> Option<ValueSource> {
    given.try_contains_id(id).ok().and_then(|_| given.value_source(id))
}

/// Whether an argument can't be used with another one that was given, from a source that counts.
pub(super) fn conflicts(
    run: &Command,
    given: &ArgMatches,
    id: &str,
    counts: impl Fn(ValueSource) -> bool,
) -> bool {
    let excludes = |one: &clap::Arg, other: &str| {
        run.get_arg_conflicts_with(one).iter().any(|conflict| conflict.get_id().as_str() == other)
    };
    let Some(this) = run.get_arguments().find(|argument| argument.get_id().as_str() == id) else {
        return false;
    };
    let others =
        run.get_arguments().filter(|argument| source(given, argument.get_id().as_str()).is_some_and(&counts));
    let mut others = others.filter(|argument| argument.get_id().as_str() != id);
    others.any(|other| excludes(this, other.get_id().as_str()) || excludes(other, id))
}
