//! One operation of the document, with its examples and answers.

use serde_json::Value;

use super::Node;
use crate::case::Plane;

const MEDIA_TYPE: &str = "application/json";
const EXTENSION: &str = "x-vouchsafe-extension";

/// An operation: a method on a path.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// Identifier in the document, resource first: `basic_credentials_create`.
    pub(crate) id: &'static str,
    /// Method in lower case, as the document writes it.
    pub(crate) method: &'static str,
    /// Path with `{id}` where it has a parameter.
    pub(crate) path: &'static str,
    node: Node,
}

impl Operation {
    pub(super) fn new(path: &'static str, method: &'static str, node: Node) -> Self {
        Self { id: node.str("operationId").unwrap_or_default(), method, path, node }
    }

    /// Whether the reference lacks this operation.
    pub(crate) fn is_extension(&self) -> bool {
        self.node.flag(EXTENSION)
    }

    /// Which API it belongs to.
    pub(crate) fn plane(&self) -> Plane {
        if self.path.starts_with("/api/v1/") { Plane::ClientCredentials } else { Plane::Configuration }
    }

    /// Where it stands.
    pub(crate) fn pointer(&self) -> &str {
        self.node.pointer()
    }

    /// What it is filed under: the first of its tags.
    pub(crate) fn group(&self) -> &'static str {
        self.node.names("tags").first().copied().unwrap_or_default()
    }

    /// Names of the ways to authenticate; empty when anybody may.
    pub(crate) fn security(&self) -> Vec<&'static str> {
        let schemes = self.node.get("security").map(|security| security.items()).unwrap_or_default();
        schemes.iter().flat_map(Node::children).map(|(name, _)| name).collect()
    }

    /// The scopes that an access token needs for it.
    pub(crate) fn scopes(&self) -> Vec<&'static str> {
        let schemes = self.node.get("security").map(|security| security.items()).unwrap_or_default();
        let scopes = schemes.iter().flat_map(Node::children).flat_map(|(_, scopes)| scopes.items());
        scopes.filter_map(|scope| scope.value().as_str()).collect()
    }

    /// The parameters in the path, the query and headers.
    pub(crate) fn parameters(&self) -> Vec<Node> {
        let parameters = self.node.get("parameters").map(|parameters| parameters.items()).unwrap_or_default();
        parameters.iter().map(Node::resolved).collect()
    }

    /// The path with the documented examples of its parameters, which belong to nobody.
    pub(crate) fn example_path(&self) -> String {
        self.fill(self.path)
    }

    /// A path with the documented examples of those parameters that are still in it.
    pub(crate) fn fill(&self, path: &str) -> String {
        let fill = |path: String, parameter: Node| match (parameter.str("name"), parameter.str("example")) {
            (Some(name), Some(example)) => path.replace(&format!("{{{name}}}"), example),
            _ => path,
        };
        self.parameters().into_iter().fold(path.to_owned(), fill)
    }

    /// Path up to the first parameter or the question: what the operation works on.
    pub(crate) fn collection(&self) -> &'static str {
        let collection = self.path.split_once("/{").map_or(self.path, |(collection, _)| collection);
        collection.strip_suffix("/verify").unwrap_or(collection)
    }

    /// Whether its path, with any values of its parameters, is this one.
    pub(super) fn is_at(&self, path: &str) -> bool {
        let (mine, other) = (self.path.split('/'), path.split('/'));
        mine.clone().count() == other.clone().count()
            && mine.zip(other).all(|(mine, other)| mine.starts_with('{') || mine == other)
    }

    /// Whether it asks for a verdict.
    pub(crate) fn verifies(&self) -> bool {
        self.path.ends_with("/verify")
    }

    /// Whether it is answered with a stream of events, which has no end that a case could wait for.
    pub(crate) fn streams(&self) -> bool {
        let content = self.success().and_then(|success| success.content());
        content.is_some_and(|(media_type, _)| media_type != MEDIA_TYPE)
    }

    /// The method and path as people write them: `GET /api/v1/basic-credentials`.
    pub(crate) fn title(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// The documented request examples.
    pub(crate) fn request_examples(&self) -> Vec<Example> {
        self.request_content().map(|content| examples(&content)).unwrap_or_default()
    }

    /// The schema of the request body.
    pub(crate) fn request_schema(&self) -> Option<Node> {
        self.request_content()?.get("schema")
    }

    fn request_content(&self) -> Option<Node> {
        self.node.get("requestBody")?.get("content")?.get(MEDIA_TYPE)
    }

    /// The documented example of the path parameter, with the parameter's place.
    pub(crate) fn path_example(&self) -> Option<(&'static str, Node)> {
        let parameters = self.node.get("parameters")?.items();
        let parameter = parameters.into_iter().find(|parameter| parameter.str("in") == Some("path"))?;
        Some((parameter.str("example")?, parameter.resolved()))
    }

    /// All documented answers.
    fn responses(&self) -> Vec<Response> {
        let responses = self.node.get("responses").map(|responses| responses.children()).unwrap_or_default();
        let parse =
            |(status, node): (&'static str, Node)| Some(Response { status: status.parse().ok()?, node });
        responses.into_iter().filter_map(parse).collect()
    }

    /// The documented answer with this status.
    pub(crate) fn response(&self, status: u16) -> Option<Response> {
        self.responses().into_iter().find(|response| response.status == status)
    }

    /// The documented success answer.
    pub(crate) fn success(&self) -> Option<Response> {
        self.responses().into_iter().find(|response| (200..300).contains(&response.status))
    }
}

/// A documented example of a body.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// Its name: `autogenerated`.
    pub(crate) name: &'static str,
    /// Whether the reference lacks it.
    pub(crate) extension: bool,
    /// Its summary.
    pub(crate) summary: &'static str,
    /// Where the operation names it.
    pub(crate) pointer: String,
    /// The place of its value.
    pub(crate) value: Node,
}

