//! `cargo xtask bench`: builds the server and the bench as they are shipped, and runs the bench.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::Context;
use serde_json::Value;

/// Builds and measures; `only` names the rows to measure, all if absent.
///
/// The build has the release profile, link-time optimisation and all: a quicker build would measure a program that
/// nobody runs, and the limits are in the same binary as the bench, so both sides must be built alike.
pub(crate) fn run(root: &Path, only: Option<String>) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(&cargo)
        .current_dir(root)
        .args(["build", "--release", "-p", "vouchsafe", "-p", "vouchsafe-bench"])
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .context("running cargo")?;
    anyhow::ensure!(output.status.success(), "the build failed");
    let mut bench = Command::new(program(&output.stdout).context("the build made no vouchsafe-bench")?);
    bench.current_dir(root);
    if let Some(only) = only {
        bench.args(["--only", &only]);
    }
    let status = bench.status().context("running the bench")?;
    anyhow::ensure!(status.success(), "the bench failed");
    Ok(())
}

/// Where cargo put the bench: the target folder is for whoever builds to choose.
fn program(messages: &[u8]) -> Option<String> {
    messages.split(|byte| *byte == b'\n').find_map(|line| {
        let message: Value = serde_json::from_slice(line).ok()?;
        let executable = message.get("executable")?.as_str()?;
        (message["target"]["name"] == "vouchsafe-bench").then(|| executable.to_owned())
    })
}
