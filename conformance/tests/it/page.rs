//! The page in a real browser. The script says what is done there: `tests/browser/page.mjs`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use vouchsafe_conformance::report;

use crate::reports::{HOSTILE, mixed};

#[tokio::test]
async fn people_see_what_failed_and_nothing_that_was_answered_is_obeyed() {
    require("/usr/bin/chromium");
    let scripts = packages();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let outcome = mixed().await;
    fs::write(folder.join("report.html"), report::html(&outcome)).unwrap();
    fs::write(folder.join("report.json"), report::json(&outcome)).unwrap();
    let output =
        Command::new("node").arg("page.mjs").arg(&folder).arg(HOSTILE).current_dir(scripts).output().unwrap();
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", told(&output.stdout), told(&output.stderr));
    for name in ["light", "dark", "narrow", "panel"] {
        let picture = fs::metadata(folder.join(format!("{name}.png"))).unwrap();
        assert!(picture.len() > 10_000, "a picture of something: {name}");
    }
}

/// The folder of the scripts, with their packages as its lock file has them.
fn packages() -> PathBuf {
    ["node", "npm"].into_iter().for_each(require);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    // Another run of the tests may begin at the same time: one installs.
    let turn = File::open(folder.join("package.json")).unwrap();
    turn.lock().unwrap();
    let changed = |file: &str| fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    // npm writes its own lock when everything is installed.
    if changed("node_modules/.package-lock.json") < changed("package-lock.json") {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
        let output = npm.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    folder
}

fn require(program: &str) {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found, "{program} must be installed; on Debian: apt-get install nodejs npm chromium");
}
