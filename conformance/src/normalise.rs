//! The outcome without what differs from run to run: ids, times, serial numbers, keys, names and passwords.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    case::{CaseResult, Plane},
    document::{Document, Node, Operation},
    exchange::{Answer, Body, Exchange},
    oracle::Format,
    outcome::Outcome,
};

impl Outcome {
    /// The cases with their verdicts and exchanges, in which all that differs from run to run is replaced by the name
    /// of its format, such as `<xid>`. Fit for a snapshot: it is the same for every server that behaves the same. What was
    /// said to the configuration API is left out: it shows how the server is configured.
    pub fn normalised(&self) -> Value {
        let document = Document::new(vouchsafe_api_spec::document());
        let constants = constants(&document);
        let cases = self.results.iter().map(|result| {
            Normaliser { document: &document, constants: &constants, suffix: &result.suffix }.result(result)
        });
        json!({"profile": self.profile, "cases": cases.collect::<Vec<_>>()})
    }
}

/// Strings that the document itself demands or sends.
pub(crate) fn constants(document: &Document) -> BTreeSet<&'static str> {
    let operations = document.operations().iter();
    let sent = |operation: &Operation| {
        let examples = operation.request_examples().into_iter();
        let values = examples.flat_map(|example| example.value().as_object().into_iter().flatten());
        let mut strings: Vec<_> = values.filter_map(|(_, value)| value.as_str()).collect();
        strings.extend(operation.path_example().map(|(id, _)| id));
        strings
    };
    let schemas = document.schemas();
    let properties = schemas.iter().filter_map(|schema| schema.get("properties"));
    let properties: Vec<Node> = properties.flat_map(|node| node.children()).map(|(_, node)| node).collect();
    operations.flat_map(sent).chain(properties.iter().flat_map(|property| property.names("enum"))).collect()
}

/// Replaces what differs from run to run.
pub(crate) struct Normaliser<'a> {
    pub(crate) document: &'a Document,
    pub(crate) constants: &'a BTreeSet<&'static str>,
    /// What made names unique.
    pub(crate) suffix: &'a str,
}

impl Normaliser<'_> {
    fn result(&self, result: &CaseResult) -> Value {
        if result.case.plane == Plane::Configuration {
            return json!({"id": result.case.id, "verdict": result.verdict.word()});
        }
        let exchanges: Vec<Value> =
            result.exchanges.iter().map(|exchange| self.exchange(&exchange)).collect();
        json!({"id": result.case.id, "verdict": result.verdict.word(), "exchanges": exchanges})
    }

    fn exchange(&self, exchange: &Exchange) -> Value {
        let mut request = Map::new();
        request.insert("method".to_owned(), json!(exchange.request.method));
        request.insert("path".to_owned(), json!(self.path(&exchange.request.path)));
        if let Some(body) = &exchange.request.body {
            request.insert("body".to_owned(), self.value("", body, false));
        }
        let answer = self.answer(exchange, &exchange.answer);
        json!({"role": exchange.role, "request": request, "answer": answer})
    }

    fn answer(&self, exchange: &Exchange, answer: &Answer) -> Value {
        let mut map = Map::new();
        map.insert("status".to_owned(), json!(answer.status));
        map.insert("headers".to_owned(), json!(self.headers(&exchange.operation, answer)));
        let error = answer.status >= 400;
        let body = match (&exchange.focus, &answer.body) {
            (Some(item), _) => json!([self.value("", item, error)]),
            (None, Body::Json(Value::Array(items))) => {
                // Which items others have on the server does not matter, only what forms they have.
                let mut forms: Vec<Value> = items.iter().map(|item| self.value("", item, error)).collect();
                forms.sort_by_key(Value::to_string);
                forms.dedup();
                Value::Array(forms)
            }
            (None, Body::Json(body)) => self.value("", body, error),
            (None, Body::Text(_)) => json!("<not JSON>"),
            (None, Body::Empty) => return Value::Object(map),
        };
        map.insert("body".to_owned(), body);
        Value::Object(map)
    }

    /// The content type and the documented headers.
    fn headers(&self, operation: &str, answer: &Answer) -> BTreeMap<String, String> {
        let operation = self.document.operations().iter().find(|documented| documented.id == operation);
        let response = operation.and_then(|operation| operation.response(answer.status));
        let documented = response.map(|response| response.headers()).unwrap_or_default();
        let mut headers = BTreeMap::new();
        for (name, value) in &answer.headers {
            let normal = match name.as_str() {
                "content-type" | "cache-control" => value.clone(),
                "location" => self.path(value),
                _ => "<text>".to_owned(),
            };
            if name == "content-type" || documented.iter().any(|header| header.eq_ignore_ascii_case(name)) {
                headers.insert(name.clone(), normal);
            }
        }
        headers
    }

    fn path(&self, path: &str) -> String {
        let segment = |segment: &str| match Format::of(segment) {
            Some(format) if !self.constants.contains(segment) => format!("<{format}>"),
            _ => segment.to_owned(),
        };
        path.split('/').map(segment).collect::<Vec<_>>().join("/")
    }

    fn value(&self, name: &str, value: &Value, error: bool) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(name, text, error)),
            Value::Array(items) => items.iter().map(|item| self.value(name, item, error)).collect(),
            Value::Object(members) => {
                let members = members.iter();
                members.map(|(name, value)| (name.clone(), self.value(name, value, error))).collect()
            }
            scalar => scalar.clone(),
        }
    }

    /// A text that is the value of a property with this name, in an error's body or elsewhere.
    pub(crate) fn text(&self, name: &str, text: &str, error: bool) -> String {
        let format = Format::of(text);
        match format {
            Some(format @ Format::Pem(_)) => format!("<{format}>"),
            _ if self.constants.contains(text) => text.to_owned(),
            _ if self.document.secrets().contains(name) => {
                format!("<secret, {} characters>", text.chars().count())
            }
            Some(format) => format!("<{format}>"),
            None if !self.suffix.is_empty() && text.contains(self.suffix) => {
                text.replace(self.suffix, "<unique>")
            }
            // What an error says is fixed text.
            None if error => text.to_owned(),
            None => "<text>".to_owned(),
        }
    }
}
