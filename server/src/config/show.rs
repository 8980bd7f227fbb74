//! Shows the settings in effect, without secrets.

use super::Config;

const REDACTED: &str = "redacted";

impl Config {
    /// The settings in effect as TOML, secrets redacted.
    ///
    /// # Errors
    /// When a path is no Unicode text.
    pub fn show(&self) -> anyhow::Result<String> {
        let mut shown = self.clone();
        shown.database.url = Some(redact_url(&self.database_url()?));
        shown.master_key.value = self.master_key.value.as_ref().map(|_| REDACTED.to_owned());
        shown.master_key.command = self.master_key.command.as_ref().map(|_| REDACTED.to_owned());
        Ok(toml::to_string_pretty(&shown)?)
    }
}

/// A URL without its password and without parameters, which may hold one too.
#[must_use]
pub(crate) fn redact_url(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text) else { return REDACTED.to_owned() };
    if url.password().is_some() {
        // Fails only for URLs that can have no password.
        let _ = url.set_password(Some(REDACTED));
    }
    if !url.scheme().starts_with("sqlite") && url.query().is_some() {
        url.set_query(Some(REDACTED));
    }
    url.to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::config::Config;

    #[test]
    fn no_secret_is_shown() {
        let mut config = Config::default();
        config.database.url = Some("postgres://user:hunter2@db/vouchsafe?sslpassword=hunter2".to_owned());
        config.master_key.value = Some("hunter2".to_owned());
        config.master_key.command = Some("echo hunter2".to_owned());
        let shown = config.show().unwrap();
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("postgres://user:redacted@db/vouchsafe?redacted"), "{shown}");
    }
}
