//! The command line.

mod access;
mod arguments;
mod document;
mod excerpt;
mod explain;
mod file;
mod reports;
mod run;
mod screen;
mod selection;
mod signal;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::report;

/// Tells any implementation of the API what it gets wrong.
///
/// Exits with 0 only if everything that was selected passed, and nothing was skipped but what was declared with a reason;
/// with 1 if not; with 2 if the command is wrong.
#[derive(Debug, Parser)]
#[command(name = "vouchsafe-conformance", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run cases against a server
    Run(Box<run::Run>),
    /// List cases with the requirement that each checks
    List(selection::Selection),
    /// Explain a case: what it demands, where the document says so, what it sends, and how to mend what fails
    Explain(explain::Explain),
    /// Print the document that servers are held to, or the part at a JSON pointer
    Document(document::Document),
    /// Print the JSON schema of JSON reports
    Schema,
}

/// What is wrong with the command.
#[derive(Debug)]
struct Usage(String);

/// Why a command did not come to its end.
#[derive(Debug)]
enum Stopped {
    Usage(Usage),
    Output(io::Error),
}

impl From<Usage> for Stopped {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Reads the command line and does what it says.
///
/// # Errors
/// When the output can't be written.
pub async fn main() -> io::Result<ExitCode> {
    let cli = match arguments::read(std::env::args_os().collect()) {
        Ok(Ok(cli)) => cli,
        Ok(Err(told)) => {
            told.print()?;
            return Ok(if told.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS });
        }
        Err(usage) => return wrong(&usage),
    };
    let outcome = match cli.command {
        Command::Run(run) => run.execute().await,
        Command::List(selection) => selection.execute(),
        Command::Explain(explain) => explain.execute(),
        Command::Document(document) => document.execute(),
        Command::Schema => {
            io::stdout().write_all(report::SCHEMA.as_bytes()).map(|()| true).map_err(Stopped::Output)
        }
    };
    match outcome {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(Stopped::Usage(usage)) => wrong(&usage),
        // Whoever read it has seen enough, such as `head`.
        Err(Stopped::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::FAILURE),
        Err(Stopped::Output(error)) => {
            writeln!(io::stderr(), "error: {}", plain(&error))?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// An error in words, without the system's number.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error ").map_or(text.as_str(), |(words, _)| words).to_owned()
}

fn wrong(Usage(reason): &Usage) -> io::Result<ExitCode> {
    writeln!(io::stderr(), "error: {reason}")?;
    Ok(ExitCode::from(2))
}
