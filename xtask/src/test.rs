//! `cargo xtask test`: everything that must hold before a change is good. CI runs exactly this.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    codegen, packages, pkilint,
    postgres::{self, Cluster},
    prism, spec, tidy,
};

type Step = (&'static str, fn(&Path) -> Result<()>);

/// The steps, quickest first, so that a slip is told early.
const STEPS: [Step; 10] = [
    ("packages", packages::require),
    ("pkilint", pkilint::install),
    ("Prism", prism::install),
    ("format", |root| cargo(root, &["fmt", "--all", "--check"])),
    ("tidy", tidy::run),
    ("codegen --check", |root| codegen::run(root, true)),
    ("spec lint", |_| spec::run(spec::SpecCommand::Lint)),
    ("clippy", |root| {
        cargo(root, &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])
    }),
    ("docs", docs),
    ("tests", tests),
];

/// Runs every step and stops at the first that fails.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut took = Vec::new();
    for (name, step) in STEPS {
        spec::say(&format!("== {name}"))?;
        let started = Instant::now();
        step(root).with_context(|| format!("`{name}` failed"))?;
        took.push((name, started.elapsed()));
    }
    let seconds = |time: &Duration| time.as_secs();
    let times: Vec<_> = took.iter().map(|(name, time)| format!("{name} {} s", seconds(time))).collect();
    spec::say(&format!("all good: {}", times.join(", ")))
}

fn docs(root: &Path) -> Result<()> {
    run_command(Command::new(env!("CARGO")).current_dir(root).env("RUSTDOCFLAGS", "-D warnings").args([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
        "--quiet",
    ]))
}

/// All tests, on a PostgreSQL cluster that is made for them and goes with them.
fn tests(root: &Path) -> Result<()> {
    cargo(root, &["build", "--workspace", "--all-targets", "--quiet"])?;
    let folder = tempfile::Builder::new().prefix("vouchsafe-postgres-").tempdir()?;
    let cluster = Cluster::start(folder.path())?;
    let (programs, mock) = (pkilint::programs()?, prism::program()?);
    let nextest = Command::new(env!("CARGO")).args(["nextest", "--version"]).output();
    let runner: &[&str] = match nextest {
        Ok(output) if output.status.success() => &["nextest", "run", "--workspace", "--no-fail-fast"],
        _ => &["test", "--workspace", "--all-targets", "--no-fail-fast"],
    };
    for args in [runner, &["test", "--workspace", "--doc", "--quiet"]] {
        run_command(
            cargo_command(root, args)
                .env(postgres::VARIABLE, cluster.url())
                .env(pkilint::VARIABLE, &programs)
                .env(prism::VARIABLE, &mock)
                .env("INSTA_UPDATE", "no"),
        )?;
    }
    Ok(())
}

fn cargo(root: &Path, args: &[&str]) -> Result<()> {
    run_command(&mut cargo_command(root, args))
}

fn cargo_command(root: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root).args(args);
    command
}

/// Runs a command and fails when it does.
pub(crate) fn run_command(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_owned();
    let status = command.status().with_context(|| format!("running {}", program.display()))?;
    if !status.success() {
        let args: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        bail!(
            "`{} {}` failed with {status}",
            Path::new(&program).file_name().unwrap_or_default().display(),
            args.join(" ")
        );
    }
    Ok(())
}
