//! Every file of the document is used.

use std::{collections::BTreeSet, fs, io, path::PathBuf};

use super::{Problem, show};
use crate::spec::bundle::KINDS;

/// Reports every file in the document's folders that the bundle doesn't contain.
pub(super) fn check(folder: &std::path::Path, used: &BTreeSet<PathBuf>) -> io::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for kind in KINDS.into_iter().chain(["paths"]) {
        if !folder.join(kind).is_dir() {
            continue;
        }
        let mut files: Vec<_> = fs::read_dir(folder.join(kind))?.collect::<io::Result<_>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        for file in files {
            let path = PathBuf::from(kind).join(file.file_name());
            if !used.contains(&path) {
                let message = "nothing refers to this file".to_owned();
                problems.push(Problem { rule: "unused-file", at: show(&path), message });
            }
        }
    }
    Ok(problems)
}
