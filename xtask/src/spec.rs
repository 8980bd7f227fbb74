//! The API's document: bundles the files of `api-spec/` into one, and checks them.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

mod bundle;
mod lint;
mod redocly;
mod yaml;

pub(crate) use bundle::{Bundle, bundle_files};

/// What `cargo xtask spec` does.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum SpecCommand {
    /// Write `api-spec/bundled/openapi.json` and `.yaml`.
    Bundle {
        /// Write nothing; fail when the written files are not up to date.
        #[arg(long)]
        check: bool,
    },
    /// Check that the document follows `api-spec/GUIDELINES.md` and that the bundle is up to date.
    Lint,
}

/// Runs one command.
///
/// # Errors
///
/// When the document can't be read or bundled, is not up to date, or breaks a rule.
pub(crate) fn run(cmd: SpecCommand) -> Result<()> {
    let root = workspace_root()?;
    match cmd {
        SpecCommand::Bundle { check: false } => write(root),
        SpecCommand::Bundle { check: true } => check(root),
        SpecCommand::Lint => {
            check(root)?;
            let bundle = bundle_files(root)?;
            lint::check(&bundle)?;
            redocly::lint(&root.join("api-spec"))?;
            say(&format!("the document is clean: {} files", bundle.files.len()))
        }
    }
}

/// The bundled document, made from the files of `root/api-spec` (`root` is the workspace's folder). Writes nothing.
///
/// # Errors
///
/// When a file is missing, isn't valid YAML, or has a reference that can't be bundled; the error names the file and
/// the JSON pointer in it.
pub(crate) fn bundle(root: &Path) -> Result<Value> {
    Ok(bundle_files(root)?.document)
}

/// The bundle's two files with what belongs into them.
fn outputs(root: &Path) -> Result<[(PathBuf, String); 2]> {
    let document = bundle(root)?;
    let folder = root.join("api-spec/bundled");
    let json = format!("{}\n", serde_json::to_string_pretty(&document)?);
    let yaml = yaml_serde::to_string(&document)?;
    Ok([(folder.join("openapi.json"), json), (folder.join("openapi.yaml"), yaml)])
}

/// Writes the bundle's files that are not up to date.
pub(crate) fn write(root: &Path) -> Result<()> {
    for (path, text) in outputs(root)? {
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        say(&format!("wrote {}", path.display()))?;
    }
    Ok(())
}

/// Fails when a file of the bundle is not up to date.
pub(crate) fn check(root: &Path) -> Result<()> {
    for (path, text) in outputs(root)? {
        if !fs::read_to_string(&path).is_ok_and(|old| old == text) {
            let name = path.strip_prefix(root).unwrap_or(&path);
            bail!("{} is not up to date: run `cargo xtask spec bundle`", name.display());
        }
    }
    Ok(())
}

fn workspace_root() -> Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")
}

pub(crate) fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
