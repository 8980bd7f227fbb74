//! The golden crate is what the generator makes of its document, byte by byte. `UPDATE=1` writes it anew.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::emit;
use crate::{emit::sdk, ir::Api, lower::lower};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn api() -> Api {
    let text = fs::read_to_string(folder().join("openapi.yaml")).unwrap();
    let document: Value = yaml_serde::from_str(&text).unwrap();
    let problems = |problems: Vec<crate::lower::Problem>| {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    lower(&document).map_err(problems).unwrap()
}

#[test]
fn golden_crate_is_what_is_generated() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut known = BTreeSet::new();
    for file in emit(&api()) {
        let path = folder().join(file.path.strip_prefix("server/api/").unwrap());
        if update {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &file.text).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        assert!(text == file.text, "{}\n{}", path.display(), difference(&text, &file.text));
        known.insert(path);
    }
    let found = fs::read_dir(folder().join("src/generated")).unwrap().map(|entry| entry.unwrap().path());
    let orphans: Vec<_> = found.filter(|path| !known.contains(path)).collect();
    assert_eq!(orphans, Vec::<PathBuf>::new());
}

fn difference(old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new).unified_diff().header("committed", "generated").to_string()
}

/// The SDK's files are not compiled here, but every construct becomes Rust that parses. The login has no handle.
#[test]
fn golden_document_becomes_an_sdk() {
    let paths: Vec<_> = sdk::emit(&api()).into_iter().map(|file| file.path).collect();
    assert_eq!(
        paths,
        [
            "sdk/src/generated.rs",
            "sdk/src/generated/schemas.rs",
            "sdk/src/generated/widgets.rs",
            "sdk/src/generated/x9_parts.rs",
            "sdk/src/generated/settings.rs"
        ]
    );
}
