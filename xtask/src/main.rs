//! Development tasks: `cargo xtask TASK`.

use std::path::Path;

use anyhow::Context;
use clap::Parser;

mod codegen;
mod emit;
mod ir;
mod lower;
mod spec;
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
}

fn main() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has a parent folder")?;
    match Task::parse() {
        Task::Codegen { check } => codegen::run(root, check),
        Task::Spec(command) => spec::run(command),
        Task::Tidy => tidy::run(root),
    }
}
