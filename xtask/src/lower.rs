//! Lowers the bundled document to the IR. What the subset has no word for is an error with its JSON pointer.

mod info;
mod names;
mod node;
mod nullable;
mod operation;
mod parameter;
mod pattern;
mod response;
mod schema;
mod security;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;

use crate::{
    emit::{camel, method_name, module, snake},
    ir::{Api, Operation, SecurityScheme, Tag, Ty, TypeDef},
};
use names::Names;
use node::Node;
pub(crate) use parameter::argument;

/// Something in the document that the generator can't express.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// JSON pointer into the bundled document.
    pub at: String,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}: {}", self.at, self.message)
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
    match lower_root(&root, &mut problems) {
        Ok(api) if problems.is_empty() => return Ok(api),
        Ok(_) => {}
        Err(problem) => problems.push(problem),
    }
    // A component is met again by each operation that refers to it.
    let mut seen = Vec::new();
    problems.retain(|problem| {
        !seen.contains(problem) && {
            seen.push(problem.clone());
            true
        }
    });
    Err(problems)
}

fn lower_root(root: &Node<'_>, problems: &mut Vec<Problem>) -> Result<Api> {
    root.refuse("security", "security must be written at each operation")?;
    root.only(&["openapi", "info", "servers", "tags", "paths", "components"])?;
    let version = root.need("openapi")?;
    if version.text()? != "3.1.0" {
        return Err(version.problem("the document must be OpenAPI 3.1.0"));
    }
    let mut names = Names::default();
    let components = root.need("components")?;
    components.only(&["schemas", "responses", "headers", "parameters", "examples", "securitySchemes"])?;
    let tags = info::tags(root, &mut names)?;
    let security = security::schemes(&components, &mut names)?;
    let types = types(&components, &mut names, problems)?;
    shared(&components, &mut names)?;
    let known = Known { types: &types, tags: &tags, security: &security };
    let operations = operations(&root.need("paths")?, &known, &mut names, problems)?;
    if problems.is_empty() {
        info::all_tags_used(root, &operations)?;
    }
    let info = root.need("info")?;
    info.only(&["title", "version", "description", "license"])?;
    Ok(Api {
        title: info.need("title")?.text()?.to_owned(),
        version: info.need("version")?.text()?.to_owned(),
        doc: info.doc()?,
        license: info::license(&info)?,
        servers: info::servers(root)?,
        tags,
        security,
        types,
        operations,
    })
}

/// What operations may name.
struct Known<'a> {
    types: &'a [TypeDef],
    tags: &'a [Tag],
    security: &'a [SecurityScheme],
}

impl Known<'_> {
    /// The component behind a type. One that failed to lower was reported already and is not known.
    fn def(&self, ty: &Ty) -> Option<&TypeDef> {
        let Ty::Ref(name) = ty else { return None };
        self.types.iter().find(|def| def.name == *name)
    }
}

fn types(components: &Node<'_>, names: &mut Names, problems: &mut Vec<Problem>) -> Result<Vec<TypeDef>> {
    let mut types = Vec::new();
    let Some(schemas) = components.get("schemas") else { return Ok(types) };
    for (name, node) in schemas.entries()? {
        let def = schema::type_def(name, &node);
        let named = def.and_then(|def| {
            names.types.take(name, &node)?;
            names.statics.take(&snake(name).to_uppercase(), &node).map(|()| def)
        });
        keep(named, &mut types, problems);
    }
    if problems.is_empty() {
        schema::no_cycles(&schemas, &types)?;
    }
    Ok(types)
}

/// Takes the names of the statics that responses and headers become.
fn shared(components: &Node<'_>, names: &mut Names) -> Result<()> {
    for (kind, prefix) in [("responses", "response"), ("headers", "header")] {
        let Some(all) = components.get(kind) else { continue };
        for (name, node) in all.entries()? {
            names.statics.take(&snake(&format!("{prefix} {name}")).to_uppercase(), &node)?;
        }
    }
    Ok(())
}

fn operations(
    paths: &Node<'_>,
    known: &Known<'_>,
    names: &mut Names,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    for (path, item) in paths.entries()? {
        if let Err(problem) = parameter::path(path, &item, names) {
            problems.push(problem);
            continue;
        }
        for (method, node) in item.entries()? {
            let operation = operation::operation(path, method, &node, known);
            let named = operation.and_then(|operation| name(&operation, &node, names).map(|()| operation));
            keep(named, &mut operations, problems);
        }
    }
    Ok(operations)
}

/// Takes the names that an operation has in generated code.
fn name(operation: &Operation, node: &Node<'_>, names: &mut Names) -> Result<()> {
    let id = node.need("operationId")?;
    names.operations.take(&operation.id, &id)?;
    // Methods of the SDK's handles, which go without the tag's name.
    names.method(&module(&operation.tag), method_name(operation), &id)?;
    let base = camel(&operation.id);
    let derived = ["Answer", "Query"].iter().map(|suffix| format!("{base}{suffix}"));
    derived.into_iter().try_for_each(|name| names.types.take(&name, &id))
}

fn keep<T>(item: Result<T>, items: &mut Vec<T>, problems: &mut Vec<Problem>) {
    match item {
        Ok(item) => items.push(item),
        Err(problem) => problems.push(problem),
    }
}

/// The types of a tag's trait, routes and handle are named after its module.
fn tag_types(tag: &str) -> [String; 2] {
    ["Api", "Routes"].map(|suffix| format!("{}{suffix}", camel(&module(tag))))
}
