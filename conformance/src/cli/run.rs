//! The command that runs cases.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    time::Duration,
};

use clap::{Args, builder::RangedU64ValueParser};

use super::{
    Stopped, Usage,
    access::{Access, AdminLogin, Strangers},
    reports::{self, Report},
    screen::{Screen, Shown},
    selection::Selection,
    signal,
};
use crate::{
    outcome::Outcome,
    recorded, report,
    runner::{Selected, run_selected},
    target::{Auth, Options, Profile, Target},
};

#[derive(Debug, Args)]
pub(super) struct Run {
    /// The server's URL, which is everything before /api
    #[arg(long, value_name = "URL")]
    target: String,
    /// Take options from a TOML file too, by their long names; the command line and the environment win
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    /// How many cases may run at a time; those that change the configuration run one after the other
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = RangedU64ValueParser::<usize>::new().range(1..=64))]
    parallel: usize,
    /// How long one request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Stop at the first case that fails
    #[arg(long)]
    fail_fast: bool,
    /// Trust these CAs too: a file with certificates in PEM
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Write a report: text, json, junit, markdown or html. May be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    report: Vec<Report>,
    /// Name and version of what is tested, for reports; else they show what the target's header `Server` says
    #[arg(long, value_name = "NAME VERSION")]
    implementation: Option<String>,
    /// Print only what did not pass, and the last line
    #[arg(long, conflicts_with = "verbose")]
    quiet: bool,
    /// Print what passed also on a terminal
    #[arg(long)]
    verbose: bool,
    /// Write what was said, for `explain`
    #[arg(long, value_name = "FILE", hide = true)]
    record: Option<PathBuf>,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    strangers: Strangers,
    #[command(flatten)]
    admin: AdminLogin,
}

impl Run {
    pub(super) async fn execute(self) -> Result<bool, Stopped> {
        let shown = match (self.quiet, self.verbose) {
            (true, _) => Shown::Quiet,
            (_, true) => Shown::Verbose,
            _ => Shown::Usual,
        };
        let (implementation, record, reports) =
            (self.implementation.clone(), self.record.clone(), self.report.clone());
        let (target, options) = self.parse()?;
        let selected = Selected::by(&options);
        // A run takes a while: what can't be written is told before.
        let reports = reports.into_iter().map(Report::open).collect::<Result<Vec<_>, _>>()?;
        let (stop, at_once) = signal::signals()?;
        let mut screen = Screen::new(selected.len(), shown);
        let run = run_selected(selected, target, options, stop, |result| screen.tell(result));
        let mut outcome = tokio::select! {
            outcome = run => outcome,
            () = at_once => return Ok(false),
        };
        outcome.implementation = implementation.as_deref().map(Into::into);
        outcome.command = Some(reports::command(std::env::args_os().skip(1)));
        let all = screen.finish();
        // Each is tried, whatever came of the others.
        let written: Vec<_> = reports.into_iter().map(|report| report.write(&outcome)).collect();
        if let Some(path) = record {
            std::fs::write(path, recorded::write(&outcome))?;
        }
        print(&outcome, all?)?;
        written.into_iter().collect::<io::Result<()>>()?;
        Ok(outcome.passed())
    }

    fn parse(self) -> Result<(Target, Options), Usage> {
        let options = Options {
            timeout: Duration::from_secs(self.timeout),
            parallel: self.parallel,
            fail_fast: self.fail_fast,
            ..self.selection.options()?
        };
        let admin = self.admin.login()?;
        let auth = match (options.profile, &admin) {
            (Profile::Configuration, None) => {
                return Err(Usage("say how to get in: --admin USER:PASSWORD".to_owned()));
            }
            (Profile::Configuration, Some(_)) => Auth::None,
            _ => self.access.auth()?,
        };
        let target = Target::new(&self.target, auth).map_err(|error| Usage(error.to_string()))?;
        let target = target.with_tokens(self.strangers.tokens()?);
        let target = match admin {
            Some(admin) => target.with_admin(admin),
            None => target,
        };
        let target = match self.cacert {
            Some(path) => trusting(target, &path)?,
            None => target,
        };
        Ok((target, options))
    }
}

fn trusting(target: Target, path: &std::path::Path) -> Result<Target, Usage> {
    let wrong = |reason: String| Usage(format!("{}: {reason}", path.display()));
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    target.with_authorities(&pem).map_err(|error| wrong(error.to_string()))
}

fn print(outcome: &Outcome, all: bool) -> io::Result<()> {
    let mut out = io::stdout();
    if all {
        out.write_all(report::promises(outcome).as_bytes())?;
    }
    out.write_all(report::summary(outcome).as_bytes())
}
