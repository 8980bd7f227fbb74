//! The command line.

mod reports;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand};

use crate::{
    outcome::Implementation,
    report,
    runner::{list, run_with},
    select::unmatched,
    target::{Admin, Auth, Options, Profile, Secret, Target},
};
use reports::Report;

/// Checks any implementation of the API against its document.
#[derive(Debug, Parser)]
#[command(name = "vouchsafe-conformance", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run cases against a server; exits with 0 only if none failed, 1 if one did, 2 if the command is wrong
    Run(Box<Run>),
    /// List cases with the requirement that each checks
    List(Selection),
    /// Print the JSON schema of JSON reports
    Schema,
}

#[derive(Debug, Args)]
struct Run {
    /// The server's URL, which is everything before /api
    #[arg(long, value_name = "URL")]
    target: String,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    admin: AdminLogin,
    #[command(flatten)]
    selection: Selection,
    /// How long one request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Write a report: text, json, junit, markdown or html. May be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    report: Vec<Report>,
    /// Name and version of what is tested, for reports; else they show what the target's header `Server` says
    #[arg(long, value_name = "NAME VERSION")]
    implementation: Option<String>,
}

/// How to get into the configuration API.
#[derive(Debug, Args)]
struct AdminLogin {
    /// Log in as this administrator; without one the cases of the configuration API are skipped
    #[arg(long, env = "VOUCHSAFE_ADMIN_USER", value_name = "NAME")]
    admin_user: Option<String>,
    /// The administrator's password
    #[arg(long, env = "VOUCHSAFE_ADMIN_PASSWORD", hide_env_values = true, requires = "admin_user")]
    admin_password: Option<String>,
    /// A file with the administrator's password; a line end after it does not count
    #[arg(long, value_name = "FILE", requires = "admin_user", conflicts_with = "admin_password")]
    admin_password_file: Option<PathBuf>,
}

/// How to get into the client credentials API: exactly one of a token, a client and nothing.
#[derive(Debug, Args)]
struct Access {
    /// Send this access token
    #[arg(long, env = "VOUCHSAFE_TOKEN", hide_env_values = true, conflicts_with_all = ["client_id", "no_auth"])]
    token: Option<String>,
    /// Fetch an access token as this OAuth 2.0 client
    #[arg(long, env = "VOUCHSAFE_CLIENT_ID", requires = "client_secret", conflicts_with = "no_auth")]
    client_id: Option<String>,
    /// The client's secret
    #[arg(long, env = "VOUCHSAFE_CLIENT_SECRET", hide_env_values = true, requires = "client_id")]
    client_secret: Option<String>,
    /// The token endpoint; by default /oauth2/token of the target
    #[arg(long, value_name = "URL", requires = "client_id")]
    token_url: Option<String>,
    /// Send no token: the server has authentication disabled
    #[arg(long)]
    no_auth: bool,
}

#[derive(Debug, Args)]
struct Selection {
    /// What the server claims to implement
    #[arg(long, value_enum, default_value = "extended")]
    profile: Profile,
    /// Only cases whose id matches; `*` stands for any text. May be repeated
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Skip cases whose id matches. May be repeated
    #[arg(long, value_name = "GLOB")]
    skip: Vec<String>,
}

/// What is wrong with the command.
#[derive(Debug)]
struct Usage(String);

/// Reads the command line and does what it says.
///
/// # Errors
/// When standard output can't be written.
pub async fn main() -> io::Result<ExitCode> {
    let outcome = match Cli::parse().command {
        Command::Run(run) => run.execute().await?,
        Command::List(selection) => selection.execute()?,
        Command::Schema => {
            io::stdout().write_all(report::SCHEMA.as_bytes())?;
            Ok(true)
        }
    };
    match outcome {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(Usage(reason)) => {
            writeln!(io::stderr(), "error: {reason}")?;
            Ok(ExitCode::from(2))
        }
    }
}

