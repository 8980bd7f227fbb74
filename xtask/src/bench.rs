//! `cargo xtask bench`: builds the server and the bench as they are shipped, and runs the bench.

use std::{path::Path, process::Command};

use anyhow::Context;

use crate::release::Release;

/// Builds and measures; `only` names the rows to measure, all if absent. The limits are in the same binary as the bench, so
/// both sides are built alike.
pub(crate) fn run(root: &Path, only: Option<String>) -> anyhow::Result<()> {
    let release = Release::build(root, &["vouchsafe", "vouchsafe-bench"])?;
    let mut bench = Command::new(release.program("vouchsafe-bench")?);
    bench.current_dir(root);
    if let Some(only) = only {
        bench.args(["--only", &only]);
    }
    let status = bench.status().context("running the bench")?;
    anyhow::ensure!(status.success(), "the bench failed");
    Ok(())
}
