//! Each rule finds what it is for, in a tree that is made up.

use super::{Problem, Rule, Tree, crates, documents, files, layers, texts};

/// What a rule says of a tree, as people see it.
fn said(rule: Rule, tree: &[(&str, &str)]) -> Vec<String> {
    rule(&Tree::of(tree)).iter().map(ToString::to_string).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn rust_files_say_what_they_are_for() {
    let tree = [
        ("sdk/src/a.rs", "//! For a.\n"),
        ("sdk/src/b.rs", "use std::fs;\n"),
        ("sdk/src/c.rs", "\n//! For c.\n"),
        ("sdk/src/d.rs", "//!\n"),
        ("sdk/src/e.rs", ""),
        ("notes.md", "No Rust.\n"),
    ];
    let found = said(files::headers, &tree);
    let expected = ["b", "c", "d", "e"]
        .map(|name| format!("sdk/src/{name}.rs:1: must open with `//! ` and what the file is for"));
    assert_eq!(found, expected);
}

#[test]
fn rust_files_are_short() {
    let (short, long) = ("//!\n".repeat(400), "//!\n".repeat(401));
    let tree = [
        ("a/src/short.rs", short.as_str()),
        ("a/src/long.rs", long.as_str()),
        ("a/src/x/tests.rs", long.as_str()),
        ("a/tests/it/main.rs", long.as_str()),
        ("a/src/generated.rs", long.as_str()),
        ("a/src/generated/b.rs", long.as_str()),
        ("long.md", long.as_str()),
    ];
    assert_eq!(said(files::sizes, &tree), ["a/src/long.rs: has 401 lines, more than 400: split it"]);
}

#[test]
fn exceptions_from_the_size_only_shrink() {
    let long = "//!\n".repeat(500);
    let tree = Tree::of(&[("a.rs", &long)]);
    let found = |exceptions: &[(&str, usize)]| -> Vec<String> {
        files::sizes_with(&tree, exceptions).iter().map(ToString::to_string).collect()
    };
    assert_eq!(found(&[("a.rs", 500)]), NOTHING);
    assert_eq!(found(&[("a.rs", 499)]), ["a.rs: has 500 lines, more than 499: split it"]);
    assert_eq!(
        found(&[("a.rs", 501)]),
        ["a.rs: has 500 lines: lower its exception, which says 501, or remove it"]
    );
    assert_eq!(
        found(&[("a.rs", 500), ("gone.rs", 450)]),
        ["gone.rs: has 0 lines: lower its exception, which says 450, or remove it"]
    );
}

#[test]
fn names_say_something() {
    let tree = [
        ("a/src/b/mod.rs", ""),
        ("a/src/utils.rs", ""),
        ("a/src/helpers/b.rs", ""),
        ("a/src/prelude.rs", ""),
        ("a/src/modern.rs", ""),
        ("docs/util.md", ""),
    ];
    assert_eq!(
        said(files::names, &tree),
        [
            "a/src/b/mod.rs: a module `x` is the file `x.rs`, not `x/mod.rs`",
            "a/src/helpers/b.rs: `helpers` says nothing: name the file after what is in it",
            "a/src/prelude.rs: `prelude.rs` says nothing: name the file after what is in it",
            "a/src/utils.rs: `utils.rs` says nothing: name the file after what is in it",
        ]
    );
}

#[test]
fn crates_share_lints() {
    let tree = [
        ("Cargo.toml", "[workspace]\n"),
        ("sdk/Cargo.toml", "[package]\nname = \"a\"\n[lints]\nworkspace = true\n"),
        ("store/Cargo.toml", "[package]\nname = \"b\"\n[lints]\nworkspace = false\n"),
        ("xtask/Cargo.toml", "[package]\nname = \"c\"\n"),
    ];
    assert_eq!(
        said(crates::lints, &tree),
        [
            "store/Cargo.toml: must have `[lints] workspace = true`",
            "xtask/Cargo.toml: must have `[lints] workspace = true`",
        ]
    );
}

#[test]
fn crates_depend_downwards() {
    let tree = [
        ("domain/Cargo.toml", "[package]\nname = \"vouchsafe-domain\"\n[dependencies]\npoem = \"3\"\n"),
        (
            "pki/Cargo.toml",
            "[package]\nname = \"vouchsafe-pki\"\n[dependencies]\nvouchsafe-domain.workspace = true\nrcgen = \"1\"\n\
             [build-dependencies]\nvouchsafe-store.workspace = true\n",
        ),
        (
            "store/Cargo.toml",
            "[package]\nname = \"vouchsafe-store\"\n[dependencies]\nsea-orm = \"2\"\n[dev-dependencies]\nrcgen = \"1\"\n\
             vouchsafe-pki.workspace = true\n",
        ),
        (
            "server/Cargo.toml",
            "[package]\nname = \"vouchsafe\"\n[dependencies]\nvouchsafe-pki.workspace = true\n\
             orm = { package = \"sea-orm\", version = \"2\" }\n[dev-dependencies]\nvouchsafe-sdk.workspace = true\n\
             rcgen = \"1\"\n[target.'cfg(unix)'.dependencies]\nrcgen = \"1\"\n",
        ),
        ("sdk/Cargo.toml", "[package]\nname = \"vouchsafe-sdk\"\n[dependencies]\nreqwest = \"1\"\n"),
        ("extra/Cargo.toml", "[package]\nname = \"vouchsafe-extra\"\n"),
    ];
    assert_eq!(
        said(crates::dependencies, &tree),
        [
            "domain/Cargo.toml: poem belongs to vouchsafe, vouchsafe-api, vouchsafe-bench, vouchsafe-golden, \
             not to vouchsafe-domain",
            "extra/Cargo.toml: this crate has no layer: say in tidy what it may depend on",
            "pki/Cargo.toml: vouchsafe-pki must not depend on vouchsafe-store",
            "server/Cargo.toml: sea-orm belongs to vouchsafe-store, not to vouchsafe",
            "server/Cargo.toml: rcgen belongs to vouchsafe-pki, not to vouchsafe",
            "store/Cargo.toml: the tests of vouchsafe-store must not depend on vouchsafe-pki",
        ]
    );
}

#[test]
fn modules_name_only_what_is_below() {
    let tree = [
        ("server/src/service.rs", "use crate::{store, http::Error};\n"),
        ("server/src/service/ctx.rs", "use super::super::{http};\nfn f() { super::http() }\n"),
        (
            "server/src/service/fine.rs",
            "// crate::http\n/// [`crate::http`]\nconst A: &str = \"crate::http\"; use other::http;\n",
        ),
        ("server/src/auth/token.rs", "mod x { fn f() { crate::service::g(crate::http::h()) } }\n"),
        ("server/src/http/routes.rs", "use crate::{app::App, service};\n"),
        ("server/src/cli/serve.rs", "use crate::app::App;\n"),
        ("server/src/main.rs", "use crate::app::App;\n"),
        ("server/pki/src/auth.rs", "use crate::service;\n"),
    ];
    assert_eq!(
        said(layers::modules, &tree),
        [
            "server/src/auth/token.rs: `auth` must not name `crate::http`",
            "server/src/auth/token.rs: `auth` must not name `crate::service`",
            "server/src/http/routes.rs: `http` must not name `crate::app`",
            "server/src/service.rs: `service` must not name `crate::http`",
            "server/src/service/ctx.rs: `service` must not name `crate::http`",
        ]
    );
}

#[test]
fn time_and_environment_have_one_home() {
    let tree = [
        ("server/src/clock.rs", "fn now() { OffsetDateTime::now_utc() }\n"),
        ("server/src/config/load.rs", "env::var(name)\n"),
        (
            "server/src/service/issue.rs",
            "// SystemTime::now\nlet a = SystemTime::now();\nlet b = std::env::vars();\n",
        ),
        ("server/pki/src/clock.rs", "OffsetDateTime::now_utc()\n"),
        ("server/pki/tests/it/main.rs", "OffsetDateTime::now_utc()\n"),
        ("server/bench/src/main.rs", "env::args()\n"),
        ("sdk/src/retry.rs", "OffsetDateTime::now_utc()\n"),
    ];
    assert_eq!(
        said(layers::ambient, &tree),
        [
            "server/pki/src/clock.rs:1: the time is read by `clock::now`",
            "server/src/service/issue.rs:2: the time is read by `clock::now`",
            "server/src/service/issue.rs:3: the environment is read by `config`",
        ]
    );
}

#[test]
fn nothing_is_unfinished() {
    let (later, repair, debug) = (concat!("TO", "DO"), concat!("FIX", "ME"), concat!("dbg", "!("));
    let a = format!("one\n// {later}: two\nMASTODON and {later}S and _{later}\n");
    let (b, c) = (format!("<!-- {repair} -->\n"), format!("fn f() {{ {debug}1) }}\n"));
    let lock = format!("{later}\n");
    let tree = [("a.rs", a.as_str()), ("b.md", &b), ("c.rs", &c), ("Cargo.lock", &lock)];
    assert_eq!(
        said(texts::words, &tree),
        [
            format!("a.rs:2: `{later}`: finish it, or leave it out"),
            format!("b.md:1: `{repair}`: finish it, or leave it out"),
            format!("c.rs:1: `{debug}`: finish it, or leave it out"),
        ]
    );
}

#[test]
fn nothing_is_of_one_machine() {
    let slash = "/";
    let home =
        format!("cd {slash}home/ada/vouchsafe\nsee ({slash}root/.cargo)\nGET /api/work/1 and /workshop\n");
    let windows = format!("path = \"C:{}Users{}ada\"\n", '\\', '\\');
    let host =
        format!("url = \"https:{slash}{slash}registry.example.org/npm\"\nhttps://crates.io/crates/poem\n");
    let lock = format!("  \"resolved{}: \"file.tgz\"\n", '"');
    let tree =
        [("README.md", home.as_str()), ("a.toml", &windows), ("b.toml", &host), ("package-lock.json", &lock)];
    let mut found = said(texts::places, &tree);
    found.sort();
    assert_eq!(
        found,
        [
            "README.md:1: a path of one machine: others don't have it",
            "README.md:2: a path of one machine: others don't have it",
            "a.toml:1: a path of one machine: others don't have it",
            "b.toml:1: the address of a registry: whoever builds this chooses it",
            "package-lock.json:1: the address of a registry: set `omit-lockfile-registry-resolved`",
        ]
    );
}

/// A tree that `documents` finds nothing in, with one file in another way.
fn with<'a>(path: &'a str, text: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut tree = vec![
        ("ARCHITECTURE.md", "`sdk/` is the client, `api-spec/` the document.\n"),
        ("api-spec/CHANGELOG.md", "- `things_get`\n"),
        (
            "api-spec/bundled/openapi.json",
            r#"{"paths": {"/things": {"get": {"operationId": "things_get"}}}}"#,
        ),
        (
            "sdk/README.md",
            "[up](../ARCHITECTURE.md#x) [here](#y) [web](https://example.com) [src](src/) [m](mailto:a@b)\n",
        ),
        ("sdk/src/lib.rs", "//! `[x](nowhere.md)` is no document\n"),
        (".ci/run", ""),
    ];
    tree.retain(|(known, _)| *known != path);
    tree.push((path, text));
    tree
}

