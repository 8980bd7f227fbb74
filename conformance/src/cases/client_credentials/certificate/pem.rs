//! PEM in its strict form (RFC 7468 section 3): one block, lines of 64 characters, nothing else around it.

use data_encoding::BASE64;

/// What the one block of `text` holds.
pub(super) fn decode(text: &str, label: &str) -> Result<Vec<u8>, String> {
    let mut lines = text.lines();
    let begin = format!("-----BEGIN {label}-----");
    if lines.next() != Some(&begin) {
        return Err(format!("a text that does not start with the line `{begin}`"));
    }
    let end = format!("-----END {label}-----");
    if lines.next_back() != Some(&end) {
        return Err(format!("a text that does not end with the line `{end}`"));
    }
    let lines: Vec<&str> = lines.collect();
    let Some((last, full)) = lines.split_last() else { return Err("a block without content".to_owned()) };
    if full.iter().any(|line| line.len() != 64) || last.is_empty() || last.len() > 64 {
        return Err("lines that are not 64 characters long".to_owned());
    }
    BASE64.decode(lines.concat().as_bytes()).map_err(|error| format!("no base64: {error}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::decode;

    #[test]
    fn one_block_in_its_strict_form() {
        let line = "A".repeat(64);
        let block = format!("-----BEGIN X-----\n{line}\nAAAA\n-----END X-----\n");
        assert_eq!(decode(&block, "X").unwrap(), vec![0; 51]);
        assert!(decode(block.trim_end(), "X").is_ok());
        let wrong = [
            format!("{block}{block}"),
            format!("\n{block}"),
            format!("{block}\n"),
            block.replace("AAAA\n-", "AAA\n-"),
            block.replace("AAAA\n-", "AAAA-\n-"),
            block.replace("BEGIN X", "BEGIN Y"),
            block.replace("END X", "END Y"),
            block.replace("\nAAAA\n", "\nAAAA\nAAAA\n"),
            "-----BEGIN X-----\n-----END X-----\n".to_owned(),
        ];
        for text in wrong {
            assert!(decode(&text, "X").is_err(), "{text}");
        }
    }
}
