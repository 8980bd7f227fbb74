//! Logs and metrics.

mod metrics;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

pub use metrics::Metrics;

use crate::config::{Log, LogFormat};

/// Starts logging to standard error. A second call has no effect, so tests may start many servers.
///
/// # Errors
/// When the filter is malformed.
pub fn init_logs(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|_| {
        anyhow::anyhow!("the setting log.filter is no filter such as `info` or `vouchsafe=debug,warn`")
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Human => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
    Ok(())
}
