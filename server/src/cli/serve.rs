//! `vouchsafe serve`

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use super::say;
use crate::{app::Server, config::Config};

pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let server = Server::start(config).await?;
    // Before it says that it serves: whoever waits for that may send the signal at once.
    let mut terminate = signal(SignalKind::terminate()).context("waiting for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("waiting for SIGINT")?;
    if server.first_start {
        say(
            "first start: made the database, the master key, the platform CA, tenant default and an administrator",
        )?;
        say(&format!("credentials: {}", config.data_dir.join("bootstrap.json").display()))?;
    }
    say(&format!("serving {url}, try {url}/docs", url = server.url))?;
    if !config.auth.enabled {
        tracing::warn!("auth.enabled is false: everyone may use tenant default");
    }
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
    };
    server.run(stop).await
}
