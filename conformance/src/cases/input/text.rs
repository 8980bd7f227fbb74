//! Strings that keep a schema's rules, and strings that break just one of them.

use regex::Regex;

use crate::document::Node;

/// The rules of a string's schema.
pub(super) struct Text {
    pub(super) shortest: usize,
    pub(super) longest: Option<usize>,
    pattern: Option<Regex>,
    /// Strings to begin with.
    seeds: Vec<String>,
}

/// A string that breaks the pattern.
pub(super) struct Broken {
    /// `with-colon`.
    pub(super) what: &'static str,
    pub(super) texts: Vec<String>,
    /// Whether the reference says nothing of it: it speaks of ASCII, and of `:` and `@`.
    pub(super) extension: bool,
}

impl Text {
    /// `seed` is a string that stands at the place in a documented request.
    pub(super) fn new(schema: &Node, seed: Option<&str>) -> Self {
        let length =
            |name| schema.value().get(name)?.as_u64().and_then(|number| usize::try_from(number).ok());
        let examples = schema.names("examples");
        let seeds = seed.into_iter().chain(examples).chain(["a", "1", "/api/configuration/x", "::", "0x"]);
        Self {
            shortest: length("minLength").unwrap_or(0),
            longest: length("maxLength"),
            pattern: schema.str("pattern").and_then(|pattern| Regex::new(pattern).ok()),
            seeds: seeds.map(str::to_owned).collect(),
        }
    }

    fn matches(&self, text: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }

    /// Some string that keeps all rules.
    pub(super) fn some(&self) -> Option<String> {
        let within = |seed: &&String| {
            let length = seed.chars().count();
            length >= self.shortest && self.longest.is_none_or(|longest| length <= longest)
        };
        let kept = self.seeds.iter().filter(within).find(|seed| self.matches(seed)).cloned();
        kept.or_else(|| self.of_length(self.shortest.max(1)))
    }

    /// A string of this length that matches the pattern.
    pub(super) fn of_length(&self, length: usize) -> Option<String> {
        if length == 0 {
            return self.matches("").then(String::new);
        }
        let grown = |seed: &String| -> Vec<String> {
            let letters: Vec<char> = seed.chars().take(length).collect();
            let missing = length - letters.len();
            let text: String = letters.iter().collect();
            let last = letters.last().copied().unwrap_or('a');
            let fill = |filler: char| filler.to_string().repeat(missing);
            let (head, tail): (String, String) =
                (letters.iter().take(1).collect(), letters.iter().skip(1).collect());
            let fillers = [last, 'a', '0'];
            let ends = fillers.iter().map(|filler| format!("{text}{}", fill(*filler)));
            let middles = fillers.iter().map(|filler| format!("{head}{}{tail}", fill(*filler)));
            ends.chain(middles).collect()
        };
        self.seeds.iter().flat_map(grown).find(|text| self.matches(text))
    }

    /// Strings that break the pattern and nothing else.
    pub(super) fn broken(&self) -> Vec<Broken> {
        let (Some(_), Some(good)) = (&self.pattern, self.some()) else { return Vec::new() };
        let with = |added: &str| -> Option<String> {
            let keep = self.longest.unwrap_or(usize::MAX).saturating_sub(added.chars().count());
            let mut letters: Vec<char> = good.chars().take(keep).collect();
            let middle = letters.len().div_ceil(2);
            letters.splice(middle..middle, added.chars());
            let text: String = letters.into_iter().collect();
            (text.chars().count() >= self.shortest && !self.matches(&text)).then_some(text)
        };
        let all = |texts: &[&str]| texts.iter().filter_map(|added| with(added)).collect::<Vec<_>>();
        let mut broken = vec![
            Broken { what: "not-ascii", texts: all(&["ü", "鍵", "🔑"]), extension: false },
            Broken { what: "with-control", texts: all(&["\u{7}", "\0", "\u{7f}", "\r\n"]), extension: true },
        ];
        // A pattern that ends in `$` must not let a line end pass behind it.
        broken.push(Broken {
            what: "with-line-end",
            texts: vec![format!("{good}\n")].into_iter().filter(|text| !self.matches(text)).collect(),
            extension: true,
        });
        if with(" ").is_none() {
            broken.push(Broken { what: "with-colon", texts: all(&[":"]), extension: false });
            broken.push(Broken { what: "with-at", texts: all(&["@"]), extension: false });
        } else {
            broken.push(Broken { what: "wrong-form", texts: all(&[" ", "~", "\""]), extension: true });
        }
        broken.retain(|broken| !broken.texts.is_empty());
        broken
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::document::Node;

    fn strings() -> Vec<(&'static str, Node)> {
        let schemas =
            Node::root(vouchsafe_api_spec::document()).get("components").unwrap().get("schemas").unwrap();
        let is_string = |node: &Node| node.str("type") == Some("string") && node.names("enum").is_empty();
        schemas.children().into_iter().filter(|(_, node)| is_string(node)).collect()
    }

    fn keeps(schema: &Node, text: &str) -> bool {
        let rules = Text::new(schema, None);
        let length = text.chars().count();
        rules.matches(text)
            && length >= rules.shortest
            && rules.longest.is_none_or(|longest| length <= longest)
    }

    #[test]
    fn for_every_string_of_the_document_there_is_one_that_keeps_its_rules() {
        assert!(strings().len() > 30);
        for (name, schema) in strings() {
            let text = Text::new(&schema, None);
            assert!(keeps(&schema, &text.some().unwrap()), "{name}: {:?}", text.some());
        }
    }

    #[test]
    fn what_breaks_a_pattern_breaks_nothing_else() {
        for (name, schema) in strings() {
            let text = Text::new(&schema, None);
            for wrong in text.broken().into_iter().flat_map(|broken| broken.texts) {
                assert!(!text.matches(&wrong), "{name}: {wrong:?}");
                let length = wrong.trim_end_matches('\n').chars().count();
                assert!(length >= text.shortest, "{name}: {wrong:?}");
                assert!(text.longest.is_none_or(|longest| length <= longest), "{name}: {wrong:?}");
            }
        }
    }

    #[test]
    fn lengths_are_just_those_asked_for() {
        let schema = strings().into_iter().find(|(name, _)| *name == "Username").unwrap().1;
        let text = Text::new(&schema, Some("UserA"));
        for length in [1, 4, 5, 6, 255, 256] {
            let made = text.of_length(length).unwrap();
            assert_eq!(made.chars().count(), length);
            assert!(text.matches(&made));
        }
    }
}
