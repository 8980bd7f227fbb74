//! `cargo xtask codegen`: bundles the document, lowers it, writes what is generated from it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    emit::{self, File},
    lower::lower,
    spec,
};

/// Folders that hold generated files and nothing else.
const FOLDERS: [&str; 2] = ["server/api/src/generated", "sdk/src/generated"];

/// Writes every generated file that changed and removes those that are generated no more; with `check` only tells.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    if check {
        spec::check(root)?;
    } else {
        spec::write(root)?;
    }
    let document = spec::bundle(root)?;
    let api = lower(&document).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the document can't be generated from:\n  {}", lines.join("\n  "))
    })?;
    let mut files = emit::server::emit(&api);
    files.extend(emit::sdk::emit(&api));
    let stale = stale(root, &files)?;
    if check && !stale.is_empty() {
        bail!("generated files are not up to date: run `cargo xtask codegen`\n  {}", stale.join("\n  "));
    }
    if !check {
        write(root, &files)?;
    }
    Ok(())
}

/// Paths that differ from what is generated, orphans included.
fn stale(root: &Path, files: &[File]) -> Result<Vec<String>> {
    let mut stale: Vec<String> = files
        .iter()
        .filter(|file| fs::read_to_string(root.join(&file.path)).ok().as_deref() != Some(&file.text))
        .map(|file| file.path.clone())
        .collect();
    stale.extend(orphans(root, files)?.iter().map(|path| path.display().to_string()));
    Ok(stale)
}

fn orphans(root: &Path, files: &[File]) -> Result<Vec<PathBuf>> {
    let known: BTreeSet<PathBuf> = files.iter().map(|file| root.join(&file.path)).collect();
    let mut orphans = Vec::new();
    for folder in FOLDERS {
        let folder = root.join(folder);
        if !folder.exists() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if !known.contains(&path) {
                orphans.push(path);
            }
        }
    }
    Ok(orphans)
}

fn write(root: &Path, files: &[File]) -> Result<()> {
    for path in orphans(root, files)? {
        fs::remove_file(path)?;
    }
    for file in files {
        let path = root.join(&file.path);
        if fs::read_to_string(&path).ok().as_deref() == Some(&file.text) {
            continue;
        }
        fs::create_dir_all(path.parent().context("a generated file has a folder")?)?;
        fs::write(&path, &file.text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
