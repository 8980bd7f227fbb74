//! Text inside XML, HTML and Markdown, and on a terminal: nothing in it is obeyed.

use std::{
    io::{self, Write},
    ops::RangeInclusive,
};

/// The characters of Unicode's categories Cf, Zl and Zp: they are not seen, but change the order or the lines of what is.
const FORMAT: [RangeInclusive<char>; 20] = [
    '\u{ad}'..='\u{ad}',
    '\u{600}'..='\u{605}',
    '\u{61c}'..='\u{61c}',
    '\u{6dd}'..='\u{6dd}',
    '\u{70f}'..='\u{70f}',
    '\u{890}'..='\u{891}',
    '\u{8e2}'..='\u{8e2}',
    '\u{180e}'..='\u{180e}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{feff}'..='\u{feff}',
    '\u{fff9}'..='\u{fffb}',
    '\u{110bd}'..='\u{110bd}',
    '\u{110cd}'..='\u{110cd}',
    '\u{13430}'..='\u{1343f}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0001}'..='\u{e0001}',
    '\u{e0020}'..='\u{e007f}',
];

fn is_unseen(letter: char) -> bool {
    letter.is_control() || FORMAT.iter().any(|range| range.contains(&letter))
}

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
            letter if is_unseen(letter) => escaped.extend(letter.escape_default()),
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
            letter if is_unseen(letter) => shown.extend(letter.escape_default()),
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

/// Takes JSON that is to stand in a script element: without `<` nothing in it begins or ends one.
pub(super) struct WithoutLess<W>(pub(super) W);

impl<W: Write> Write for WithoutLess<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut parts = bytes.split(|byte| *byte == b'<');
        self.0.write_all(parts.next().unwrap_or_default())?;
        for part in parts {
            self.0.write_all(b"\\u003c")?;
            self.0.write_all(part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn json_in_a_script_element_has_no_less_than_sign_however_it_is_written() {
        let json = "[\"<</script>é\",\"<\"]";
        for length in 1..=json.len() {
            let mut written = Vec::new();
            for part in json.as_bytes().chunks(length) {
                WithoutLess(&mut written).write_all(part).unwrap();
            }
            let written = String::from_utf8(written).unwrap();
            assert_eq!(written, "[\"\\u003c\\u003c/script>é\",\"\\u003c\"]", "{length}");
        }
    }

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(
            markup("<a b=\"c\">&'\u{1b}\0\u{ffff}"),
            "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\\u{1b}\\u{0}\\u{ffff}"
        );
        assert_eq!(line("a\n\u{1b}[31m"), "a\\n\\u{1b}[31m");
        for unseen in "\u{ad}\u{61c}\u{200b}\u{200f}\u{2028}\u{2029}\u{202e}\u{2066}\u{feff}\u{e0041}".chars()
        {
            let (text, told) =
                (format!("é{unseen}\u{2027}"), format!("é{}\u{2027}", unseen.escape_unicode()));
            for shown in [line(&text), lines(&text), markup(&text), markdown(&text).replace("\\\\", "\\")] {
                assert_eq!(shown, told);
            }
            assert!(fenced("", &text).contains(&told));
        }
        assert_eq!(markdown("the `user_name` of <b>"), "the `user_name` of \\<b\\>");
        assert_eq!(markdown("```<script>`"), "\\`\\`\\`\\<script\\>\\`");
        assert_eq!(markdown("one ` alone_"), "one \\` alone\\_");
        assert_eq!(fenced("", "a ``` b"), "````\na ``` b\n````\n");
    }
}
