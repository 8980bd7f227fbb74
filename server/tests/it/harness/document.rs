//! Holds every answer a test sees against the document: its status, its headers, its body.

use std::{collections::HashMap, sync::LazyLock};

use jsonschema::Validator;
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};
use vouchsafe_api_spec::document;

use super::Answer;

/// One operation as the document has it, references resolved.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// Empty for the admin plane's operations.
    pub(crate) scope: &'static str,
    /// Whether it needs a session.
    pub(crate) session: bool,
    pub(crate) parameters: Vec<&'static Value>,
    /// Schema and first example of the body.
    pub(crate) request: Option<(&'static Value, &'static Value)>,
    responses: HashMap<u16, Response>,
}

#[derive(Debug)]
struct Response {
    headers: Vec<(&'static str, Header)>,
    /// Whether the body goes on as long as the client listens.
    is_stream: bool,
    body: Option<Strict>,
}

#[derive(Debug)]
struct Header {
    integer: bool,
    value: Strict,
}

/// Made when it is first needed: a test sees few of the answers that the document has.
type Strict = LazyLock<Validator, Box<dyn FnOnce() -> Validator + Send>>;

/// The document's schemas, objects without any further property.
static SCHEMAS: LazyLock<Value> = LazyLock::new(|| {
    let mut schemas = document()["components"]["schemas"].clone();
    for schema in schemas.as_object_mut().unwrap().values_mut() {
        if schema.get("properties").is_some() {
            schema["additionalProperties"] = json!(false);
        }
    }
    schemas
});

/// Every operation of the tenant plane.
pub(crate) static OPERATIONS: LazyLock<Vec<Operation>> =
    LazyLock::new(|| read().into_iter().filter(|operation| operation.path.starts_with("/api/v1/")).collect());

/// Every operation of the admin plane.
pub(crate) static ADMIN_OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    read().into_iter().filter(|operation| !operation.path.starts_with("/api/v1/")).collect()
});

fn read() -> Vec<Operation> {
    let paths = document()["paths"].as_object().unwrap();
    let methods = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
    });
    methods.map(|(path, method, operation)| Operation::read(path, method, operation)).collect()
}

