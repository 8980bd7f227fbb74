//! A database on a PostgreSQL server, made for one run.

use std::process::Command;

use anyhow::Context;

/// A database. Dropped when dropped.
pub(crate) struct Database {
    server: String,
    name: String,
    /// Its URL.
    pub(crate) url: String,
}

impl Database {
    /// Makes a database; `server` is the URL of any database of a user who may do that.
    pub(crate) fn new(server: &str, purpose: &str) -> anyhow::Result<Self> {
        let name = format!("bench_{}_{purpose}", std::process::id());
        psql(server, &format!("CREATE DATABASE {name}"))?;
        let (before, parameters) =
            server.split_once('?').map_or((server, None), |(url, rest)| (url, Some(rest)));
        let (host, _) = before.rsplit_once('/').context("the PostgreSQL URL names no database")?;
        let parameters = parameters.map_or_else(String::new, |parameters| format!("?{parameters}"));
        let url = format!("{host}/{name}{parameters}");
        Ok(Self { server: server.to_owned(), name, url })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = psql(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn psql(url: &str, statement: &str) -> anyhow::Result<()> {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--dbname", url, "--command", statement])
        .output()
        .context("running psql")?;
    anyhow::ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
