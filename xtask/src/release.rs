//! Builds programs as they are shipped.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context;
use serde_json::Value;

/// Programs of a build with the release profile, link-time optimisation and all: a quicker build would be a program that
/// nobody runs.
pub(crate) struct Release {
    messages: Vec<u8>,
}

impl Release {
    /// Builds packages.
    pub(crate) fn build(root: &Path, packages: &[&str]) -> anyhow::Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(&cargo)
            .current_dir(root)
            .args(["build", "--release", "--message-format", "json-render-diagnostics"])
            .args(packages.iter().flat_map(|package| ["-p", package]))
            .stderr(Stdio::inherit())
            .output()
            .context("running cargo")?;
        anyhow::ensure!(output.status.success(), "the build failed");
        Ok(Self { messages: output.stdout })
    }

    /// Where cargo put a program: the target folder is for whoever builds to choose.
    pub(crate) fn program(&self, name: &str) -> anyhow::Result<PathBuf> {
        let mut lines = self.messages.split(|byte| *byte == b'\n');
        let program = lines.find_map(|line| {
            let message: Value = serde_json::from_slice(line).ok()?;
            let executable = message.get("executable")?.as_str()?;
            (message["target"]["name"] == name).then(|| PathBuf::from(executable))
        });
        program.with_context(|| format!("the build made no {name}"))
    }
}
