//! Options from a TOML file: every option of `run`, by its long name.

use std::{ffi::OsString, fs, path::Path};

use clap::{Arg, ArgAction, ArgMatches, Command, parser::ValueSource};
use toml::{Table, Value};

use super::{Usage, arguments};

/// The option whose values add up, wherever they are from: what is declared there is declared.
const SKIP: &str = "skip";

/// What a file says, as arguments. What the command line or the environment says instead is left out.
pub(super) fn arguments(path: &Path, run: &Command, given: &ArgMatches) -> Result<Vec<OsString>, Usage> {
    let wrong = |reason: String| Usage(format!("{}: {reason}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let table: Table = text.parse().map_err(|error| wrong(told(&text, &error)))?;
    let mut arguments = Vec::new();
    for (key, value) in &table {
        let Some(option) = options(run).find(|option| option.get_long() == Some(key)) else {
            let known: Vec<_> =
                options(run).filter_map(Arg::get_long).map(|name| format!("`{name}`")).collect();
            return Err(wrong(format!("unknown key `{key}`; known are {}", known.join(", "))));
        };
        let values = values(key, value, option).map_err(wrong)?;
        if !is_beaten(option, run, given) {
            arguments.extend(values);
        }
    }
    Ok(arguments)
}

/// The options that a file may have.
fn options(run: &Command) -> impl Iterator<Item = &Arg> {
    let no = ["config", "help", "version"];
    run.get_arguments().filter(move |option| {
        !option.is_hide_set() && option.get_long().is_some_and(|long| !no.contains(&long))
    })
}

/// What is wrong with a file that is no TOML. The line is not shown: it may have a secret.
fn told(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", before.matches('\n').count() + 1, error.message().trim())
}

/// Whether the command line or the environment say the same thing, or something that excludes it.
fn is_beaten(option: &Arg, run: &Command, given: &ArgMatches) -> bool {
    let counts = |source| matches!(source, ValueSource::CommandLine | ValueSource::EnvVariable);
    let id = option.get_id().as_str();
    let said = id != SKIP && arguments::source(given, id).is_some_and(counts);
    said || arguments::conflicts(run, given, id, counts)
}

fn values(key: &str, value: &Value, option: &Arg) -> Result<Vec<OsString>, String> {
    let argument = |value: &Value| Ok(format!("--{key}={}", text(key, value)?).into());
    match (option.get_action(), value) {
        (ArgAction::SetTrue, Value::Boolean(true)) => Ok(vec![format!("--{key}").into()]),
        (ArgAction::SetTrue, Value::Boolean(false)) => Ok(Vec::new()),
        (ArgAction::SetTrue, _) => Err(format!("`{key}` must be true or false")),
        (ArgAction::Append, Value::Array(items)) => items.iter().map(argument).collect(),
        (_, value) => Ok(vec![argument(value)?]),
    }
}

fn text(key: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Table(table) => from_table(key, table),
        _ => Err(format!("`{key}` must be a text or a number, or several where the option may be repeated")),
    }
}

/// `{ file = ".." }`, `{ env = ".." }`; for `skip` also `{ cases = "..", reason = ".." }`.
fn from_table(key: &str, table: &Table) -> Result<String, String> {
    let member = |name: &str| table.get(name).and_then(Value::as_str);
    match (table.len(), member("file"), member("env"), member("cases"), member("reason")) {
        (1, Some(path), ..) => {
            super::access::secret_in(Path::new(path)).map_err(|Usage(reason)| format!("`{key}`: {reason}"))
        }
        (1, _, Some(name), ..) => std::env::var(name)
            .map_err(|_| format!("`{key}`: the environment has no variable `{name}` that is text")),
        (1, _, _, Some(cases), _) if key == SKIP => Ok(cases.to_owned()),
        (2, _, _, Some(cases), Some(reason)) if key == SKIP => Ok(format!("{cases}={reason}")),
        _ if key == SKIP => Err("`skip` must have `cases`, and may have `reason`, both texts".to_owned()),
        _ => Err(format!("`{key}` must be a text, or have either `file` or `env`")),
    }
}
