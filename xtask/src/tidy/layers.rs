//! Layers inside the server: which modules must not name which, and who may read the time and the environment.

use std::{collections::BTreeSet, str::FromStr};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{
    Problem,
    tree::{Tree, is_test},
};

const SOURCE: &str = "server/src/";

/// A module and those it must not name: calls go `http -> service -> {store, pki} -> domain`, and only `app` wires.
const DIRECTION: [(&str, &[&str]); 2] = [("service", &["http"]), ("auth", &["http", "service"])];

/// The modules that may name `app`.
const WIRING: [&str; 4] = ["app", "cli", "lib", "main"];

pub(super) fn modules(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.rust() {
        let Some(module) = path.strip_prefix(SOURCE) else { continue };
        // `src/service/ctx.rs` is two modules deep, `src/main.rs` and `src/lib.rs` none.
        let depth = if matches!(module, "main.rs" | "lib.rs") { 0 } else { module.split('/').count() };
        let top = module.split(['/', '.']).next().unwrap_or_default();
        let mut forbidden: Vec<&str> =
            DIRECTION.iter().find(|(name, _)| *name == top).map_or(&[][..], |(_, no)| no).to_vec();
        if !WIRING.contains(&top) {
            forbidden.push("app");
        }
        let Ok(tokens) = TokenStream::from_str(text) else { continue };
        let mut named = BTreeSet::new();
        modules_named(tokens, depth, &mut named);
        for name in named.iter().filter(|name| forbidden.contains(&name.as_str())) {
            problems.push(Problem::new(path, 0, format!("`{top}` must not name `crate::{name}`")));
        }
    }
    problems
}

/// The top modules of the crate that paths name: `crate::x`, `crate::{x, y}` and, `depth` modules
/// deep, as many `super`s.
fn modules_named(tokens: TokenStream, depth: usize, named: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut supers = 0;
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        index += 1;
        match token {
            TokenTree::Group(group) => modules_named(group.stream(), depth, named),
            TokenTree::Ident(ident) if is_path_separator(&tokens, index) => {
                supers = if ident == "super" { supers + 1 } else { 0 };
                if ident == "crate" || (ident == "super" && supers == depth) {
                    named.extend(heads(tokens.get(index + 2)));
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => supers = 0,
        }
    }
}

fn is_path_separator(tokens: &[TokenTree], index: usize) -> bool {
    let colon =
        |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(tokens.get(index)) && colon(tokens.get(index + 1))
}

/// The first names of what follows `crate::`: one name, or those in braces.
fn heads(token: Option<&TokenTree>) -> Vec<String> {
    match token {
        Some(TokenTree::Ident(ident)) => vec![ident.to_string()],
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
            let items =
                tokens.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
            items.flat_map(|item| heads(item.first())).collect()
        }
        _ => Vec::new(),
    }
}

/// Calls that have one home in the server, so that tests and readers find what a result depends on.
const AMBIENT: [(&str, &[&str], &str); 4] = [
    ("now_utc", &["clock.rs"], "the time is read by `clock::now`"),
    ("SystemTime::now", &["clock.rs"], "the time is read by `clock::now`"),
    ("env::var", &["config.rs", "config/"], "the environment is read by `config`"),
    ("env::args", &["cli.rs", "cli/"], "arguments are read by `cli`"),
];

pub(super) fn ambient(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let source = |path: &&str| path.starts_with("server/") && path.contains("/src/") && !is_test(path);
    for (path, text) in tree.rust().filter(|(path, _)| source(path) && !path.starts_with("server/bench/")) {
        let module = path.strip_prefix(SOURCE).unwrap_or_default();
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for (call, homes, reason) in AMBIENT {
                let home = homes
                    .iter()
                    .any(|home| module == *home || home.ends_with('/') && module.starts_with(home));
                if line.contains(call) && !home {
                    problems.push(Problem::new(path, number + 1, reason));
                }
            }
        }
    }
    problems
}
