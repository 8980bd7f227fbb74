//! pkilint, the linter that tests hold our certificates, revocation lists and OCSP responses against: a Python program,
//! in a virtual environment outside the clone, made once.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{spec::say, test::run_command};

/// The variable that tells the tests where pkilint's Python is: the folder of programs of the environment.
pub(crate) const VARIABLE: &str = "VOUCHSAFE_TEST_PKILINT";

/// What is installed, every version said.
const REQUIREMENTS: &str = "server/pki/tests/pkilint-requirements.txt";

/// Below the user's cache. The tests look here, too, if the variable is not set.
const FOLDER: &str = "vouchsafe/pkilint-0.13.3";

/// Makes the environment unless it is there, complete, and made of the same requirements.
pub(crate) fn install(root: &Path) -> Result<()> {
    let requirements = root.join(REQUIREMENTS);
    let wanted = fs::read_to_string(&requirements).with_context(|| format!("reading {REQUIREMENTS}"))?;
    let folder = folder()?;
    // Written last, so an installation that was broken off is made anew.
    let complete = folder.join("complete.txt");
    if fs::read_to_string(&complete).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say(&format!("installing pkilint in {}", folder.display()))?;
    fs::create_dir_all(&folder)?;
    run_command(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--requirement",
    ]);
    run_command(pip.arg(&requirements))?;
    fs::write(&complete, wanted)?;
    Ok(())
}

/// The folder of programs.
pub(crate) fn programs() -> Result<PathBuf> {
    Ok(folder()?.join("bin"))
}

fn folder() -> Result<PathBuf> {
    Ok(cache()?.join(FOLDER))
}

/// The user's cache: what is installed there outlives a clone.
pub(crate) fn cache() -> Result<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
    cache.or_else(home).context("neither XDG_CACHE_HOME nor HOME is set")
}
