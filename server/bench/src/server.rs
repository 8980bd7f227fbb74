//! The server under measurement: a data folder of its own, the real binary, its default settings.

use std::{fs, path::PathBuf, process::Command};

use anyhow::Context;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    bench::Bench,
    http::{Connection, token_request},
    postgres::Database,
    process::Process,
};

/// Where the server keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// An OAuth client.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// A data folder and its database. Gone when dropped.
pub(crate) struct Installation {
    folder: TempDir,
    postgres: Option<Database>,
    binary: PathBuf,
    ca_key_type: &'static str,
}

impl Installation {
    /// An empty one.
    pub(crate) fn new(bench: &Bench, backend: Backend, ca_key_type: &'static str) -> anyhow::Result<Self> {
        let postgres = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => {
                let server = bench.options.postgres.as_deref().context("no PostgreSQL server was named")?;
                Some(Database::new(server, "server")?)
            }
        };
        Ok(Self { folder: bench.new_folder()?, postgres, binary: bench.server.clone(), ca_key_type })
    }

    /// The URL of its database.
    pub(crate) fn url(&self) -> anyhow::Result<String> {
        match &self.postgres {
            Some(database) => Ok(database.url.clone()),
            None => Ok(vouchsafe_store::sqlite_url(&self.sqlite_file())?),
        }
    }

    pub(crate) fn sqlite_file(&self) -> PathBuf {
        self.folder.path().join("vouchsafe.db")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.env("VOUCHSAFE_DATA_DIR", self.folder.path());
        command.env("VOUCHSAFE_PKI_CA_KEY_TYPE", self.ca_key_type);
        if let Some(database) = &self.postgres {
            command.env("VOUCHSAFE_DATABASE_URL", &database.url);
        }
        command
    }

    /// Starts the server. Its log, as verbose as by default, goes to a file.
    pub(crate) fn start(&self) -> anyhow::Result<Process> {
        Process::start(&self.folder.path().join("log"), "/health", |address| {
            let mut command = self.command();
            command.args(["serve", "--listen", &address.to_string()]);
            command
        })
    }

    /// The client of the first start.
    pub(crate) fn default_client(&self) -> anyhow::Result<Client> {
        client(&fs::read(self.folder.path().join("bootstrap.json"))?)
    }

    /// Makes a tenant and a client of it.
    pub(crate) fn new_tenant(&self, tenant: &str) -> anyhow::Result<Client> {
        self.cli(&["tenant", "create", tenant])?;
        client(&self.cli(&["client", "create", "--tenant", tenant])?)
    }

    fn cli(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output = self.command().args(arguments).output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "vouchsafe {}: {}", arguments.join(" "), error.trim());
        Ok(output.stdout)
    }
}

fn client(json: &[u8]) -> anyhow::Result<Client> {
    let json: Value = serde_json::from_slice(json)?;
    Ok(Client { id: text(&json, "clientId")?, secret: text(&json, "clientSecret")? })
}

fn text(json: &Value, name: &str) -> anyhow::Result<String> {
    Ok(json[name].as_str().with_context(|| format!("there is no {name}"))?.to_owned())
}

/// An access token with all scopes.
pub(crate) fn token(server: &Process, client: &Client) -> anyhow::Result<String> {
    let mut connection = Connection::open(server.address)?;
    let status = connection.call(&token_request(&client.id, &client.secret))?;
    anyhow::ensure!(status == 200, "the token endpoint answered {status}");
    text(&serde_json::from_slice(connection.body())?, "access_token")
}
