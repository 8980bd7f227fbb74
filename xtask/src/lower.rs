//! Lowers the bundled document to the IR. What the subset has no word for is an error with its JSON pointer.

mod node;
mod operation;
mod schema;

use std::fmt;

use serde_json::Value;

use crate::ir::{Api, SecurityScheme, Server, Tag, TypeDef, Variable};
use node::Node;

/// Something in the document that the generator can't express.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// JSON pointer into the bundled document.
    pub at: String,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.at.is_empty() { "/" } else { &self.at }, self.message)
    }
}

type Result<T> = std::result::Result<T, Problem>;

/// Lowers a document.
///
/// # Errors
/// Every problem found, at most one for each operation and component.
pub(crate) fn lower(document: &Value) -> std::result::Result<Api, Vec<Problem>> {
    let mut problems = Vec::new();
    let root = Node::root(document);
    let api = lower_root(&root, &mut problems);
    match api {
        Ok(api) if problems.is_empty() => Ok(api),
        Ok(_) => Err(problems),
        Err(problem) => {
            problems.push(problem);
            Err(problems)
        }
    }
}

fn lower_root(root: &Node<'_>, problems: &mut Vec<Problem>) -> Result<Api> {
    root.only(&["openapi", "info", "servers", "tags", "security", "paths", "components"])?;
    let version = root.need("openapi")?;
    if version.text()? != "3.1.0" {
        return Err(version.problem("the document must be OpenAPI 3.1.0"));
    }
    let info = root.need("info")?;
    info.only(&["title", "version", "description", "license"])?;
    let license = info.need("license")?;
    license.only(&["name", "identifier"])?;
    let components = root.need("components")?;
    components.only(&["schemas", "responses", "headers", "parameters", "examples", "securitySchemes"])?;
    let mut types: Vec<TypeDef> = Vec::new();
    if let Some(schemas) = components.get("schemas") {
        for (name, node) in schemas.entries()? {
            keep(schema::type_def(name, &node), &mut types, problems);
        }
    }
    let mut operations = Vec::new();
    for (path, item) in root.need("paths")?.entries()? {
        for (method, node) in item.entries()? {
            keep(operation::operation(path, method, &node, &types), &mut operations, problems);
        }
    }
    Ok(Api {
        title: info.need("title")?.text()?.to_owned(),
        version: info.need("version")?.text()?.to_owned(),
        doc: info.doc()?,
        license: (license.need("name")?.text()?.to_owned(), license.need("identifier")?.text()?.to_owned()),
        servers: root.list("servers")?.iter().map(server).collect::<Result<_>>()?,
        tags: root.list("tags")?.iter().map(tag).collect::<Result<_>>()?,
        security: match components.get("securitySchemes") {
            Some(schemes) => schemes.entries()?.iter().map(|(name, node)| scheme(name, node)).collect::<Result<_>>()?,
            None => Vec::new(),
        },
        types,
        operations,
    })
}

fn keep<T>(item: Result<T>, items: &mut Vec<T>, problems: &mut Vec<Problem>) {
    match item {
        Ok(item) => items.push(item),
        Err(problem) => problems.push(problem),
    }
}

fn server(node: &Node<'_>) -> Result<Server> {
    node.only(&["url", "description", "variables"])?;
    let mut variables = Vec::new();
    if let Some(all) = node.get("variables") {
        for (name, variable) in all.entries()? {
            variable.only(&["default", "enum", "description"])?;
            variables.push(Variable {
                name: name.to_owned(),
                doc: variable.doc()?,
                default: variable.need("default")?.text()?.to_owned(),
                values: variable.list("enum")?.iter().map(|v| v.text().map(str::to_owned)).collect::<Result<_>>()?,
            });
        }
    }
    Ok(Server { url: node.need("url")?.text()?.to_owned(), doc: node.doc()?, variables })
}

fn tag(node: &Node<'_>) -> Result<Tag> {
    node.only(&["name", "description"])?;
    Ok(Tag { name: node.need("name")?.text()?.to_owned(), doc: node.doc()? })
}

fn scheme(name: &str, node: &Node<'_>) -> Result<SecurityScheme> {
    node.only(&["type", "description", "flows"])?;
    let kind = node.need("type")?;
    if kind.text()? != "oauth2" {
        return Err(kind.problem("only oauth2 is supported"));
    }
    let flows = node.need("flows")?;
    flows.only(&["clientCredentials"])?;
    let flow = flows.need("clientCredentials")?;
    flow.only(&["tokenUrl", "scopes"])?;
    let scopes = flow.need("scopes")?.entries()?.into_iter();
    Ok(SecurityScheme {
        name: name.to_owned(),
        doc: node.doc()?,
        token_url: flow.need("tokenUrl")?.text()?.to_owned(),
        scopes: scopes.map(|(scope, doc)| Ok((scope.to_owned(), doc.text()?.to_owned()))).collect::<Result<_>>()?,
    })
}