#[test]
fn documents_are_right() {
    assert_eq!(said(documents::check, &with("sdk/src/lib.rs", "//! x\n")), NOTHING);
    let links = "[a](nowhere.md)\n[b](../../outside.md \"title\") [c](src/lib.rs)\n[d]: src/none.rs\n";
    assert_eq!(
        said(documents::check, &with("sdk/README.md", links)),
        [
            "sdk/README.md:1: the link to nowhere.md leads nowhere",
            "sdk/README.md:2: the link to ../../outside.md leads nowhere",
            "sdk/README.md:3: the link to src/none.rs leads nowhere",
        ]
    );
    assert_eq!(
        said(documents::check, &with("server/src/main.rs", "")),
        ["ARCHITECTURE.md: does not say what `server/` is"]
    );
    assert_eq!(
        said(documents::check, &with("api-spec/CHANGELOG.md", "- `things_get_all`\n")),
        ["api-spec/CHANGELOG.md: does not say since when there is `things_get`"]
    );
}

#[test]
fn documents_must_exist() {
    assert_eq!(
        said(documents::check, &[("LICENSE", "")]),
        [
            "ARCHITECTURE.md: is missing",
            "api-spec/CHANGELOG.md: is missing",
            "api-spec/bundled/openapi.json: is missing"
        ]
    );
}

#[test]
fn a_problem_without_a_line_is_of_the_file() {
    assert_eq!(Problem::new("a.rs", 0, "x").to_string(), "a.rs: x");
    assert_eq!(Problem::new("a.rs", 7, "x").to_string(), "a.rs:7: x");
}
