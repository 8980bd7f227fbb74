//! Documents that are refused, each with the exact error it gets. `UPDATE=1` writes the errors anew.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::PathBuf};

use regex::Regex;
use serde_json::Value;

use super::lower;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/rejected")
}

fn yaml(path: &PathBuf) -> Value {
    yaml_serde::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// RFC 7396 2.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let target = target.as_object_mut().unwrap();
    for (key, value) in patch {
        if value.is_null() {
            target.shift_remove(&key);
        } else {
            merge(target.entry(key).or_insert(Value::Null), value);
        }
    }
}

/// The errors of a document; none if it is accepted.
fn errors(document: &Value) -> String {
    let problems = lower(document).err().unwrap_or_default();
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// The files with this extension, sorted.
fn files(extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|known| known == extension)).collect();
    files.sort();
    files
}

#[test]
fn each_document_gets_its_error() {
    let accepted = yaml(&folder().with_extension("yaml"));
    assert_eq!(errors(&accepted), "");
    let update = std::env::var_os("UPDATE").is_some();
    let cases = files("yaml");
    for case in &cases {
        let mut document = accepted.clone();
        merge(&mut document, yaml(case));
        let errors = errors(&document);
        assert!(!errors.is_empty(), "{} is accepted", case.display());
        let expected = case.with_extension("txt");
        if update {
            fs::write(&expected, &errors).unwrap();
        }
        assert_eq!(errors, fs::read_to_string(&expected).unwrap_or_default(), "{}", case.display());
    }
    let orphans: Vec<_> =
        files("txt").into_iter().filter(|path| !path.with_extension("yaml").exists()).collect();
    assert_eq!(orphans, Vec::<PathBuf>::new(), "expected errors without a document");
}

/// Every message in the source of `lower` stands in an expected error, so that no refusal is without its document.
#[test]
fn every_refusal_has_a_document() {
    let expected: String = files("txt").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources: Vec<_> =
        fs::read_dir(source.join("lower")).unwrap().map(|entry| entry.unwrap().path()).collect();
    sources.retain(|path| !path.ends_with("tests.rs"));
    sources.push(source.join("lower.rs"));
    let call = r#"(?:problem\(\s*(?:format!\(\s*)?|refuse\(\s*(?:"[^"]*"|[a-z]+),\s*)"([^"]+)""#;
    let call = Regex::new(call).unwrap();
    let placeholder = Regex::new(r"\\\{[^}]*\}").unwrap();
    let mut seen = 0;
    let mut untried = Vec::new();
    for path in sources {
        let text = fs::read_to_string(&path).unwrap();
        for call in call.captures_iter(&text) {
            let message = placeholder.replace_all(&regex::escape(&call[1]), ".*").into_owned();
            if !Regex::new(&message).unwrap().is_match(&expected) {
                untried.push(call[1].to_owned());
            }
            seen += 1;
        }
    }
    assert_eq!(untried, Vec::<String>::new(), "messages that no document gets");
    assert!(seen > 40, "only {seen} messages were found: this test reads the source wrongly");
}
