//! Swagger UI in a real browser. The script says what is done there: `tests/browser/docs.mjs`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::child::{Process, Server, bootstrap, run, sqlite, vouchsafe};

const INSTALL: &str = "on Debian: apt-get install nodejs npm chromium";

/// Where the script is, with its packages as its lock file has them.
fn script_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let changed = |file: &str| fs::metadata(folder.join(file)).and_then(|file| file.modified()).ok();
    // npm writes its own lock when everything is installed.
    if changed("node_modules/.package-lock.json") < changed("package-lock.json") {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder);
        run(npm).worked();
    }
    folder
}

fn require(program: &str) {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found, "{program} must be installed; {INSTALL}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn docs_are_opened_authorised_and_tried_out() {
    ["node", "npm", "/usr/bin/chromium"].into_iter().for_each(require);
    let folder = script_folder();
    let database = sqlite();
    let server = Server::spawn(vouchsafe(&database, ["serve"]));
    let made = bootstrap(&database);
    let text = |name: &str| made[name].as_str().unwrap();
    let screenshot = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs.png");
    let _ = fs::remove_file(&screenshot);
    let mut node = Command::new("node");
    node.arg("docs.mjs").args([&server.url, text("clientId"), text("clientSecret")]).arg(&screenshot);
    node.current_dir(folder);
    let ended = Process::spawn(node).ended();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
    assert!(fs::metadata(&screenshot).unwrap().len() > 10_000, "a picture of something");
}
