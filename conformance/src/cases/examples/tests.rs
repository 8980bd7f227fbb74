//! The derived cases cover the whole document and point into it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

fn ids(document: &Document) -> Vec<String> {
    cases(document).into_iter().map(|case| case.info.id).collect()
}

#[test]
fn every_request_example_and_every_read_has_a_case_and_a_place() {
    let root = vouchsafe_api_spec::document();
    let all = cases(&Document::new(root));
    let pointers: BTreeSet<&str> = all.iter().map(|case| case.info.pointer.as_str()).collect();
    let mut wanted = 0;
    let paths = root["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/api/v1/"));
    for (path, item) in paths.clone() {
        for (method, operation) in item.as_object().unwrap() {
            let path = path.replace('/', "~1");
            let at = |rest: &str| format!("/paths/{path}/{method}/{rest}/content/application~1json/examples");
            let at =
                if operation.get("requestBody").is_some() { at("requestBody") } else { at("responses/200") };
            // A stream of events has no end that a case could wait for.
            let examples = root.pointer(&at).and_then(Value::as_object);
            assert!(examples.is_some() || path == "~1api~1v1~1events", "{path}");
            for name in examples.into_iter().flat_map(serde_json::Map::keys) {
                wanted += 1;
                assert!(pointers.contains(format!("{at}/{name}").as_str()), "no case for {at}/{name}");
            }
        }
    }
    let with_id = paths.filter(|(path, _)| path.contains("{id}")).count();
    assert_eq!(all.len(), wanted + with_id);
    for pointer in pointers {
        assert!(root.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
    assert_eq!(ids(&Document::new(root)).into_iter().collect::<BTreeSet<_>>().len(), all.len());
}

#[test]
fn ids_and_markers() {
    let document = Document::new(vouchsafe_api_spec::document());
    let told: Vec<String> = cases(&document)
        .into_iter()
        .map(|case| format!("{}{}", case.info.id, if case.info.extension { " +" } else { "" }))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_new_example_makes_a_new_case() {
    let mut root = vouchsafe_api_spec::document().clone();
    let content = "/paths/~1api~1v1~1x509-credentials/post/requestBody/content/application~1json/examples";
    root.pointer_mut(content).unwrap()["shortLived"] = json!({"summary": "Short", "value": {"ttl": 60}});
    let root: &'static Value = Box::leak(Box::new(root));
    let before = ids(&Document::new(vouchsafe_api_spec::document()));
    let mut new = ids(&Document::new(root));
    new.retain(|id| !before.contains(id));
    assert_eq!(new, ["x509-credentials::create::example-short-lived"]);
}
