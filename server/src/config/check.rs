//! What settings must be that their lists of values don't say.

use super::{Config, ConfigError};

impl Config {
    /// Checks texts that must be URLs, and settings that must fit together.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let refuse = |name, message| Err(ConfigError::Setting { name, message });
        let Ok(url) = self.database_url() else { return refuse("data_dir", "must be Unicode text") };
        if !url.starts_with("sqlite:") && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
            return refuse("database.url", "must begin with sqlite: or postgres:");
        }
        if let Some(public_url) = &self.public_url
            && !url::Url::parse(public_url)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        {
            return refuse("public_url", "must be an http or https URL such as https://vouchsafe.example");
        }
        if self.tls.certificate.is_some() != self.tls.private_key.is_some() {
            return refuse("tls.certificate", "and tls.private_key go together: set both or neither");
        }
        let passwords = &self.passwords;
        // RFC 9106 section 3.1: memory is at least eight times the lanes.
        if argon2::Params::new(passwords.memory_kib, passwords.iterations, passwords.parallelism, None)
            .is_err()
        {
            return refuse("passwords.memory_kib", "must be at least eight times passwords.parallelism");
        }
        Ok(())
    }
}
