//! Prism, a mock server that somebody else wrote and that only reads the OpenAPI document: the conformance suite is tried
//! on it. It is installed outside the clone, once.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{pkilint, spec::say, test::run_command};

/// The variable that tells the tests where Prism's program is.
pub(crate) const VARIABLE: &str = "VOUCHSAFE_TEST_PRISM";

/// What is installed, every version said.
const SOURCE: &str = "conformance/tests/prism";
const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// Below the user's cache. The tests look here, too, if the variable is not set.
const FOLDER: &str = "vouchsafe/prism-5.14.2";

/// Installs it unless it is there, complete, and of the same versions.
pub(crate) fn install(root: &Path) -> Result<()> {
    let lock = root.join(SOURCE).join("package-lock.json");
    let wanted = fs::read_to_string(&lock).with_context(|| format!("reading {}", lock.display()))?;
    let folder = folder()?;
    // Written last, so an installation that was broken off is made anew.
    let complete = folder.join("complete.json");
    if fs::read_to_string(&complete).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say(&format!("installing Prism in {}", folder.display()))?;
    fs::create_dir_all(&folder)?;
    for file in FILES {
        fs::copy(root.join(SOURCE).join(file), folder.join(file))?;
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run_command(Command::new("npm").args(arguments).current_dir(&folder))?;
    fs::write(&complete, wanted)?;
    Ok(())
}

/// The program.
pub(crate) fn program() -> Result<PathBuf> {
    Ok(folder()?.join("node_modules/.bin/prism"))
}

fn folder() -> Result<PathBuf> {
    Ok(pkilint::cache()?.join(FOLDER))
}
