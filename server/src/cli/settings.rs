//! `vouchsafe config check` and `vouchsafe config show`

use clap::Subcommand;

use super::say;
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say whether the settings can be used
    Check,
    /// Show the settings in effect, secrets redacted
    Show,
}

/// The settings were read and checked on the way here.
pub(super) fn run(command: &Command, config: &Config) -> anyhow::Result<()> {
    match command {
        Command::Check => say("the settings are good"),
        Command::Show => say(config.show()?.trim_end()),
    }
}
