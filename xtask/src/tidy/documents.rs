//! Documents: their links lead somewhere, and they name what there is.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use super::{Problem, tree::Tree};

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const CHANGES: &str = "api-spec/CHANGELOG.md";
const DOCUMENT: &str = "api-spec/bundled/openapi.json";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    [links(tree), folders(tree), operations(tree)].concat()
}

/// Links to files of this workspace.
fn links(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let patterns = [r"\]\(([^)\s]+)[^)]*\)", r"^\[[^\]]+\]:\s*(\S+)"];
    let patterns: Vec<Regex> = patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect();
    for (path, text) in tree.files().filter(|(path, _)| path.ends_with(".md")) {
        for (number, line) in text.lines().enumerate() {
            for link in patterns.iter().flat_map(|pattern| pattern.captures_iter(line)) {
                let target = link[1].split('#').next().unwrap_or_default();
                let elsewhere = target.contains("://") || target.starts_with("mailto:") || target.is_empty();
                if !elsewhere && !resolve(path, target).is_some_and(|target| tree.has(&target)) {
                    problems.push(Problem::new(
                        path,
                        number + 1,
                        format!("the link to {target} leads nowhere"),
                    ));
                }
            }
        }
    }
    problems
}

/// The path below the workspace that a link in `file` means; none outside of it.
fn resolve(file: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in link.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The architecture names every folder at the top.
fn folders(tree: &Tree) -> Vec<Problem> {
    let Some(text) = tree.get(ARCHITECTURE) else {
        return vec![Problem::new(ARCHITECTURE, 0, "is missing")];
    };
    let folders: BTreeSet<&str> =
        tree.files().filter_map(|(path, _)| Some(path.split_once('/')?.0)).collect();
    let silent = folders
        .into_iter()
        .filter(|folder| !folder.starts_with('.') && !text.contains(&format!("{folder}/")));
    silent.map(|folder| Problem::new(ARCHITECTURE, 0, format!("does not say what `{folder}/` is"))).collect()
}

/// The changes of the document name every operation, so that none comes without being announced.
fn operations(tree: &Tree) -> Vec<Problem> {
    let (Some(changes), Some(document)) = (tree.get(CHANGES), tree.get(DOCUMENT)) else {
        let missing = [CHANGES, DOCUMENT].into_iter().filter(|path| tree.get(path).is_none());
        return missing.map(|path| Problem::new(path, 0, "is missing")).collect();
    };
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    let operations = paths.filter_map(Value::as_object).flat_map(|item| item.values());
    let ids = operations.filter_map(|operation| operation["operationId"].as_str());
    let silent = ids.filter(|id| !changes.contains(&format!("`{id}`")));
    silent.map(|id| Problem::new(CHANGES, 0, format!("does not say since when there is `{id}`"))).collect()
}
