//! The command line.

mod admin;
mod ca;
mod client;
mod serve;
mod settings;
mod tenant;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use crate::{
    config::{Config, Overrides},
    setup, telemetry,
};

const SOURCES: &str = "Settings come from flags, environment variables such as VOUCHSAFE_DATABASE_URL for database.url, \
the TOML file, and defaults, in this order. `vouchsafe config show` shows them.";

/// A self-hosted credential authority for device fleets.
#[derive(Debug, Parser)]
#[command(version, about, after_help = SOURCES, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Common {
    /// TOML file with settings
    #[arg(long, global = true, value_name = "FILE", env = "VOUCHSAFE_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// Folder of the database, the master key and bootstrap.json [default: ./vouchsafe-data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The database: `sqlite://PATH?mode=rwc` or `postgres://...` [default: SQLite in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API
    Serve {
        /// Address to listen on [default: 127.0.0.1:8080]
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
        /// Don't bring the database's schema up to date
        #[arg(long)]
        no_migrate: bool,
    },
    /// Bring the database's schema up to date
    Migrate,
    /// Check or show the settings
    #[command(subcommand)]
    Config(settings::Command),
    /// Tenants
    #[command(subcommand)]
    Tenant(tenant::Command),
    /// OAuth clients
    #[command(subcommand)]
    Client(client::Command),
    /// Administrators
    #[command(subcommand)]
    Admin(admin::Command),
    /// The platform CA
    #[command(subcommand)]
    Ca(ca::Command),
}

/// Runs the command line: 0 when it worked, 1 when it failed, 2 when it makes no sense.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes. Some libraries' errors say what their cause says: that is left out.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if line.is_empty() {
            line = cause;
        } else if !line.ends_with(&cause) {
            line = format!("{line}: {cause}");
        }
    }
    line.replace('\n', " ")
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let mut overrides = Overrides {
        data_dir: cli.common.data_dir,
        database_url: cli.common.database_url,
        ..Overrides::default()
    };
    if let Command::Serve { listen, no_migrate } = &cli.command {
        overrides.listen.clone_from(listen);
        overrides.no_migrate = *no_migrate;
    }
    let config = Config::load(cli.common.config.as_deref(), &overrides)?;
    telemetry::init_logs(&config.log)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve { .. } => serve::run(&config).await,
            Command::Migrate => migrate(&config).await,
            Command::Config(command) => settings::run(&command, &config),
            Command::Tenant(command) => tenant::run(command, &config).await,
            Command::Client(command) => client::run(command, &config).await,
            Command::Admin(command) => admin::run(command, &config).await,
            Command::Ca(command) => ca::run(command, &config).await,
        }
    })
}

async fn migrate(config: &Config) -> anyhow::Result<()> {
    let mut config = config.clone();
    config.database.migrate = true;
    setup::open(&config).await?.close().await;
    say("the database's schema is up to date")
}

/// Prints a line of data.
fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}
