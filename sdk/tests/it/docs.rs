//! Every public method shows how it is used.

use std::{fs, path::Path};

/// The public functions of a source file whose documentation has no code in it.
fn without_example(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let mut documented = false;
    let mut without = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("/// ```") {
            documented = true;
        } else if ["pub fn ", "pub async fn ", "pub const fn "].iter().any(|start| line.starts_with(start)) {
            if !documented {
                without.push(format!("{}: {line}", path.display()));
            }
            documented = false;
        } else if !line.starts_with("///") && !line.starts_with("#[") {
            documented = false;
        }
    }
    without
}

#[test]
fn every_public_method_has_an_example() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = [folder.clone(), folder.join("generated")]
        .into_iter()
        .flat_map(|folder| fs::read_dir(folder).unwrap());
    let files =
        files.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "rs"));
    let without: Vec<String> = files.flat_map(|path| without_example(&path)).collect();
    assert_eq!(without, Vec::<String>::new());
}