impl Run {
    async fn execute(mut self) -> io::Result<Result<bool, Usage>> {
        let (reports, implementation) = (std::mem::take(&mut self.report), self.implementation.take());
        let (target, options) = match self.parse() {
            Ok(parsed) => parsed,
            Err(usage) => return Ok(Err(usage)),
        };
        let mut written = Ok(());
        let mut outcome = run_with(target, options, |result| {
            if written.is_ok() {
                written = io::stdout().write_all(report::result(result).as_bytes());
            }
        })
        .await;
        written?;
        outcome.implementation = implementation.as_deref().map(Implementation::from);
        outcome.command = Some(reports::command(std::env::args_os().skip(1)));
        reports.iter().try_for_each(|report| report.write(&outcome))?;
        io::stdout().write_all(report::promises(&outcome).as_bytes())?;
        io::stdout().write_all(report::summary(&outcome).as_bytes())?;
        Ok(Ok(outcome.passed()))
    }

    fn parse(self) -> Result<(Target, Options), Usage> {
        let options = Options { timeout: Duration::from_secs(self.timeout), ..self.selection.options()? };
        let admin = self.admin.parse()?;
        let auth = match (options.profile, &admin) {
            (Profile::Configuration, None) => {
                return Err(Usage("say how to get in: --admin-user with --admin-password".to_owned()));
            }
            (Profile::Configuration, Some(_)) => Auth::None,
            _ => self.access.auth()?,
        };
        let target = Target::new(&self.target, auth).map_err(|error| Usage(error.to_string()))?;
        let target = match admin {
            Some(admin) => target.with_admin(admin),
            None => target,
        };
        Ok((target, options))
    }
}

impl AdminLogin {
    fn parse(self) -> Result<Option<Admin>, Usage> {
        let password = match (self.admin_password, self.admin_password_file) {
            (Some(password), _) => Some(password),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(&file);
                let text = text.map_err(|error| Usage(format!("{}: {error}", file.display())))?;
                Some(text.trim_end_matches(['\r', '\n']).to_owned())
            }
            (None, None) => None,
        };
        match (self.admin_user, password) {
            (Some(user), Some(password)) => Ok(Some(Admin { user, password: Secret::new(password) })),
            (None, _) => Ok(None),
            (Some(_), None) => {
                Err(Usage("--admin-user needs --admin-password or --admin-password-file".to_owned()))
            }
        }
    }
}

impl Access {
    fn auth(self) -> Result<Auth, Usage> {
        match (self.token, self.client_id, self.client_secret, self.no_auth) {
            (Some(token), ..) => Ok(Auth::Token(Secret::new(token))),
            (None, Some(client_id), Some(secret), _) => Ok(Auth::ClientCredentials {
                client_id,
                client_secret: Secret::new(secret),
                token_url: self.token_url,
            }),
            (None, _, _, true) => Ok(Auth::None),
            _ => Err(Usage(
                "say how to get in: --token, or --client-id with --client-secret, or --no-auth".to_owned(),
            )),
        }
    }
}

impl Selection {
    fn execute(self) -> io::Result<Result<bool, Usage>> {
        let options = match self.options() {
            Ok(options) => options,
            Err(usage) => return Ok(Err(usage)),
        };
        let skipped = |id: &str| crate::select::skipped_by(&options, id).is_some();
        for case in list(&options).into_iter().filter(|case| !skipped(&case.id)) {
            let mark = if case.extension { " [extension]" } else { "" };
            writeln!(io::stdout(), "{}{mark}\n      {}", case.id, case.requirement)?;
            if let Some(note) = case.note {
                writeln!(io::stdout(), "      note: {note}")?;
            }
        }
        Ok(Ok(true))
    }

    fn options(&self) -> Result<Options, Usage> {
        let Self { profile, only, skip } = self;
        let skip = skip.iter().map(|text| text.as_str().into()).collect();
        let options = Options { only: only.clone(), skip, ..Options::from(*profile) };
        match unmatched(&options).as_slice() {
            [] => Ok(options),
            globs => Err(Usage(format!("no case matches {}; see `list`", globs.join(", ")))),
        }
    }
}