/// A documented answer.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    /// HTTP status.
    pub(crate) status: u16,
    node: Node,
}

impl Response {
    /// Where the answer is documented.
    pub(crate) fn pointer(&self) -> &str {
        self.node.pointer()
    }

    /// What the document says of it.
    pub(crate) fn description(&self) -> &'static str {
        self.node.str("description").unwrap_or_default()
    }

    /// Whether the reference lacks the answer.
    pub(crate) fn is_extension(&self) -> bool {
        self.node.flag(EXTENSION)
    }

    /// Whether the reference lacks the answer or its body.
    pub(crate) fn body_is_extension(&self) -> bool {
        self.is_extension() || self.content().is_some_and(|(_, content)| content.flag(EXTENSION))
    }

    /// Media type and place of the documented body; `None` when the answer has none.
    pub(crate) fn content(&self) -> Option<(&'static str, Node)> {
        self.node.get("content")?.children().into_iter().next()
    }

    /// The documented examples of the answer.
    pub(crate) fn examples(&self) -> Vec<Example> {
        self.content().map(|(_, content)| examples(&content)).unwrap_or_default()
    }

    /// Names of the documented headers.
    pub(crate) fn headers(&self) -> Vec<&'static str> {
        let headers = self.node.get("headers").map(|headers| headers.children()).unwrap_or_default();
        headers.into_iter().map(|(name, _)| name).collect()
    }
}

fn examples(content: &Node) -> Vec<Example> {
    let extensions = content.names("x-vouchsafe-extension-examples");
    let all = content.get("examples").map(|examples| examples.children()).unwrap_or_default();
    let example = |(name, node): (&'static str, Node)| {
        Some(Example {
            name,
            extension: extensions.contains(&name),
            summary: node.str("summary").unwrap_or_default(),
            pointer: node.pointer().to_owned(),
            value: node.get("value")?,
        })
    };
    all.into_iter().filter_map(example).collect()
}

impl Example {
    /// The example itself.
    pub(crate) fn value(&self) -> &'static Value {
        self.value.value()
    }
}
