//! Rust files: how they open, how long they are, what they are called.

use super::{
    Problem,
    tree::{Tree, is_generated, is_test},
};

/// The most lines a file has that is written by hand and is no test.
const LINES: usize = 400;

/// Files that are longer for now, with their length. A number only ever shrinks; at 400 the file leaves the list.
const LONGER: &[(&str, usize)] = &[];

/// Names that say nothing of what is in the file.
const DRAWERS: [&str; 7] = ["common", "helper", "helpers", "misc", "prelude", "util", "utils"];

/// Every file says what it is for.
pub(super) fn headers(tree: &Tree) -> Vec<Problem> {
    let silent = tree.rust().filter(|(_, text)| !text.starts_with("//! "));
    silent.map(|(path, _)| Problem::new(path, 1, "must open with `//! ` and what the file is for")).collect()
}

pub(super) fn sizes(tree: &Tree) -> Vec<Problem> {
    sizes_with(tree, LONGER)
}

pub(super) fn sizes_with(tree: &Tree, longer: &[(&str, usize)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.rust().filter(|(path, _)| !is_generated(path) && !is_test(path)) {
        let lines = text.lines().count();
        let allowed = longer.iter().find(|(known, _)| *known == path).map_or(LINES, |(_, lines)| *lines);
        if lines > allowed {
            problems.push(Problem::new(path, 0, format!("has {lines} lines, more than {allowed}: split it")));
        }
    }
    for (path, allowed) in longer {
        let lines = tree.get(path).map_or(0, |text| text.lines().count());
        if lines < *allowed {
            let problem =
                format!("has {lines} lines: lower its exception, which says {allowed}, or remove it");
            problems.push(Problem::new(path, 0, problem));
        }
    }
    problems
}

pub(super) fn names(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, _) in tree.rust() {
        if path.ends_with("/mod.rs") {
            problems.push(Problem::new(path, 0, "a module `x` is the file `x.rs`, not `x/mod.rs`"));
        }
        let part = path.split('/').find(|part| DRAWERS.contains(&part.trim_end_matches(".rs")));
        if let Some(part) = part {
            problems.push(Problem::new(
                path,
                0,
                format!("`{part}` says nothing: name the file after what is in it"),
            ));
        }
    }
    problems
}
