//! Turns the files of `api-spec/` into one document: a reference to `schemas/X.yaml` becomes
//! `#/components/schemas/X`, and every file that is reached this way becomes a component.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Map, Value};

use super::yaml::{below, load};

/// The folders whose files become components, in the document's order.
pub(super) const KINDS: [&str; 5] = ["schemas", "responses", "parameters", "examples", "headers"];

/// The document and what it was made of.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// The folder `api-spec`.
    pub folder: PathBuf,
    /// The bundled document.
    pub document: Value,
    /// All files that are part of it, relative to `folder`.
    pub files: BTreeSet<PathBuf>,
}

/// Bundles the document of `root/api-spec`.
///
/// # Errors
///
/// As [`super::bundle()`].
pub(crate) fn bundle_files(root: &Path) -> Result<Bundle> {
    let folder = root.join("api-spec");
    let mut bundler = Bundler { folder: &folder, files: BTreeSet::new(), components: BTreeMap::new() };
    let mut document = bundler.file(Path::new("openapi.yaml"))?;
    let object = document.as_object_mut().context("openapi.yaml: is not an object")?;
    let inline = match object.remove("components") {
        None => Map::new(),
        Some(Value::Object(inline)) => inline,
        Some(_) => bail!("openapi.yaml#/components: is not an object"),
    };
    let components = bundler.components(inline)?;
    object.insert("components".into(), components.into());
    Ok(Bundle { files: bundler.files, document, folder })
}

struct Bundler<'a> {
    folder: &'a Path,
    files: BTreeSet<PathBuf>,
    /// Kind and name, in the order of [`KINDS`] and of the names.
    components: BTreeMap<(usize, String), Value>,
}

impl Bundler<'_> {
    /// Reads a file (relative to the folder) and bundles what it refers to.
    fn file(&mut self, file: &Path) -> Result<Value> {
        let name = file.display().to_string();
        self.files.insert(file.to_owned());
        let mut value = load(&self.folder.join(file), &name)?;
        // An example's value is data: a `$ref` in it would mean nothing.
        if !file.starts_with("examples") {
            self.walk(&mut value, file, &mut format!("{name}#"))?;
        }
        Ok(value)
    }

    /// Bundles everything that `value` refers to; `at` is the file and JSON pointer where it stands.
    fn walk(&mut self, value: &mut Value, file: &Path, at: &mut String) -> Result<()> {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    below(at, &index.to_string(), |at| self.walk(item, file, at))?;
                }
            }
            Value::Object(object) if object.contains_key("$ref") => {
                let inlined = self.reference(object, file).with_context(|| format!("{at}/$ref"))?;
                if let Some(inlined) = inlined {
                    *value = inlined;
                }
            }
            Value::Object(object) => {
                for (key, item) in object {
                    below(at, key, |at| self.walk(item, file, at))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Rewrites a reference object; answers what replaces it when the target is not a component but a path item.
    fn reference(&mut self, object: &mut Map<String, Value>, file: &Path) -> Result<Option<Value>> {
        let reference = object.get("$ref").and_then(Value::as_str).context("is not a string")?.to_owned();
        let (target, kind, name) = target(file, &reference)?;
        let failed = || format!("cannot use {reference:?}");
        if kind == "paths" {
            ensure!(
                file == Path::new("openapi.yaml"),
                "{reference:?}: only openapi.yaml refers to path items"
            );
            ensure!(object.len() == 1, "{reference:?}: nothing may stand beside a reference to a path item");
            return self.file(&target).with_context(failed).map(Some);
        }
        let order = KINDS.iter().position(|known| *known == kind);
        let order = order.ok_or_else(|| anyhow!("{reference:?}: {kind} is not a folder of components"))?;
        let pointer = format!("#/components/{kind}/{name}");
        if self.files.insert(target.clone()) {
            let component = self.file(&target).with_context(failed)?;
            self.components.insert((order, name), component);
        }
        object.insert("$ref".into(), pointer.into());
        Ok(None)
    }

    /// All components by kind; `inline` are those that openapi.yaml lists itself.
    fn components(&mut self, mut inline: Map<String, Value>) -> Result<Map<String, Value>> {
        let mut all = Map::new();
        for ((order, name), component) in std::mem::take(&mut self.components) {
            let kind = KINDS.get(order).copied().unwrap_or_default();
            let same_kind = all.entry(kind).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(same_kind) = same_kind {
                same_kind.insert(name, component);
            }
        }
        if let Some(kind) = KINDS.iter().find(|kind| inline.contains_key(**kind)) {
            bail!("openapi.yaml#/components/{kind}: belongs into files in the folder {kind}");
        }
        all.append(&mut inline);
        Ok(all)
    }
}

/// The file that `reference` in `file` means, relative to the folder, with its kind and its component's name.
fn target(file: &Path, reference: &str) -> Result<(PathBuf, String, String)> {
    ensure!(!reference.contains(['#', ':']), "{reference:?}: is not the relative path of a file");
    let mut parts: Vec<&str> = Vec::new();
    let parent = file.parent().unwrap_or(Path::new(""));
    let path = parent.join(reference);
    for part in path.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str().context("is not UTF-8")?),
            Component::ParentDir if parts.pop().is_some() => {}
            Component::CurDir => {}
            _ => bail!("{reference:?}: leaves the folder"),
        }
    }
    let [kind, file] = parts.as_slice() else {
        bail!("{reference:?}: is not a file in one of the folders");
    };
    let name = file.strip_suffix(".yaml").with_context(|| format!("{reference:?}: does not end in .yaml"))?;
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    ensure!(name.chars().all(legal), "{reference:?}: is not a legal name for a component");
    Ok((parts.iter().collect(), (*kind).to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests;
