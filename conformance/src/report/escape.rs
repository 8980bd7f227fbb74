//! Text inside XML, HTML and Markdown, and on a terminal: nothing in it is obeyed.

/// Text of an XML or HTML element, or of an attribute in double quotes. What XML 1.0 has no way to say is told by its
/// number.
pub(super) fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push('\n'),
            '\t' => escaped.push('\t'),
            '\u{fffe}' | '\u{ffff}' => escaped.extend(letter.escape_unicode()),
            letter if letter.is_control() => escaped.extend(letter.escape_default()),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// The text on one line, without what a terminal would obey.
pub(super) fn line(text: &str) -> String {
    lines(text).replace('\n', "\\n")
}

/// The text without what a terminal would obey but line ends.
pub(super) fn lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => shown.push('\n'),
            letter if letter.is_control() => shown.extend(letter.escape_default()),
            letter => shown.push(letter),
        }
    }
    shown
}

/// A sentence in Markdown: code between backticks stays code, all else is text.
pub(super) fn markdown(text: &str) -> String {
    let text = line(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) || text.contains("``") {
        return plain(&text);
    }
    let told = parts.iter().enumerate().map(|(place, part)| match place % 2 {
        0 => plain(part),
        _ => format!("`{part}`"),
    });
    told.collect()
}

fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '#' | '!' | '~') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// A fenced block of Markdown that nothing in the text ends.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines(text).trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(
            markup("<a b=\"c\">&'\u{1b}\0\u{ffff}"),
            "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\\u{1b}\\u{0}\\u{ffff}"
        );
        assert_eq!(line("a\n\u{1b}[31m"), "a\\n\\u{1b}[31m");
        assert_eq!(markdown("the `user_name` of <b>"), "the `user_name` of \\<b\\>");
        assert_eq!(markdown("```<script>`"), "\\`\\`\\`\\<script\\>\\`");
        assert_eq!(markdown("one ` alone_"), "one \\` alone\\_");
        assert_eq!(fenced("", "a ``` b"), "````\na ``` b\n````\n");
    }
}
