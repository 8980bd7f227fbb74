//! Swagger UI in a real browser. The script says what is done there: `tests/browser/docs.mjs`.

use std::{fs, path::Path, process::Command};

use super::{
    child::{Process, Server, sqlite, vouchsafe},
    node,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn docs_are_opened_authorised_and_tried_out() {
    node::require("/usr/bin/chromium");
    let folder = node::packages("tests/browser");
    let database = sqlite();
    let server = Server::spawn(vouchsafe(&database, ["serve"]));
    let screenshot = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs.png");
    let _ = fs::remove_file(&screenshot);
    let mut node = Command::new("node");
    node.args(["docs.mjs", &server.url]).arg(database.data_dir().join("bootstrap.json")).arg(&screenshot);
    node.current_dir(folder);
    let ended = Process::spawn(node).ended();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{}", ended.stdout);
    assert!(fs::metadata(&screenshot).unwrap().len() > 10_000, "a picture of something");
}
