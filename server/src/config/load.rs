//! Reads the settings and checks what their types can't.

use std::{env, fs, path::Path, path::PathBuf};

use toml::{Table, Value};
use vouchsafe_domain::KeyType;

use super::Config;

/// One setting: its dotted name in TOML and how its environment variable is read.
#[derive(Debug)]
pub struct Setting {
    /// Dotted name, e.g. `database.url`.
    pub name: &'static str,
    kind: Kind,
}

impl Setting {
    /// The environment variable, e.g. `VOUCHSAFE_DATABASE_URL`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("VOUCHSAFE_{}", self.name.replace('.', "_").to_uppercase())
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Number,
    Flag,
}

macro_rules! settings {
    ($($name:literal $kind:ident,)+) => {
        /// Every setting.
        pub const SETTINGS: &[Setting] = &[$(Setting { name: $name, kind: Kind::$kind },)+];
    };
}

settings! {
    "data_dir" Text,
    "listen" Text,
    "public_url" Text,
    "database.url" Text,
    "database.max_connections" Number,
    "database.migrate" Flag,
    "auth.enabled" Flag,
    "auth.token_ttl_seconds" Number,
    "passwords.memory_kib" Number,
    "passwords.iterations" Number,
    "passwords.parallelism" Number,
    "passwords.queue" Number,
    "pki.ca_key_type" Text,
    "pki.ca_ttl_days" Number,
    "pki.key_pool" Number,
    "master_key.value" Text,
    "master_key.command" Text,
    "master_key.file" Text,
    "tls.enabled" Flag,
    "tls.certificate" Text,
    "tls.private_key" Text,
    "log.format" Text,
    "log.filter" Text,
}

/// Why the settings can't be used. Every message says what to change and repeats no secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("can't read the configuration file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML or has a value of a wrong kind.
    #[error("the configuration file {} is wrong: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// An environment variable is unusable.
    #[error("the environment variable {variable} must be {expected}")]
    Variable {
        /// The variable.
        variable: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A setting is unusable.
    #[error("the setting {name} {message}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Why.
        message: String,
    },
    /// Some setting is unusable.
    #[error("the settings are wrong: {0}")]
    Invalid(String),
}

/// What the command line says, which counts most.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<String>,
    /// `--database-url`
    pub database_url: Option<String>,
    /// `--no-migrate`
    pub no_migrate: bool,
}

impl Config {
    /// Reads the settings: defaults, file, environment, command line.
    ///
    /// # Errors
    /// [`ConfigError`] naming the setting and its source.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let mut table = Table::new();
        if let Some(path) = file {
            table = read_file(path)?;
        }
        for setting in SETTINGS {
            let variable = setting.variable();
            if let Ok(text) = env::var(&variable) {
                insert(&mut table, setting.name, value(setting.kind, text, variable)?);
            }
        }
        let texts = [
            ("data_dir", overrides.data_dir.as_ref().map(|path| path.display().to_string())),
            ("listen", overrides.listen.clone()),
            ("database.url", overrides.database_url.clone()),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                insert(&mut table, name, Value::String(text));
            }
        }
        if overrides.no_migrate {
            insert(&mut table, "database.migrate", Value::Boolean(false));
        }
        let config: Self = table.try_into().map_err(|error| ConfigError::Invalid(one_line(&error)))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |name, message: &str| Err(ConfigError::Setting { name, message: message.to_owned() });
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
        if !matches!(KeyType::parse(&self.pki.ca_key_type), Some(KeyType::Rsa2048 | KeyType::EcP256)) {
            return refuse("pki.ca_key_type", "must be rsa-2048 or ec-p256");
        }
        if self.pki.ca_ttl_days == 0 {
            return refuse("pki.ca_ttl_days", "must be at least 1");
        }
        if self.auth.token_ttl_seconds == 0 {
            return refuse("auth.token_ttl_seconds", "must be at least 1");
        }
        if self.database.max_connections == 0 {
            return refuse("database.max_connections", "must be at least 1");
        }
        if self.tls.certificate.is_some() != self.tls.private_key.is_some() {
            return refuse("tls.certificate", "and tls.private_key go together: set both or neither");
        }
        let passwords = &self.passwords;
        if argon2::Params::new(passwords.memory_kib, passwords.iterations, passwords.parallelism, None)
            .is_err()
        {
            return refuse("passwords.memory_kib", "and its siblings are no valid argon2 parameters");
        }
        Ok(())
    }
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let wrong =
        |error: toml::de::Error| ConfigError::File { path: path.to_owned(), message: one_line(&error) };
    // Read once as settings, so that a mistake is told with its line.
    toml::from_str::<Config>(&text).map_err(wrong)?;
    toml::from_str(&text).map_err(wrong)
}

/// The message without the excerpt of the file, which may hold a secret.
fn one_line(error: &toml::de::Error) -> String {
    error.message().lines().next().unwrap_or_default().to_owned()
}

fn value(kind: Kind, text: String, variable: String) -> Result<Value, ConfigError> {
    match kind {
        Kind::Text => Ok(Value::String(text)),
        Kind::Number => match text.parse() {
            Ok(number) => Ok(Value::Integer(number)),
            Err(_) => Err(ConfigError::Variable { variable, expected: "a whole number" }),
        },
        Kind::Flag => match text.as_str() {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(ConfigError::Variable { variable, expected: "true or false" }),
        },
    }
}

fn insert(table: &mut Table, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            table.insert(name.to_owned(), value);
        }
        Some((section, rest)) => {
            let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(section) = section {
                insert(section, rest, value);
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::path::PathBuf;

    use super::{Config, SETTINGS};

    /// A setting that is not in `SETTINGS` has no environment variable.
    #[test]
    fn every_setting_has_a_variable() {
        let mut config = Config { public_url: Some(String::new()), ..Config::default() };
        config.database.url = Some(String::new());
        config.master_key.value = Some(String::new());
        config.master_key.command = Some(String::new());
        config.master_key.file = Some(PathBuf::new());
        config.tls.certificate = Some(PathBuf::new());
        config.tls.private_key = Some(PathBuf::new());
        let table = toml::Table::try_from(&config).unwrap();
        let mut names = Vec::new();
        for (key, value) in &table {
            match value.as_table() {
                Some(section) => names.extend(section.keys().map(|inner| format!("{key}.{inner}"))),
                None => names.push(key.clone()),
            }
        }
        names.sort();
        let mut known: Vec<_> = SETTINGS.iter().map(|setting| setting.name.to_owned()).collect();
        known.sort();
        assert_eq!(names, known);
    }

    #[test]
    fn every_setting_is_in_the_readme() {
        let readme = include_str!("../../../README.md");
        for setting in SETTINGS {
            assert!(readme.contains(&format!("`{}`", setting.name)), "{}", setting.name);
        }
    }
}
