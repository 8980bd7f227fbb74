//! Where the master key comes from: a value, a command, or a file.

use std::{fs, io::ErrorKind, path::PathBuf, process::Command};

use anyhow::{Context, bail};
use vouchsafe_domain::Secret;
use vouchsafe_pki::MasterKey;

use super::secret_file::write_new_secret;
use crate::config::Config;

fn file(config: &Config) -> PathBuf {
    config.master_key.file.clone().unwrap_or_else(|| config.data_dir.join("master.key"))
}

/// The configured key, if it is there.
fn find(config: &Config) -> anyhow::Result<Option<MasterKey>> {
    let (source, text) = if let Some(value) = &config.master_key.value {
        ("the setting master_key.value".to_owned(), Secret::new(value.as_str()))
    } else if let Some(command) = &config.master_key.command {
        ("the output of master_key.command".to_owned(), run(command)?)
    } else {
        let path = file(config);
        match fs::read_to_string(&path) {
            Ok(text) => (format!("the master key file {}", path.display()), Secret::new(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("reading the master key file {}", path.display()));
            }
        }
    };
    let key = MasterKey::parse(text.expose().trim()).map_err(|error| anyhow::anyhow!("{source}: {error}"))?;
    Ok(Some(key))
}

fn run(command: &str) -> anyhow::Result<Secret> {
    let output = Command::new("sh").arg("-c").arg(command).output().context("running master_key.command")?;
    if !output.status.success() {
        bail!("master_key.command failed with {}", output.status);
    }
    Ok(Secret::new(String::from_utf8(output.stdout).context("master_key.command printed no text")?))
}

/// The key an initialised database needs. None is ever made for it: a new one could open nothing.
pub(super) fn require(config: &Config, fingerprint: &str) -> anyhow::Result<MasterKey> {
    match find(config)? {
        None => bail!(
            "the database needs the master key with fingerprint {fingerprint}: put it into {} or set master_key.value \
             (VOUCHSAFE_MASTER_KEY_VALUE)",
            file(config).display()
        ),
        Some(key) if key.fingerprint() == fingerprint => Ok(key),
        Some(key) => bail!(
            "the database needs the master key with fingerprint {fingerprint}, the one given has {}",
            key.fingerprint()
        ),
    }
}

/// The configured key, or a new one in its file.
pub(super) fn find_or_make(config: &Config) -> anyhow::Result<MasterKey> {
    if let Some(key) = find(config)? {
        return Ok(key);
    }
    let (key, path) = (MasterKey::generate()?, file(config));
    match write_new_secret(&path, key.to_hex().expose().as_bytes()) {
        Ok(()) => Ok(key),
        // Another first start in this folder was faster: its key serves both.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            find(config)?.context("the master key went away")
        }
        Err(error) => Err(error).with_context(|| format!("writing the master key file {}", path.display())),
    }
}
