//! Where only a part of a configuration's answer is documented, our example has that part as documented.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use vouchsafe_api_spec::document;

/// What the example lacks or has otherwise. It may have more members, as our trust stores' list has `meta`; a documented
/// `..` is text that the public sources leave out.
fn differences(documented: &Value, example: &Value, at: &str) -> Vec<String> {
    match (documented, example) {
        (Value::Object(documented), Value::Object(example)) => documented
            .iter()
            .flat_map(|(key, value)| {
                differences(value, example.get(key).unwrap_or(&Value::Null), &format!("{at}/{key}"))
            })
            .collect(),
        (Value::String(left_out), Value::String(_)) if left_out == ".." => Vec::new(),
        // As text, so that the order of the properties counts as well.
        (documented, example) if text(documented) == text(example) => Vec::new(),
        (documented, example) => vec![format!("{at}: {documented} is documented, not {example}")],
    }
}

fn text(value: &Value) -> String {
    value.to_string()
}

#[test]
fn examples_have_what_is_documented() {
    let documented = [
        ("trust-stores-list", include_str!("documented/trust-stores-list.json")),
        ("email", include_str!("documented/email.json")),
        ("snmp-trap", include_str!("documented/snmp-trap.json")),
    ];
    for (name, text) in documented {
        let documented: Value = serde_json::from_str(text).unwrap();
        let example = &document()["components"]["examples"][name]["value"];
        assert_eq!(differences(&documented, example, name), Vec::<String>::new());
    }
}
