//! The typed view and the YAML copy hold all that the JSON document says.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use vouchsafe_api_spec::{OPENAPI_JSON, OPENAPI_YAML, document, openapi};

/// The JSON pointers of everything below `value`, with the scalars.
fn facts(value: &Value, at: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            into.push(format!("{at} is an object"));
            for (key, value) in object {
                facts(value, &format!("{at}/{key}"), into);
            }
        }
        Value::Array(items) => {
            into.push(format!("{at} has {} items", items.len()));
            for (index, value) in items.iter().enumerate() {
                facts(value, &format!("{at}/{index}"), into);
            }
        }
        scalar => into.push(format!("{at} = {scalar}")),
    }
}

fn sorted_facts(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    facts(value, "", &mut all);
    all.sort();
    all
}

#[test]
fn the_typed_view_loses_and_adds_nothing() {
    let typed = serde_json::to_value(openapi()).unwrap();
    let (written, typed) = (sorted_facts(document()), sorted_facts(&typed));
    let lost: Vec<_> = written.iter().filter(|fact| typed.binary_search(fact).is_err()).collect();
    let added: Vec<_> = typed.iter().filter(|fact| written.binary_search(fact).is_err()).collect();
    assert!(lost.is_empty() && added.is_empty(), "lost: {lost:#?}\nadded: {added:#?}");
}

#[test]
fn the_typed_view_keeps_the_order_of_paths_and_properties() {
    let typed = serde_json::to_value(openapi()).unwrap();
    let keys = |document: &Value, pointer: &str| -> Vec<String> {
        document.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    let mut pointers = vec!["/paths".to_owned()];
    for (name, schema) in document().pointer("/components/schemas").unwrap().as_object().unwrap() {
        if schema.get("properties").is_some() {
            pointers.push(format!("/components/schemas/{name}/properties"));
        }
    }
    assert_eq!(pointers.len(), 1 + OPENAPI_JSON.matches("\"properties\": {").count());
    for pointer in pointers {
        assert_eq!(keys(&typed, &pointer), keys(document(), &pointer), "{pointer}");
    }
}

#[test]
fn yaml_and_json_say_the_same() {
    let yaml: Value = yaml_serde::from_str(OPENAPI_YAML).unwrap();
    assert_eq!(sorted_facts(&yaml), sorted_facts(document()));
}

#[test]
fn the_json_is_canonical() {
    assert_eq!(OPENAPI_JSON, format!("{}\n", serde_json::to_string_pretty(document()).unwrap()));
    for (kind, components) in document()["components"].as_object().unwrap() {
        if kind != "securitySchemes" {
            assert!(components.as_object().unwrap().keys().is_sorted(), "{kind}");
        }
    }
}
