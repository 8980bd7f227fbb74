//! Reads server-sent events from the bytes of a stream (WHATWG HTML 9.2.6).
//!
//! `event` is not read, because the data tells the kind; nor is `retry`, because the retry policy says when.

use std::{collections::VecDeque, mem};

/// The longest line, and the most data of one event, in bytes.
const LIMIT: usize = 1024 * 1024;

/// The bytes that have come of an event that is not complete.
#[derive(Default)]
pub(super) struct Parser {
    line: Vec<u8>,
    /// Whether the last byte was a carriage return, so that a line feed belongs to it.
    after_return: bool,
    /// Whether a line has ended: a byte order mark is only one at the start.
    started: bool,
    data: String,
    id: Option<String>,
    /// The `id` when an event was last complete.
    last_event_id: Option<String>,
}

impl Parser {
    /// Reads more bytes. The data of events that are complete goes to `ready`. False if one is too long.
    pub(super) fn feed(&mut self, bytes: &[u8], ready: &mut VecDeque<String>) -> bool {
        for &byte in bytes {
            let belongs_to_return = mem::replace(&mut self.after_return, byte == b'\r') && byte == b'\n';
            match byte {
                b'\n' if belongs_to_return => {}
                b'\r' | b'\n' => self.end_of_line(ready),
                other => self.line.push(other),
            }
            if self.line.len() > LIMIT || self.data.len() > LIMIT {
                return false;
            }
        }
        true
    }

    /// What to send back as `Last-Event-ID`.
    pub(super) fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    fn end_of_line(&mut self, ready: &mut VecDeque<String>) {
        let line = mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !mem::replace(&mut self.started, true) {
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        if line.is_empty() {
            return self.end_of_event(ready);
        }
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            // A comment has the empty name.
            _ => {}
        }
    }

    fn end_of_event(&mut self, ready: &mut VecDeque<String>) {
        // An empty id is sent back as none.
        self.last_event_id = self.id.clone().filter(|id| !id.is_empty());
        let mut data = mem::take(&mut self.data);
        if data.pop().is_some() {
            ready.push_back(data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a stream, in pieces of each size from one byte to all: the data of each event, and the last id.
    fn read(stream: &str) -> (Vec<String>, Option<String>) {
        let mut all = (1..=stream.len().max(1)).map(|size| {
            let (mut parser, mut ready) = (Parser::default(), VecDeque::new());
            for piece in stream.as_bytes().chunks(size) {
                assert!(parser.feed(piece, &mut ready));
                assert!(parser.feed(b"", &mut ready));
            }
            (Vec::from(ready), parser.last_event_id().map(str::to_owned))
        });
        let first = all.next().unwrap_or_default();
        assert!(all.all(|other| other == first), "{stream:?} depends on how it is cut");
        first
    }

    fn events(stream: &str) -> Vec<String> {
        read(stream).0
    }

    #[test]
    fn lines_end_in_three_ways() {
        for end in ["\n", "\r\n", "\r"] {
            let stream = ["data: a", "data: b", "", "data: c", "", ""].join(end);
            assert_eq!(events(&stream), ["a\nb", "c"], "{end:?}");
        }
        // An empty line of its own beside the two characters of one end.
        assert_eq!(events("data: a\r\n\n"), ["a"]);
        assert_eq!(events("data: a\r\r\ndata: b\n\r\n"), ["a", "b"]);
    }

    #[test]
    fn fields_are_read_as_the_standard_shows() {
        // WHATWG HTML 9.2.6, its examples.
        assert_eq!(events("data: YHOO\ndata: +2\ndata: 10\n\n"), ["YHOO\n+2\n10"]);
        assert_eq!(
            read(
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
            ),
            (["first event", "second event", " third event"].map(str::to_owned).to_vec(), None)
        );
        assert_eq!(events("data\n\ndata\ndata\n\ndata:"), ["", "\n"]);
        assert_eq!(events("data:test\n\ndata: test\n\n"), ["test", "test"]);
    }

    #[test]
    fn what_is_no_field_is_left_out() {
        let stream = "\u{feff}data: a:b\nevent: x\nretry: 10\nfoo: 1\nDATA: 2\n data: 3\n:data: 4\n\n";
        assert_eq!(events(stream), ["a:b"]);
        assert_eq!(events("data: a\n\u{feff}data: b\n\n"), ["a"]);
        assert_eq!(events("data: \u{fc}\u{20ac}\n\n"), ["\u{fc}\u{20ac}"]);
        let (mut parser, mut ready) = (Parser::default(), VecDeque::new());
        assert!(parser.feed(b"data: \xff\n\n", &mut ready));
        assert_eq!(ready, ["\u{fffd}"]);
    }

    #[test]
    fn an_id_counts_when_its_event_is_complete() {
        let cases = [
            ("", None),
            ("id: 1\ndata: a\n", None),
            ("id: 1\ndata: a\n\n", Some("1")),
            ("id: 1\n\n", Some("1")),
            ("id: 1\n\nid: 2\ndata: b\n", Some("1")),
            ("id: 1\n\ndata: b\n\n: \n\n", Some("1")),
            ("id: 1\n\nid: 2\0\n\n", Some("1")),
            ("id: 1\n\nid\n\n", None),
        ];
        for (stream, id) in cases {
            assert_eq!(read(stream).1.as_deref(), id, "{stream:?}");
        }
    }

    #[test]
    fn what_never_ends_is_given_up() {
        let (mut parser, mut ready) = (Parser::default(), VecDeque::new());
        assert!(parser.feed(&vec![b'a'; LIMIT], &mut ready));
        assert!(!parser.feed(b"a", &mut ready));
        let mut parser = Parser::default();
        let line = format!("data: {}\n", "a".repeat(LIMIT / 2));
        assert!(parser.feed(line.as_bytes(), &mut ready));
        assert!(!parser.feed(line.as_bytes(), &mut ready));
        assert!(ready.is_empty());
    }
}
