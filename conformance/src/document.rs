//! The API's document as the cases read it: operations, their examples and answers, each with its JSON pointer.

mod node;
mod operation;

use std::collections::BTreeSet;

use serde_json::Value;

pub(crate) use node::Node;
pub(crate) use operation::{Example, Operation, Response};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The document, with what is often asked of it.
#[derive(Debug)]
pub(crate) struct Document {
    root: Node,
    operations: Vec<Operation>,
    secrets: BTreeSet<String>,
}

impl Document {
    /// Reads the document. `root` is the bundled one, or a hand-made one in a test.
    pub(crate) fn new(root: &'static Value) -> Self {
        let root = Node::root(root);
        let operations = operations(&root);
        let secrets = secrets(&root);
        Self { root, operations, secrets }
    }

    /// All operations, in the document's order.
    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation with this id.
    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The operation of a request, if there is one.
    pub(crate) fn operation_at(&self, method: &str, path: &str) -> Option<&Operation> {
        let path = path.split('?').next().unwrap_or_default();
        let mut of_method =
            self.operations.iter().filter(|operation| operation.method.eq_ignore_ascii_case(method));
        // The only paths that fit another one's parameter end in a word that no id is.
        let exact = of_method.clone().find(|operation| operation.path == path);
        exact.or_else(|| of_method.find(|operation| operation.is_at(path)))
    }

    /// Names of properties whose value is a secret, in any schema.
    pub(crate) fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }

    /// All named schemas.
    pub(crate) fn schemas(&self) -> Vec<Node> {
        schemas(&self.root)
    }

    /// The operation that makes what `operation` works on: the `POST` on its collection.
    pub(crate) fn create_of(&self, operation: &Operation) -> Option<&Operation> {
        self.on_collection(operation, "post")
    }

    /// The operation that lists what `operation` works on: the `GET` on its collection.
    pub(crate) fn list_of(&self, operation: &Operation) -> Option<&Operation> {
        self.on_collection(operation, "get")
    }

    /// The operation that reads one of what `operation` works on.
    pub(crate) fn get_of(&self, operation: &Operation) -> Option<&Operation> {
        let object = |other: &&Operation| other.method == "get" && other.path_example().is_some();
        self.operations.iter().filter(object).find(|other| other.collection() == operation.collection())
    }

    fn on_collection(&self, operation: &Operation, method: &str) -> Option<&Operation> {
        self.operations.iter().find(|other| other.path == operation.collection() && other.method == method)
    }

    /// The operation that sets the state of what `operation` works on, and can therefore revoke it.
    pub(crate) fn revoke_of(&self, operation: &Operation) -> Option<&Operation> {
        self.operations.iter().find(|other| {
            let states = other.request_schema().and_then(|schema| schema.get("properties")?.get("state"));
            other.collection() == operation.collection()
                && other.path_example().is_some()
                && states.is_some_and(|state| state.names("enum").contains(&"Revoked"))
        })
    }

    /// The methods of a path, in lower case.
    pub(crate) fn methods_of(&self, path: &str) -> Vec<&'static str> {
        self.operations.iter().filter(|other| other.path == path).map(|other| other.method).collect()
    }

    /// Path of the token endpoint, from the first OAuth 2.0 client credentials flow.
    pub(crate) fn token_path(&self) -> Option<&'static str> {
        let schemes = self.root.get("components")?.get("securitySchemes")?.children();
        schemes.iter().find_map(|(_, scheme)| scheme.get("flows")?.get("clientCredentials")?.str("tokenUrl"))
    }
}

fn operations(root: &Node) -> Vec<Operation> {
    let paths = root.get("paths").map(|paths| paths.children()).unwrap_or_default();
    let in_path = |(path, item): &(&'static str, Node)| {
        let path = *path;
        let items = item.children().into_iter();
        items
            .filter(|(method, _)| METHODS.contains(method))
            .map(move |(method, node)| Operation::new(path, method, node))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(in_path).collect()
}

fn schemas(root: &Node) -> Vec<Node> {
    let schemas = root.get("components").and_then(|components| components.get("schemas"));
    let schemas = schemas.map(|schemas| schemas.children()).unwrap_or_default();
    schemas.into_iter().map(|(_, schema)| schema).collect()
}

fn secrets(root: &Node) -> BTreeSet<String> {
    let properties = schemas(root).into_iter().filter_map(|schema| schema.get("properties"));
    let properties = properties.flat_map(|properties| properties.children());
    let secret = properties.filter(|(_, property)| property.flag("x-vouchsafe-secret"));
    secret.map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_together_is_found_in_the_document() {
        let document = Document::new(vouchsafe_api_spec::document());
        let by_id = |id: &str| document.operations().iter().find(|operation| operation.id == id).unwrap();
        let reset = by_id("basic_credentials_reset_password");
        assert_eq!(document.create_of(reset).unwrap().id, "basic_credentials_create");
        assert_eq!(document.list_of(reset).unwrap().id, "basic_credentials_list");
        assert_eq!(document.revoke_of(reset).unwrap().id, "basic_credentials_update_state");
        let verify = by_id("basic_credentials_verify");
        assert_eq!(document.create_of(verify).unwrap().id, "basic_credentials_create");
        assert_eq!(document.revoke_of(verify).unwrap().id, "basic_credentials_update_state");
        let issue = by_id("x509_credentials_create");
        assert_eq!(document.revoke_of(issue).unwrap().id, "x509_credentials_update_state");
        assert_eq!(document.token_path(), Some("/oauth2/token"));
        let secrets: Vec<_> = document.secrets().iter().map(String::as_str).collect();
        for name in ["password", "privateKey", "auth_password", "client_secret"] {
            assert!(secrets.contains(&name), "{name}");
        }
    }
}
