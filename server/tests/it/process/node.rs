//! Scripts for Node.js, with their packages.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use super::child::run;

const INSTALL: &str = "on Debian: apt-get install nodejs npm chromium";

/// A folder with scripts, and their packages as its lock file has them.
pub(crate) fn packages(folder: &str) -> PathBuf {
    ["node", "npm"].into_iter().for_each(require);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    // Tests are processes that begin at the same time: one installs.
    let turn = File::open(folder.join("package.json")).unwrap();
    turn.lock().unwrap();
    let changed = |file: &str| fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    // npm writes its own lock when everything is installed.
    if changed("node_modules/.package-lock.json") < changed("package-lock.json") {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
        run(npm).worked();
    }
    folder
}

pub(crate) fn require(program: &str) {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found, "{program} must be installed; {INSTALL}");
}
