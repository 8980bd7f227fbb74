//! All text files: nothing unfinished, and nothing of the machine they were written on.

use regex::Regex;

use super::{Problem, tree::Tree};

/// What says that something is unfinished, put together here so that this file is not found itself.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
];

/// Files that someone else writes.
fn is_foreign(path: &str) -> bool {
    path.ends_with(".lock") || path.starts_with("api-spec/tests/documented/")
}

pub(super) fn words(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| !is_foreign(path)) {
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = UNFINISHED.into_iter().find(|word| says(line, word)) {
                problems.push(Problem::new(
                    path,
                    number + 1,
                    format!("`{word}`: finish it, or leave it out"),
                ));
            }
        }
    }
    problems
}

/// Whether the word stands in the line, not as a part of another one.
fn says(line: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let open = word.ends_with('(');
        !letter(line[..at].chars().next_back()) && (open || !letter(line[at + word.len()..].chars().next()))
    })
}

pub(super) fn places(tree: &Tree) -> Vec<Problem> {
    let folder = r#"(?:^|[\s"'`=(:])(/(?:home|root|Users|work|workspace)/[\w.-]+|[A-Z]:\\\\?Users\\)"#;
    let host =
        r#"https?://[\w.-]*(?:registry|mirror|artifactory|pypi|index\.crates\.io|static\.crates\.io)[\w.-]*"#;
    let mut problems = Vec::new();
    let rules = [
        (folder, "a path of one machine: others don't have it"),
        (host, "the address of a registry: whoever builds this chooses it"),
        (r#"^\s*"resolved":"#, "the address of a registry: set `omit-lockfile-registry-resolved`"),
    ];
    for (pattern, reason) in rules {
        // The patterns are right; a test would show otherwise.
        let Ok(pattern) = Regex::new(pattern) else { continue };
        for (path, text) in tree.files() {
            let lines = text.lines().enumerate().filter(|(_, line)| pattern.is_match(line));
            problems.extend(lines.map(|(number, _)| Problem::new(path, number + 1, reason)));
        }
    }
    problems
}
