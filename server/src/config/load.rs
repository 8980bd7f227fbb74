//! Reads the settings: a value counts more than one from the source before.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{Config, SETTINGS, Setting};

/// Why the settings can't be used. Every message says what to change and repeats no value, which may be a secret.
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
    /// The file is not TOML, or has something that is no setting, or a setting with a wrong value.
    #[error("the configuration file {} is wrong: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// An environment variable has a wrong value.
    #[error("the environment variable {variable} must be {expected}")]
    Variable {
        /// The variable.
        variable: String,
        /// What it must be.
        expected: String,
    },
    /// A flag has a wrong value.
    #[error("{flag} must be {expected}")]
    Flag {
        /// The flag.
        flag: String,
        /// What it must be.
        expected: String,
    },
    /// A setting is unusable, wherever it comes from.
    #[error("the setting {name} {message}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Why.
        message: &'static str,
    },
    /// The list of settings and their types disagree: a mistake in this program.
    #[error("the settings can't be read")]
    Inconsistent,
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
        let mut table = file.map_or_else(|| Ok(Table::new()), read_file)?;
        for setting in SETTINGS {
            if let Some(text) = env::var_os(setting.variable()) {
                let value = text.to_str().and_then(|text| setting.read(text));
                let wrong =
                    || ConfigError::Variable { variable: setting.variable(), expected: setting.expected() };
                insert(&mut table, setting.name, value.ok_or_else(wrong)?);
            }
            if let Some(text) = overrides.text(setting.name) {
                let value = text.and_then(|text| setting.read(text));
                let flag = || format!("--{}", setting.name.replace(['.', '_'], "-"));
                let wrong = || ConfigError::Flag { flag: flag(), expected: setting.expected() };
                insert(&mut table, setting.name, value.ok_or_else(wrong)?);
            }
        }
        if overrides.no_migrate {
            insert(&mut table, "database.migrate", Value::Boolean(false));
        }
        let config: Self = table.try_into().map_err(|_| ConfigError::Inconsistent)?;
        config.check()?;
        Ok(config)
    }
}

impl Overrides {
    /// The flag's value if it was given; inside, nothing if it is no Unicode text.
    fn text(&self, name: &str) -> Option<Option<&str>> {
        match name {
            "data_dir" => self.data_dir.as_ref().map(|path| path.to_str()),
            "listen" => self.listen.as_deref().map(Some),
            "database.url" => self.database_url.as_deref().map(Some),
            _ => None,
        }
    }
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    let wrong = |message| ConfigError::File { path: path.to_owned(), message };
    let table: Table = toml::from_str(&text).map_err(|error| wrong(no_toml(&error, &text)))?;
    check_table("", &table).map_err(wrong)?;
    Ok(table)
}

/// Where the file stops being TOML. The parser's own words may quote the file.
fn no_toml(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {} is no TOML", before.matches('\n').count() + 1)
}

/// Refuses what is no setting, and values a setting can't have.
fn check_table(prefix: &str, table: &Table) -> Result<(), String> {
    for (key, value) in table {
        let name = format!("{prefix}{key}");
        let section = format!("{name}.");
        let known = |setting: &&Setting| setting.name == name;
        match (value, SETTINGS.iter().find(known)) {
            (Value::Table(inner), None) if SETTINGS.iter().any(|known| known.name.starts_with(&section)) => {
                check_table(&section, inner)?;
            }
            (_, None) if SETTINGS.iter().any(|known| known.name.starts_with(&section)) => {
                return Err(format!("{name} must be a section: [{name}]"));
            }
            (_, None) => return Err(format!("there is no setting {}", name.escape_debug())),
            (value, Some(setting)) if setting.accepts(value) => {}
            (_, Some(setting)) => return Err(format!("{name} must be {}", setting.expected())),
        }
    }
    Ok(())
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
        config.outbound.trust_store = Some(String::new());
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
}
