//! Starts that can't work: one line that says why, exit code 1, nothing made.

use std::{fs, net::TcpListener};

use super::child::{Ended, Server, run, sqlite, vouchsafe};
use crate::harness::TestDatabase;

/// `serve` with a setting changed.
fn serve(database: &TestDatabase, variable: &str, value: &str) -> Ended {
    let mut command = vouchsafe(database, ["serve"]);
    command.env(variable, value).env("RUST_BACKTRACE", "1");
    let ended = run(command);
    assert!(!ended.stderr.contains("backtrace") && !ended.stderr.contains("panicked"), "{}", ended.stderr);
    ended
}

#[test]
fn the_address_is_in_use() {
    let database = sqlite();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    assert_eq!(
        serve(&database, "VOUCHSAFE_LISTEN", &address).error(),
        format!("listening on {address} (setting listen): Address already in use (os error 98)")
    );
    assert!(!database.data_dir().exists());
}

#[test]
fn the_address_is_not_of_this_machine() {
    let ended = serve(&sqlite(), "VOUCHSAFE_LISTEN", "192.0.2.1:80");
    assert_eq!(
        ended.error(),
        "listening on 192.0.2.1:80 (setting listen): Cannot assign requested address (os error 99)"
    );
}

#[test]
fn the_data_folder_cannot_be_made() {
    let database = sqlite();
    let file = database.folder.path().join("file");
    fs::write(&file, "").unwrap();
    for (folder, reason) in [
        (file.join("data"), "Not a directory (os error 20)"),
        (file, "File exists (os error 17)"),
        ("/proc/vouchsafe".into(), "No such file or directory (os error 2)"),
    ] {
        assert_eq!(
            serve(&database, "VOUCHSAFE_DATA_DIR", folder.to_str().unwrap()).error(),
            format!("making the data folder {} (setting data_dir): {reason}", folder.display())
        );
    }
}

#[test]
fn sqlite_files_that_are_none() {
    let database = sqlite();
    fs::write(database.folder.path().join("text.db"), "no database ".repeat(100)).unwrap();
    for (url, message) in [
        (
            "sqlite:///nonexistent/vouchsafe.db?mode=rwc",
            "the database is not available: Connection Error: error returned from database: (code: 14) unable to open \
             database file",
        ),
        (
            "sqlite://missing.db",
            "the database is not available: Connection Error: error returned from database: (code: 14) unable to open \
             database file",
        ),
        (
            "sqlite://text.db",
            "the database is damaged or not a database: Connection Error: error returned from database: (code: 26) \
             file is not a database",
        ),
        ("sqlite::memory:", "the database URL can't be used: a database in memory is not supported"),
    ] {
        let ended = serve(&database, "VOUCHSAFE_DATABASE_URL", url);
        assert_eq!(ended.error(), format!("opening the database {url}: {message}"));
    }
}

#[test]
fn postgresql_that_is_not_there() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let server = std::env::var("VOUCHSAFE_TEST_POSTGRES").unwrap();
    let server = url::Url::parse(&server).unwrap();
    let there = format!("{}:{}", server.host_str().unwrap(), server.port().unwrap_or(5432));
    for (url, shown, message) in [
        (
            format!("postgres://me:hunter2@{closed}/vouchsafe"),
            format!("postgres://me:redacted@{closed}/vouchsafe"),
            "the database is not available: ",
        ),
        (
            format!("postgres://nobody:hunter2@{there}/postgres?application_name=hunter2"),
            format!("postgres://nobody:redacted@{there}/postgres?redacted"),
            "the database is not available: ",
        ),
        (
            "postgres://me:hunter2@[::1/x".to_owned(),
            "redacted".to_owned(),
            "the database URL can't be used: ",
        ),
    ] {
        let ended = serve(&sqlite(), "VOUCHSAFE_DATABASE_URL", &url);
        let expected = format!("opening the database {shown}: {message}");
        assert!(ended.error().starts_with(&expected), "{}", ended.error());
        assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
    }
}

/// A broken start leaves nothing that keeps a good one from working.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_start_follows() {
    let database = sqlite();
    serve(&database, "VOUCHSAFE_PKI_CA_KEY_TYPE", "rsa-1").error();
    fs::create_dir_all(database.data_dir().join("bootstrap.json")).unwrap();
    let ended = run(vouchsafe(&database, ["serve"]));
    let message = format!("writing {}", database.data_dir().join("bootstrap.json").display());
    assert!(ended.error().starts_with(&message), "{}", ended.error());
    fs::remove_dir(database.data_dir().join("bootstrap.json")).unwrap();
    let server = Server::start(&database).await;
    assert!(server.process.stdout().starts_with("first start: "));
}
