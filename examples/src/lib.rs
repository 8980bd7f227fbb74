//! How the examples reach a server: by the `bootstrap.json` that its first start wrote, or by what they are told.

pub mod mqtt;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde::Deserialize;
use vouchsafe_sdk::{Client, ClientBuilder, Secret};

/// Where the server is, and as whom to call it.
#[derive(Debug, Args)]
pub struct Server {
    /// What the server's first start wrote: its URL, and a client's id and secret.
    #[arg(default_value = "vouchsafe-data/bootstrap.json")]
    pub bootstrap: PathBuf,
    /// Instead of the URL in `bootstrap.json`.
    #[arg(long, env = "VOUCHSAFE_URL")]
    pub url: Option<String>,
    /// Instead of the client in `bootstrap.json`.
    #[arg(long, env = "VOUCHSAFE_CLIENT_ID", requires = "client_secret")]
    pub client_id: Option<String>,
    /// Goes with the client id.
    #[arg(long, env = "VOUCHSAFE_CLIENT_SECRET", hide_env_values = true, requires = "client_id")]
    pub client_secret: Option<Secret>,
    /// A PEM file with the certification authority of the server's own certificate, where the system does not know it.
    #[arg(long, env = "VOUCHSAFE_CA_FILE")]
    pub ca_file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bootstrap {
    url: String,
    client_id: String,
    client_secret: Secret,
    admin_user: String,
    admin_password: Secret,
}

impl Server {
    /// The server's URL and a client of it.
    ///
    /// # Errors
    /// When a file can't be read, or what it says makes no client.
    pub fn connect(self) -> Result<(String, Client)> {
        let (url, id, secret) = match (self.url.clone(), self.client_id.clone(), self.client_secret.clone()) {
            (Some(url), Some(id), Some(secret)) => (url, id, secret),
            (url, id, secret) => {
                let known = self.known()?;
                (
                    url.unwrap_or(known.url),
                    id.unwrap_or(known.client_id),
                    secret.unwrap_or(known.client_secret),
                )
            }
        };
        let client = self.builder(&url)?.client_credentials(id, secret).build()?;
        Ok((url, client))
    }

    /// A client for the server's configuration, as the administrator whom its first start made.
    ///
    /// # Errors
    /// As [`Server::connect`].
    pub fn administer(self) -> Result<Client> {
        let known = self.known()?;
        let url = self.url.clone().unwrap_or(known.url);
        Ok(self.builder(&url)?.administrator(known.admin_user, known.admin_password).build()?)
    }

    fn known(&self) -> Result<Bootstrap> {
        let path = self.bootstrap.display();
        let text = fs::read_to_string(&self.bootstrap)
            .with_context(|| format!("{path}: start the server once, or say where its data folder is"))?;
        serde_json::from_str(&text).with_context(|| path.to_string())
    }

    fn builder(&self, url: &str) -> Result<ClientBuilder> {
        let builder = Client::builder(url).user_agent("vouchsafe-examples");
        Ok(match &self.ca_file {
            Some(path) => {
                builder.root_certificates(fs::read(path).with_context(|| path.display().to_string())?)
            }
            None => builder,
        })
    }
}
