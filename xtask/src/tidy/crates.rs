//! Crates: they share the workspace's lints, and depend on nothing that their layer must not see.

use toml::{Table, Value};

use super::{Problem, tree::Tree};

/// Which of our crates a crate may use, and which its tests may use on top.
struct Layer {
    name: &'static str,
    uses: &'static [&'static str],
    tests: &'static [&'static str],
}

const LAYERS: [Layer; 12] = [
    Layer { name: "vouchsafe-api-spec", uses: &[], tests: &[] },
    Layer { name: "vouchsafe-api", uses: &[], tests: &["vouchsafe-api-spec"] },
    Layer { name: "vouchsafe-domain", uses: &[], tests: &[] },
    Layer { name: "vouchsafe-pki", uses: &["vouchsafe-domain"], tests: &[] },
    Layer { name: "vouchsafe-store", uses: &["vouchsafe-domain"], tests: &[] },
    Layer {
        name: "vouchsafe",
        uses: &[
            "vouchsafe-api",
            "vouchsafe-api-spec",
            "vouchsafe-domain",
            "vouchsafe-pki",
            "vouchsafe-store",
        ],
        tests: &["vouchsafe-conformance", "vouchsafe-sdk"],
    },
    Layer {
        name: "vouchsafe-bench",
        uses: &["vouchsafe", "vouchsafe-domain", "vouchsafe-pki", "vouchsafe-sdk", "vouchsafe-store"],
        tests: &[],
    },
    Layer { name: "vouchsafe-sdk", uses: &[], tests: &[] },
    Layer { name: "vouchsafe-conformance", uses: &["vouchsafe-api-spec"], tests: &["vouchsafe"] },
    Layer { name: "vouchsafe-examples", uses: &["vouchsafe-sdk"], tests: &[] },
    Layer { name: "vouchsafe-golden", uses: &["vouchsafe-api"], tests: &[] },
    Layer { name: "xtask", uses: &[], tests: &[] },
];

/// Libraries that have one home, and the crates that are it. Tests may use them anywhere.
const HOMES: [(&str, &[&str]); 7] = [
    ("poem", &["vouchsafe", "vouchsafe-api", "vouchsafe-bench", "vouchsafe-golden"]),
    ("poem-openapi", &["vouchsafe", "vouchsafe-api", "vouchsafe-golden"]),
    ("rcgen", &["vouchsafe-pki"]),
    ("reqwest", &["vouchsafe", "vouchsafe-bench", "vouchsafe-conformance", "vouchsafe-sdk"]),
    ("sea-orm", &["vouchsafe-store"]),
    ("sea-orm-migration", &["vouchsafe-store"]),
    ("sqlx", &["vouchsafe-store"]),
];

/// A crate's manifest.
struct Manifest<'a> {
    path: &'a str,
    name: String,
    table: Table,
}

/// Every crate's manifest; one that is no TOML is a problem of Cargo's.
fn manifests(tree: &Tree) -> Vec<Manifest<'_>> {
    let files = tree.files().filter(|(path, _)| *path == "Cargo.toml" || path.ends_with("/Cargo.toml"));
    let manifests = files.filter_map(|(path, text)| {
        let table: Table = text.parse().ok()?;
        let name = table.get("package")?.get("name")?.as_str()?.to_owned();
        Some(Manifest { path, name, table })
    });
    manifests.collect()
}

pub(super) fn lints(tree: &Tree) -> Vec<Problem> {
    let shares = |manifest: &Manifest<'_>| {
        let lints = manifest.table.get("lints").and_then(|lints| lints.get("workspace"));
        lints.and_then(Value::as_bool) == Some(true)
    };
    let own = manifests(tree).into_iter().filter(|manifest| !shares(manifest));
    own.map(|manifest| Problem::new(manifest.path, 0, "must have `[lints] workspace = true`")).collect()
}

pub(super) fn dependencies(tree: &Tree) -> Vec<Problem> {
    let manifests = manifests(tree);
    let ours: Vec<&str> = manifests.iter().map(|manifest| manifest.name.as_str()).collect();
    let mut problems = Vec::new();
    for manifest in &manifests {
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == manifest.name) else {
            problems.push(Problem::new(
                manifest.path,
                0,
                "this crate has no layer: say in tidy what it may depend on",
            ));
            continue;
        };
        for name in named(&manifest.table, &["dependencies", "build-dependencies"]) {
            if ours.contains(&name.as_str()) && !layer.uses.contains(&name.as_str()) {
                problems.push(Problem::new(
                    manifest.path,
                    0,
                    format!("{} must not depend on {name}", layer.name),
                ));
            }
            let home = HOMES.iter().find(|(library, _)| *library == name);
            if let Some((_, homes)) = home.filter(|(_, homes)| !homes.contains(&layer.name)) {
                let problem = format!("{name} belongs to {}, not to {}", homes.join(", "), layer.name);
                problems.push(Problem::new(manifest.path, 0, problem));
            }
        }
        for name in named(&manifest.table, &["dev-dependencies"]) {
            let allowed = [layer.uses, layer.tests].concat();
            if ours.contains(&name.as_str()) && !allowed.contains(&name.as_str()) {
                let problem = format!("the tests of {} must not depend on {name}", layer.name);
                problems.push(Problem::new(manifest.path, 0, problem));
            }
        }
    }
    problems
}

/// The packages in these sections, for all targets, whatever the crate calls them.
fn named(manifest: &Table, sections: &[&str]) -> Vec<String> {
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let tables = std::iter::once(manifest).chain(targets.filter_map(Value::as_table));
    let sections =
        tables.flat_map(|table| sections.iter().filter_map(|section| table.get(*section)?.as_table()));
    let package = |(name, value): (&String, &Value)| {
        value.get("package").and_then(Value::as_str).map_or_else(|| name.clone(), str::to_owned)
    };
    sections.flat_map(|section| section.iter().map(package)).collect()
}
