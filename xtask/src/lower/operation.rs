//! Lowers operations.

use super::{Known, Result, names::is_snake, node::Node, parameter, response, schema, security};
use crate::ir::{Body, Kind, Operation, Ty, TypeDef};

pub(super) fn operation(path: &str, method: &str, node: &Node<'_>, known: &Known<'_>) -> Result<Operation> {
    if !["get", "put", "post", "delete", "patch"].contains(&method) {
        return Err(node.problem(format!("`{method}` is not supported in a path")));
    }
    node.only(&[
        "operationId",
        "summary",
        "description",
        "tags",
        "security",
        "parameters",
        "requestBody",
        "responses",
    ])?;
    let tag = tag(node, known)?;
    let body = node.get("requestBody");
    if let Some(body) = body.as_ref().filter(|_| ["get", "delete"].contains(&method)) {
        return Err(body.problem(format!("a {} has no body", method.to_uppercase())));
    }
    Ok(Operation {
        id: id(node)?,
        method: method.to_uppercase(),
        path: path.to_owned(),
        tag,
        summary: node.need("summary")?.text()?.to_owned(),
        doc: node.doc()?,
        security: security::requirement(node, known)?,
        params: parameter::parameters(path, node, known)?,
        body: body.map(|body| request_body(&body, known)).transpose()?,
        responses: response::responses(&node.need("responses")?, known)?,
    })
}

fn tag(node: &Node<'_>, known: &Known<'_>) -> Result<String> {
    let tags = node.list("tags")?;
    let [tag] = tags.as_slice() else {
        return Err(node.problem("an operation has exactly one tag"));
    };
    let name = tag.text()?;
    if !known.tags.iter().any(|tag| tag.name == name) {
        return Err(tag.problem("the document has no such tag"));
    }
    Ok(name.to_owned())
}

/// The operation's id: the resource and what is done with it, in snake case.
fn id(node: &Node<'_>) -> Result<String> {
    let node = node.need("operationId")?;
    let id = node.text()?;
    if is_snake(id) {
        Ok(id.to_owned())
    } else {
        Err(node.problem("an operation's id must be in snake case"))
    }
}

fn request_body(node: &Node<'_>, known: &Known<'_>) -> Result<Body> {
    node.only(&["description", "required", "content"])?;
    if !node.flag("required")? {
        return Err(node.problem("a body must be required; its properties may be optional"));
    }
    let schema = schema_under(&node.need("content")?, "application/json")?;
    let ty = schema::ty(&schema)?;
    let carried = |def: &TypeDef| matches!(def.kind, Kind::Struct { .. } | Kind::List(_) | Kind::Text(_));
    match ty {
        Ty::Ref(type_name) if known.def(&Ty::Ref(type_name.clone())).is_none_or(carried) => {
            Ok(Body { doc: node.doc()?, required: true, type_name })
        }
        _ => Err(schema.problem("a request body must be a named schema: an object, a list or a string")),
    }
}

/// The schema under the only media type.
pub(super) fn schema_under<'a>(content: &Node<'a>, media: &str) -> Result<Node<'a>> {
    content.only(&[media])?;
    let media = content.need(media)?;
    media.only(&["schema", "examples"])?;
    media.need("schema")
}
