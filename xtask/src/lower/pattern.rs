//! Patterns mean the same to the server's `regex` crate and to those who read the document as ECMA-262.

use regex::Regex;

use super::{Result, node::Node};

/// What may stand after a backslash: the characters that ECMA-262 calls syntax characters, `/` and `-`.
const ESCAPED: &str = "^$\\.*+?()[]{}|/-";

/// The pattern, which compiles and has no construct that the two dialects read in different ways.
pub(super) fn pattern(node: &Node<'_>) -> Result<String> {
    let text = node.text()?;
    if let Err(error) = Regex::new(text) {
        let error = error.to_string();
        let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        return Err(node.problem(format!("the pattern does not compile: {reason}")));
    }
    match ambiguous(text) {
        Some(construct) => {
            Err(node
                .problem(format!("`{construct}` in a pattern means different things in different languages")))
        }
        None => Ok(text.to_owned()),
    }
}

/// The first construct that is not the same everywhere: `\d` takes other digits than ASCII's, `.` other line ends,
/// `(?` begins flags, and classes nest and intersect here alone.
fn ambiguous(pattern: &str) -> Option<&str> {
    let mut in_class = false;
    let mut escaped = false;
    for (at, c) in pattern.char_indices() {
        let rest = &pattern[at..];
        if escaped {
            escaped = false;
            if !ESCAPED.contains(c) {
                return pattern.get(at - 1..at + c.len_utf8());
            }
            continue;
        }
        let found = match c {
            '.' if !in_class => Some("."),
            '(' if !in_class && rest.starts_with("(?") && !rest.starts_with("(?:") => Some("(?"),
            '[' if in_class => Some("["),
            '[' if rest.starts_with("[]") || rest.starts_with("[^]") => Some("[]"),
            '&' | '-' | '~' if in_class => {
                ["&&", "--", "~~"].into_iter().find(|operator| rest.starts_with(operator))
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        match c {
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
    }
    None
}
