//! Measures the server against the limits of its libraries and prints the ratios. It asserts nothing.
//!
//! Every row of the table is a race in one run: the server's call and its limit take turns, so that a machine that
//! becomes slower meanwhile slows both. Only Linux is supported: memory and processor time are read from `/proc`.

mod bare_crypto;
mod bare_route;
mod bench;
mod http;
mod load;
mod postgres;
mod process;
mod race;
mod report;
mod rows;
mod sample;
mod seed;
mod server;
mod world;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Parser;

/// Measures the server against the limits of its libraries.
#[derive(Debug, Parser)]
#[command(name = "vouchsafe-bench")]
struct Cli {
    /// Serve the bare routes that the server is compared with (used by the bench itself)
    #[arg(long, hide = true, value_name = "ADDR")]
    bare_route: Option<SocketAddr>,
    #[command(flatten)]
    options: Options,
}

/// What to measure and how long.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Only the rows whose name contains this
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Option<String>,
    /// The server to measure [default: vouchsafe beside this program]
    #[arg(long, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// Measure on PostgreSQL too, in databases made and dropped by this user, who must be allowed to
    #[arg(long, value_name = "URL", env = "VOUCHSAFE_TEST_POSTGRES", alias = "database-url")]
    pub(crate) postgres: Option<String>,
    /// How long one turn of one side of a row takes
    #[arg(long, value_name = "SECONDS", default_value_t = 1.5)]
    pub(crate) seconds: f64,
    /// Turns of each side; the medians are shown
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) rounds: u32,
    /// Credentials in the long list
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) rows: u32,
    /// Write the results as JSON too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Folder for databases, on the disk to be measured [default: beside this program]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

impl Options {
    pub(crate) fn turn(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.bare_route {
        Some(address) => bare_route::serve(address),
        None => bench::run(cli.options),
    }
}
