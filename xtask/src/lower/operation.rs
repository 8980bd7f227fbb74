//! Lowers operations: parameters, body, responses, security.

use super::{Result, node::Node, schema};
use crate::ir::{Body, Header, HeaderValue, Kind, Operation, Param, Place, Response, Ty, TypeDef};

/// Headers that the server sets on every response alike.
const AMBIENT: [&str; 1] = ["X-Request-Id"];

pub(super) fn operation(path: &str, method: &str, node: &Node<'_>, types: &[TypeDef]) -> Result<Operation> {
    if !["get", "put", "post", "delete", "patch"].contains(&method) {
        return Err(node.problem(format!("`{method}` is not supported in a path")));
    }
    node.only(&[
        "operationId", "summary", "description", "tags", "security", "parameters", "requestBody", "responses",
    ])?;
    let tags = node.texts("tags")?;
    let [tag] = tags.as_slice() else {
        return Err(node.problem("an operation has exactly one tag"));
    };
    let operation = Operation {
        id: node.need("operationId")?.text()?.to_owned(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        tag: tag.clone(),
        summary: node.need("summary")?.text()?.to_owned(),
        doc: node.doc()?,
        security: security(node)?,
        params: node.list("parameters")?.iter().map(param).collect::<Result<_>>()?,
        body: node.get("requestBody").map(|body| request_body(&body, types)).transpose()?,
        responses: responses(&node.need("responses")?)?,
    };
    let in_path = path.matches('{').count();
    if operation.path_params().count() != in_path {
        return Err(node.problem(format!("the path has {in_path} parameters, the operation declares others")));
    }
    Ok(operation)
}

fn security(node: &Node<'_>) -> Result<Option<(String, Vec<String>)>> {
    let alternatives = node.list("security")?;
    let [alternative] = alternatives.as_slice() else {
        return match alternatives.len() {
            0 => Ok(None),
            _ => Err(node.need("security")?.problem("alternatives of security are not supported")),
        };
    };
    match alternative.entries()?.as_slice() {
        [(name, _)] => Ok(Some(((*name).to_owned(), alternative.texts(name)?))),
        _ => Err(alternative.problem("exactly one security scheme is supported")),
    }
}

fn param(node: &Node<'_>) -> Result<Param> {
    let node = node.resolved()?;
    node.only(&["name", "in", "description", "required", "schema", "example"])?;
    let place = node.need("in")?;
    let place = match place.text()? {
        "path" => Place::Path,
        "query" => Place::Query,
        other => return Err(place.problem(format!("parameters in {other} are not supported"))),
    };
    let schema = node.need("schema")?;
    let ty = schema::ty(&schema)?;
    if matches!(ty, Ty::List(_)) {
        return Err(schema.problem("list parameters are not supported"));
    }
    node.need("required")?;
    Ok(Param {
        name: node.need("name")?.text()?.to_owned(),
        place,
        doc: node.doc()?,
        required: node.flag("required")?,
        ty,
    })
}

fn request_body(node: &Node<'_>, types: &[TypeDef]) -> Result<Body> {
    node.only(&["description", "required", "content"])?;
    let schema = json_schema(&node.need("content")?)?;
    match schema::ty(&schema)? {
        Ty::Ref(type_name) if is_struct(&type_name, types) => {
            Ok(Body { doc: node.doc()?, required: node.flag("required")?, type_name })
        }
        _ => Err(schema.problem("a request body must be a named object schema")),
    }
}

fn is_struct(name: &str, types: &[TypeDef]) -> bool {
    // A component that failed to lower was reported already; only a known non-object is refused here.
    types.iter().find(|known| known.name == name).is_none_or(|known| matches!(known.kind, Kind::Struct { .. }))
}

/// The schema under `application/json`, the only media type.
fn json_schema<'a>(content: &Node<'a>) -> Result<Node<'a>> {
    content.only(&["application/json"])?;
    let media = content.need("application/json")?;
    media.only(&["schema", "examples"])?;
    media.need("schema")
}

fn responses(node: &Node<'_>) -> Result<Vec<Response>> {
    let mut responses = Vec::new();
    for (status, response) in node.entries()? {
        let Some(code) = status.parse().ok().filter(|code| (200..600).contains(code)) else {
            return Err(response.problem("a response's status must be a number from 200 to 599"));
        };
        responses.push(self::response(code, &response.resolved()?)?);
    }
    responses.sort_by_key(|response| response.status);
    match responses.iter().filter(|response| response.status < 300).count() {
        1 => Ok(responses),
        n => Err(node.problem(format!("an operation has exactly one 2xx response, this one has {n}"))),
    }
}

fn response(status: u16, node: &Node<'_>) -> Result<Response> {
    node.only(&["description", "headers", "content"])?;
    let mut headers = Vec::new();
    if let Some(all) = node.get("headers") {
        for (name, node) in all.entries()? {
            headers.push(header(name, &node.resolved()?)?);
        }
    }
    let body = node.get("content").map(|content| json_schema(&content).and_then(|schema| schema::ty(&schema)));
    Ok(Response { status, doc: node.need("description")?.text()?.to_owned(), headers, body: body.transpose()? })
}

fn header(name: &str, node: &Node<'_>) -> Result<Header> {
    node.only(&["description", "schema", "example"])?;
    let schema = node.need("schema")?;
    let value = match schema.texts("enum")?.as_slice() {
        _ if AMBIENT.contains(&name) => HeaderValue::Ambient,
        [] => HeaderValue::Handler,
        [constant] => HeaderValue::Constant(constant.clone()),
        _ => return Err(schema.problem("a header's enum has one value")),
    };
    Ok(Header { name: name.to_owned(), doc: node.doc()?, required: node.flag("x-vouchsafe-required")?, ty: schema::ty(&schema)?, value })
}
