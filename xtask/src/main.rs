//! Development tasks: `cargo xtask TASK`.

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use clap::Parser;

mod bench;
mod codegen;
mod conformance;
mod emit;
mod ir;
mod lower;
mod packages;
mod pkilint;
mod postgres;
mod prism;
mod release;
mod spec;
mod test;
mod tidy;

/// Development tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Write everything that is generated from the OpenAPI document.
    Codegen {
        /// Write nothing; fail when something is not up to date.
        #[arg(long)]
        check: bool,
    },
    /// The OpenAPI document.
    #[command(subcommand)]
    Spec(spec::SpecCommand),
    /// Check the rules that no compiler and no linter knows.
    Tidy,
    /// Check everything: format, lints, documents, all tests.
    Test,
    /// Measure the server against its libraries' limits.
    Bench {
        /// Only the rows whose name holds this.
        #[arg(long)]
        only: Option<String>,
    },
    /// Run the conformance suite against the server, both as they are shipped, and write reports.
    Conformance {
        /// Further options of the suite's `run`, after `--`.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Run a command with a temporary PostgreSQL cluster for the tests.
    Postgres {
        /// The command, after `--`.
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has a parent folder")?;
    match task {
        Task::Codegen { check } => codegen::run(root, check),
        Task::Spec(command) => spec::run(command),
        Task::Tidy => tidy::run(root),
        Task::Test => test::run(root),
        Task::Bench { only } => bench::run(root, only),
        Task::Conformance { arguments } => return conformance::run(root, &arguments),
        Task::Postgres { command } => postgres::run(command),
    }?;
    Ok(ExitCode::SUCCESS)
}
