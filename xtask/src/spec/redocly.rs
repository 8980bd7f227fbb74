//! Runs the linter Redocly CLI, whose version `api-spec/package-lock.json` pins.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

/// Lints `openapi.yaml` in `folder` with the rules of its `redocly.yaml`.
///
/// # Errors
///
/// When Node.js is missing, the linter can't be installed, or it finds something (it prints what).
pub(super) fn lint(folder: &Path) -> Result<()> {
    if !installed(folder) {
        npm(folder, "npm", &["ci", "--no-audit", "--no-fund"])?;
    }
    npm(folder, "npx", &["--no-install", "redocly", "lint", "openapi.yaml"])
}

/// Whether `node_modules` is there and made after the lock file changed last.
fn installed(folder: &Path) -> bool {
    let changed = |name: &str| fs::metadata(folder.join(name)).and_then(|file| file.modified());
    match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Ok(modules), Ok(lock)) => modules >= lock,
        _ => false,
    }
}

fn npm(folder: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let status = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .envs([("REDOCLY_TELEMETRY", "off"), ("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")])
        .status()
        .with_context(|| format!("cannot run {program}: install Node.js 20 or newer with npm"))?;
    ensure!(status.success(), "`{program} {}` failed ({status})", arguments.join(" "));
    Ok(())
}
