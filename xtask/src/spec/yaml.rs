//! Reads one YAML file as a JSON value, strictly: nothing is converted silently.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Number, Value};
use yaml_serde::Value as Yaml;

/// The content of `path`; `name` is what errors call the file.
///
/// Duplicate keys, keys that aren't strings, tags and numbers that JSON doesn't have are errors.
pub(super) fn load(path: &Path, name: &str) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| format!("{name}: cannot be read"))?;
    let yaml: Yaml = yaml_serde::from_str(&text).with_context(|| format!("{name}: is not valid YAML"))?;
    json(yaml, &mut String::from("#")).map_err(|(pointer, message)| anyhow!("{name}{pointer}: {message}"))
}

type Failure = (String, String);

fn json(yaml: Yaml, at: &mut String) -> Result<Value, Failure> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => value.into(),
        Yaml::String(value) => value.into(),
        Yaml::Number(value) => number(&value).map_err(|error| (at.clone(), error.to_string()))?,
        Yaml::Sequence(items) => {
            let items = items.into_iter().enumerate();
            let items = items.map(|(index, item)| below(at, &index.to_string(), |at| json(item, at)));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Yaml::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                let Yaml::String(key) = key else {
                    return Err((at.clone(), format!("the key {key:?} is not a string: put it in quotes")));
                };
                let value = below(at, &key, |at| json(value, at))?;
                object.insert(key, value);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => return Err((at.clone(), format!("the tag {} is not allowed", tagged.tag))),
    })
}

fn number(value: &yaml_serde::Number) -> Result<Value> {
    if let Some(value) = value.as_u64() {
        return Ok(value.into());
    }
    if let Some(value) = value.as_i64() {
        return Ok(value.into());
    }
    match value.as_f64().and_then(Number::from_f64) {
        Some(value) => Ok(value.into()),
        None => bail!("{value} is not a JSON number"),
    }
}

/// Runs `f` with `at` one step deeper; `at` is a JSON pointer (RFC 6901).
pub(super) fn below<T>(at: &mut String, step: &str, f: impl FnOnce(&mut String) -> T) -> T {
    let length = at.len();
    at.push('/');
    at.push_str(&step.replace('~', "~0").replace('/', "~1"));
    let result = f(at);
    at.truncate(length);
    result
}
