//! Reads bodies in bounded memory: of a long list the first items, and later ones only if they are the case's own.

/// Longest body that is read, a list's aside; as `cost` counts it.
const LONGEST: usize = 8 << 20;

/// Longest list that is read: millions of credentials.
const LONGEST_LIST: usize = 1 << 30;

/// How much of a list is kept, whoever's the items are: some thousands of credentials.
const KEPT: usize = 1 << 20;

const TOO_LONG: &str = "the answer is longer than 8 MiB, or has very many values: only lists may";

/// Memory that bytes take once they are parsed: every value takes more than its text.
fn cost(bytes: &[u8]) -> usize {
    let values = bytes.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    bytes.len() + values * 64
}

/// A body that is being read.
pub(super) struct Reader<'a> {
    /// Texts that are in the items that the case looks for.
    own: &'a [String],
    kept: Vec<u8>,
    /// What is kept costs so much.
    cost: usize,
    /// The item of the list that is being read, with the comma before it.
    item: Vec<u8>,
    read: usize,
    /// How many brackets are open.
    depth: usize,
    in_string: bool,
    escaped: bool,
    is_list: Option<bool>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(own: &'a [String]) -> Self {
        let (kept, item) = (Vec::new(), Vec::new());
        Self { own, kept, cost: 0, item, read: 0, depth: 0, in_string: false, escaped: false, is_list: None }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), String> {
        self.read += chunk.len();
        if self.is_list.is_none() {
            let first = chunk.iter().find(|byte| !byte.is_ascii_whitespace());
            self.is_list = first.map(|byte| *byte == b'[');
        }
        if self.is_list == Some(true) {
            chunk.iter().for_each(|byte| self.push_byte(*byte));
        } else {
            self.cost += cost(chunk);
            self.kept.extend_from_slice(chunk);
        }
        if self.read > LONGEST_LIST {
            return Err("the answer is longer than 1 GiB: let it end".to_owned());
        }
        // A single item, and what follows a list, is no list.
        if self.cost > LONGEST || self.item.len() > LONGEST || self.kept.len() > LONGEST {
            return Err(TOO_LONG.to_owned());
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, String> {
        // Of a list that is whole nothing is left here; what is cut off is no JSON, and is to be seen as such.
        if self.cost + cost(&self.item) > LONGEST {
            return Err(TOO_LONG.to_owned());
        }
        self.kept.append(&mut self.item);
        Ok(self.kept)
    }

    fn push_byte(&mut self, byte: u8) {
        if self.depth == 1 && !self.in_string && matches!(byte, b',' | b']' | b'}') {
            self.end_item();
        }
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            _ if self.in_string => {}
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        // The first bracket comes with the first item.
        if self.depth == 0 { self.kept.push(byte) } else { self.item.push(byte) }
    }

    /// Keeps the item or forgets it, its comma too. The first one is always kept.
    fn end_item(&mut self) {
        let is_own = || {
            let item = String::from_utf8_lossy(&self.item);
            self.own.iter().any(|own| item.contains(own))
        };
        let cost = self.cost + cost(&self.item);
        if self.cost == 0 || cost <= KEPT || is_own() {
            self.cost = cost;
            self.kept.append(&mut self.item);
        }
        self.item.clear();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &str, own: &[String]) -> Result<String, String> {
        let mut reader = Reader::new(own);
        for chunk in text.as_bytes().chunks(7) {
            reader.push(chunk)?;
        }
        Ok(String::from_utf8(reader.finish()?).unwrap())
    }

    #[test]
    fn what_is_short_is_kept_as_it_is() {
        let bodies = [
            "",
            " ",
            "[]",
            "  [ ]\n",
            r#"{"a": [1, 2]}"#,
            r#"[1, "],\"[", {"a": [",", "}"]}, [[]]]"#,
            r#"[{"a": "\\"}, "é"] rest"#,
            "[1, 2",
            "[}",
            "[]]",
            "[\"",
            "text [",
        ];
        for body in bodies {
            assert_eq!(read(body, &[]).unwrap(), body);
        }
    }

    #[test]
    fn of_a_long_list_the_start_and_what_is_looked_for_is_kept() {
        let item = |number: usize| format!(r#"{{"id": "i{number}", "text": "[,\"{}"}}"#, "x".repeat(1000));
        let items: Vec<String> = (0..20_000).map(item).collect();
        let list = format!("[{}]", items.join(",\n"));
        let kept = read(&list, &["\"i19998\"".to_owned()]).unwrap();
        assert!((KEPT / 2..KEPT + 2000).contains(&kept.len()), "{}", kept.len());
        let kept: Vec<serde_json::Value> = serde_json::from_str(&kept).unwrap();
        assert_eq!((&kept[0]["id"], &kept[1]["id"]), (&"i0".into(), &"i1".into()));
        assert_eq!(kept.last().unwrap()["id"], "i19998");
    }

    #[test]
    fn what_has_no_end_is_an_error() {
        let long = "x".repeat(LONGEST);
        assert!(read(&long, &[]).is_ok());
        let values = "1,".repeat(LONGEST / 64);
        let bodies = [
            format!("x{long}"),
            format!("[\"{long}\"]"),
            format!("[]{long}"),
            format!("{{\"a\":[{values}1]}}"),
            format!("[[{values}1]]"),
            format!("[[{values}"),
        ];
        for body in bodies {
            assert_eq!(read(&body, &[]).unwrap_err(), TOO_LONG);
        }
    }
}