/// What a reference object means; any other value is itself.
pub(crate) fn resolve(value: &'static Value) -> &'static Value {
    match value.get("$ref") {
        Some(reference) => {
            document().pointer(reference.as_str().unwrap().strip_prefix('#').unwrap()).unwrap()
        }
        None => value,
    }
}

impl Operation {
    fn read(path: &'static str, method: &str, operation: &'static Value) -> Self {
        let request = operation.pointer("/requestBody/content/application~1json").map(|media| {
            let example = media["examples"].as_object().unwrap().values().next().unwrap();
            (resolve(&media["schema"]), &resolve(example)["value"])
        });
        let responses = operation["responses"].as_object().unwrap().iter();
        Self {
            id: operation["operationId"].as_str().unwrap(),
            method: method.to_uppercase().parse().unwrap(),
            path,
            scope: operation["security"][0]["OAuth2"][0].as_str().unwrap_or_default(),
            session: operation["security"][0].get("Session").is_some(),
            parameters: operation["parameters"].as_array().into_iter().flatten().map(resolve).collect(),
            request,
            responses: responses
                .map(|(status, response)| (status.parse().unwrap(), Response::read(resolve(response))))
                .collect(),
        }
    }

    /// The path with every parameter replaced.
    pub(crate) fn path_with(&self, id: &str) -> String {
        self.path.replace("{id}", id)
    }

    /// The path with the key of an object, and of one below it.
    pub(crate) fn path_of_object(&self, key: &str, below: &str) -> String {
        let path = self.path.replace("{key}", key);
        path.replace("{client_key}", below).replace("{integration_key_key}", below)
    }

    fn has_path(&self, path: &str) -> bool {
        let (known, path): (Vec<_>, Vec<_>) = (self.path.split('/').collect(), path.split('/').collect());
        let equal = |(known, segment): (&&str, &&str)| {
            known == segment || (known.starts_with('{') && !segment.is_empty())
        };
        known.len() == path.len() && known.iter().zip(&path).all(equal)
    }
}

impl Response {
    fn read(response: &'static Value) -> Self {
        let headers = response["headers"].as_object().into_iter().flatten();
        let schema = response.pointer("/content/application~1json/schema");
        Self {
            headers: headers.map(|(name, header)| (name.as_str(), Header::read(resolve(header)))).collect(),
            is_stream: response.pointer("/content/text~1event-stream").is_some(),
            body: schema.map(strict),
        }
    }
}

impl Header {
    fn read(header: &'static Value) -> Self {
        let schema = &header["schema"];
        Self { integer: schema["type"] == "integer", value: strict(schema) }
    }
}

/// A validator under which our own answers have no property that isn't documented.
fn strict(schema: &'static Value) -> Strict {
    LazyLock::new(Box::new(|| {
        let mut schema = schema.clone();
        schema["components"] = json!({"schemas": *SCHEMAS});
        jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
    }))
}

/// Panics unless the answer is one the document has for that request.
pub(super) fn check(method: &Method, path: &str, answer: &Answer) {
    let (status, what) = (answer.status.as_u16(), format!("{method} {path}: {answer:?}"));
    assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()), "no request id: {what}");
    assert!(status != 500 && (status < 500 || status == 503), "the server's fault: {what}");
    if !path.starts_with("/api/") {
        return;
    }
    let mut same_path: Vec<_> =
        OPERATIONS.iter().chain(&*ADMIN_OPERATIONS).filter(|operation| operation.has_path(path)).collect();
    // What is named goes before what is a parameter (OpenAPI 3.1, Paths Object).
    if same_path.iter().any(|operation| operation.path == path) {
        same_path.retain(|operation| operation.path == path);
    }
    let head = *method == Method::HEAD;
    let method = if head { &Method::GET } else { method };
    let Some(operation) = same_path.iter().find(|operation| operation.method == *method) else {
        // In words in the document: "an unknown path is answered with 404, a method that the path does not have with 405".
        assert_eq!(status, if same_path.is_empty() { 404 } else { 405 }, "{what}");
        assert_eq!(answer.header("allow").is_some(), status == 405, "{what}");
        return match (head, path == "/api/v1" || path.starts_with("/api/v1/")) {
            (true, _) => empty(answer, &what),
            (false, true) => drop(answer.message(status)),
            (false, false) => drop(answer.failure(status)),
        };
    };
    let response = operation.responses.get(&status).unwrap_or_else(|| panic!("undocumented status: {what}"));
    headers(response, &answer.headers, &what);
    match &response.body {
        // What comes after the head is for those to look at who listen.
        None if response.is_stream => {
            assert_eq!(answer.header("content-type"), Some("text/event-stream"), "{what}");
        }
        Some(_) if head => empty(answer, &what),
        Some(validator) => {
            assert_eq!(answer.header("content-type"), Some("application/json"), "{what}");
            let body = answer.json();
            let problems: Vec<_> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
            assert_eq!(problems, Vec::<String>::new(), "{what}");
        }
        None => {
            assert_eq!(answer.header("content-type"), None, "{what}");
            empty(answer, &what);
        }
    }
}

fn empty(answer: &Answer, what: &str) {
    assert_eq!(answer.text, "", "{what}");
}

/// Every documented header is there, but for `Link`, which the last page has not.
fn headers(response: &Response, got: &HeaderMap, what: &str) {
    for (name, header) in &response.headers {
        let Some(value) = got.get(*name) else {
            assert_eq!(*name, "Link", "a header is missing: {what}");
            continue;
        };
        let text = value.to_str().unwrap();
        let value = if header.integer { json!(text.parse::<i32>().unwrap()) } else { json!(text) };
        assert!(header.value.is_valid(&value), "{name}: {what}");
    }
    let documented = |name: &str| response.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    for name in ["link", "location", "retry-after", "www-authenticate", "cache-control"] {
        assert!(!got.contains_key(name) || documented(name), "{name} is not documented: {what}");
    }
}
