//! Looks into a database past the server, with the database's own program.

use std::process::Command;

use crate::harness::TestDatabase;

/// Runs a statement; its rows as lines, columns parted by `|`.
#[track_caller]
pub(crate) fn sql(database: &TestDatabase, statement: &str) -> String {
    let mut command = match &database.url {
        Some(url) => {
            let mut psql = Command::new("psql");
            psql.args([
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--no-align",
                "--dbname",
                url,
                "--command",
            ]);
            psql
        }
        None => {
            let mut sqlite = Command::new("sqlite3");
            sqlite.args(["-bail", "-cmd", ".timeout 10000"]).arg(database.data_dir().join("vouchsafe.db"));
            sqlite
        }
    };
    let output = command.arg(statement).output().expect("psql and sqlite3 must be installed");
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// How many there are of what a first start makes.
pub(crate) fn counts(database: &TestDatabase) -> String {
    let tables = ["tenants", "authorities", "token_keys", "oauth_clients", "admin_users"];
    let count = |table| format!("(SELECT count(*) FROM {table})");
    sql(database, &format!("SELECT {}", tables.map(count).join(", ")))
}
