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
    let (mut in_glob, mut in_text) = (0, 0);
    // Behind the last `*`, and where the text goes on that it does not stand for.
    let mut star = None;
    while in_text < text.len() {
        match (glob.get(in_glob), star) {
            (Some(b'*'), _) => {
                in_glob += 1;
                star = Some((in_glob, in_text));
            }
            (Some(byte), _) if *byte == b'?' || Some(byte) == text.get(in_text) => {
                (in_glob, in_text) = (in_glob + 1, in_text + 1);
            }
            // It stands for one byte more.
            (_, Some((behind, end))) => {
                (in_glob, in_text) = (behind, end + 1);
                star = Some((behind, end + 1));
            }
            (_, None) => return false,
        }
    }
    glob.iter().skip(in_glob).all(|byte| *byte == b'*')
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
        assert!(
            matches("*b*c*", "abbac") && matches("a*", "a") && matches("**", "") && !matches("*ab", "aba")
        );
        assert!(!matches(&format!("{}b", "*a".repeat(40)), &"a".repeat(2000)));
        let options = Options {
            only: vec!["basic*".to_owned(), "typo*".to_owned()],
            skip: vec!["*::destroy::*".into()],
            ..Options::default()
        };
        assert_eq!(unmatched(&options), ["typo*", "*::destroy::*"]);
    }
}
