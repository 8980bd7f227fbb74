//! Selects cases by their ids.

use crate::{
    runner,
    target::{Options, Skip},
};

/// Whether a case with this id was asked for.
pub(crate) fn is_selected(options: &Options, id: &str) -> bool {
    options.only.is_empty() || options.only.iter().any(|glob| matches(glob, id))
}

/// What skips a case with this id.
pub(crate) fn skipped_by<'a>(options: &'a Options, id: &str) -> Option<&'a Skip> {
    options.skip.iter().find(|skip| matches(&skip.glob, id))
}

/// Patterns of `only` and `skip` that match no case of the profile: mistakes.
pub fn unmatched(options: &Options) -> Vec<String> {
    if options.only.is_empty() && options.skip.is_empty() {
        return Vec::new();
    }
    let all = runner::list(&Options { profile: options.profile, ..Options::default() });
    let patterns = options.only.iter().chain(options.skip.iter().map(|skip| &skip.glob));
    patterns.filter(|glob| !all.iter().any(|case| matches(glob, &case.id))).cloned().collect()
}

pub(crate) fn matches(glob: &str, text: &str) -> bool {
    matches_bytes(glob.as_bytes(), text.as_bytes())
}

/// `*` stands for any text, `?` for any byte.
fn matches_bytes(glob: &[u8], text: &[u8]) -> bool {
    match (glob.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), first) => {
            matches_bytes(rest, text) || first.is_some_and(|(_, text)| matches_bytes(glob, text))
        }
        (Some((b'?', glob)), Some((_, text))) => matches_bytes(glob, text),
        (Some((left, glob)), Some((right, text))) => left == right && matches_bytes(glob, text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let id = "basic-credentials::create::example-specific";
        for glob in [id, "*", "basic*", "*::create::*", "*specific", "basic-credentials::??????::*"] {
            assert!(matches(glob, id), "{glob}");
        }
        for glob in ["", "basic", "*::list::*", "x509*", "?", "*specific?"] {
            assert!(!matches(glob, id), "{glob}");
        }
        let options = Options {
            only: vec!["basic*".to_owned(), "typo*".to_owned()],
            skip: vec!["*::destroy::*".into()],
            ..Options::default()
        };
        assert_eq!(unmatched(&options), ["typo*", "*::destroy::*"]);
    }
}
