//! The rules of strings and numbers.

use serde_json::{Value, json};

use super::{
    text::Text,
    walk::{Place, Walk, types},
};

impl Walk {
    pub(super) fn string(&mut self, place: &Place) {
        let text = Text::new(&place.schema, place.value().and_then(Value::as_str));
        self.wrong_type(place, vec![json!(7), json!(true), json!([])]);
        let values = place.schema.names("enum");
        let shown = place.value().and_then(Value::as_str).filter(|text| values.contains(text));
        // In other letters that which would be accepted here.
        if let Some(first) = shown.or(values.first().copied()) {
            let other_case =
                if first.to_lowercase() == first { first.to_uppercase() } else { first.to_lowercase() };
            let mut values = vec![json!("conformance-unknown"), json!("")];
            if other_case != first {
                values.push(json!(other_case));
            }
            return self.add(place, "unknown", "that is not one of the documented values", "enum", values);
        }
        if place.schema.str("format") == Some("date-time") {
            let values = vec![json!("yesterday"), json!("2026-02-30T00:00:00Z"), json!("2026-03-01")];
            self.add(place, "not-a-time", "that is no time", "format", values);
        }
        self.lengths(place, &text);
        self.characters(place, &text);
    }

    fn characters(&mut self, place: &Place, text: &Text) {
        let words = "with characters that it must not have";
        let values = |texts: Vec<String>| texts.into_iter().map(Value::String).collect::<Vec<_>>();
        let broken = text.broken();
        if !self.fine && !broken.is_empty() {
            let all = broken.into_iter().flat_map(|broken| values(broken.texts)).collect();
            return self.add(place, "wrong-characters", words, "pattern", all);
        }
        for broken in broken {
            self.add(place, broken.what, words, "pattern", values(broken.texts));
            if broken.extension {
                self.ours();
            }
        }
    }

    fn lengths(&mut self, place: &Place, text: &Text) {
        if place.schema.get("minLength").is_some() {
            let short = text.shortest.saturating_sub(1);
            let bad = text.of_length(short).unwrap_or_else(|| "a".repeat(short));
            let words = format!("of {short} characters");
            self.add(
                place,
                if short == 0 { "empty" } else { "too-short" },
                &words,
                "minLength",
                vec![json!(bad)],
            );
            self.ours();
            if let Some(good) = text.of_length(text.shortest) {
                let words = format!("of {} characters, the fewest", text.shortest);
                self.add_good(place, "shortest", &words, "minLength", json!(good));
                self.ours();
            }
        }
        let Some(longest) = text.longest else { return };
        let bad = text.of_length(longest + 1).unwrap_or_else(|| "a".repeat(longest + 1));
        let words = format!("of {} characters", longest + 1);
        self.add(place, "too-long", &words, "maxLength", vec![json!(bad)]);
        if let Some(good) = text.of_length(longest) {
            let words = format!("of {longest} characters, the most");
            self.add_good(place, "longest", &words, "maxLength", json!(good));
        }
    }

    pub(super) fn number(&mut self, place: &Place) {
        let whole = types(&place.schema).contains(&"integer");
        let value = |number: f64| if number.fract() == 0.0 { json!(number as i64) } else { json!(number) };
        let mut others = vec![json!("7"), json!(true), json!([])];
        if whole {
            others.push(json!(1.5));
        }
        self.wrong_type(place, others);
        if let Some(least) = place.schema.number("minimum") {
            self.add(place, "too-small", &format!("{}", least - 1.0), "minimum", vec![value(least - 1.0)]);
            self.add_good(place, "least", &format!("{least}, the least"), "minimum", value(least));
        }
        if let Some(most) = place.schema.number("maximum") {
            let huge = json!(9_007_199_254_740_993_u64);
            let words = format!("{} and more", most + 1.0);
            self.add(place, "too-great", &words, "maximum", vec![value(most + 1.0), huge]);
            self.add_good(place, "greatest", &format!("{most}, the most"), "maximum", value(most));
        }
        if let Some(bound) = place.schema.number("exclusiveMinimum") {
            let words = format!("{bound} and less");
            let values = vec![value(bound), value(bound - 1.0)];
            self.add(place, "not-above-the-minimum", &words, "exclusiveMinimum", values);
            let words = format!("{}, just above {bound}", bound + 1.0);
            self.add_good(place, "just-above-the-minimum", &words, "exclusiveMinimum", value(bound + 1.0));
        }
    }
}
