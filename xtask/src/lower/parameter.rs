//! Lowers paths and parameters.

use super::{
    Known, Result,
    names::{Names, Taken},
    node::Node,
    response, schema,
};
use crate::{
    emit::snake,
    ir::{Kind, Param, Place, Ty},
};

/// Arguments and variables of generated code beside the path's parameters.
const ARGUMENTS: &str = "api body call caller client query request";

/// Headers that `OpenAPI` says otherwise: as parameters they would be ignored.
const SAID_OTHERWISE: [&str; 3] = ["accept", "authorization", "content-type"];

/// A segment of a path.
enum Segment<'a> {
    Fixed,
    Parameter(&'a str),
}

fn segments(path: &str) -> Option<Vec<Segment<'_>>> {
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c))
    };
    let segment = |text| {
        let name = str::strip_prefix(text, '{').and_then(|text| text.strip_suffix('}'));
        let segment = name.map_or(Segment::Fixed, Segment::Parameter);
        plain(name.unwrap_or(text)).then_some(segment)
    };
    path.strip_prefix('/')?.split('/').map(segment).collect()
}

/// Refuses a path that the router reads in another way, or that another path covers.
pub(super) fn path(path: &str, node: &Node<'_>, names: &mut Names) -> Result<()> {
    let Some(segments) = segments(path) else {
        return Err(node
            .problem("a path is made of plain segments and of `{name}` segments, and ends without a slash"));
    };
    let shape: Vec<_> = path
        .split('/')
        .skip(1)
        .zip(segments)
        .map(|(text, segment)| if matches!(segment, Segment::Fixed) { text } else { "{}" })
        .collect();
    match names.paths.insert(shape.join("/"), path.to_owned()) {
        Some(other) => Err(node.problem(format!("the path is the same as {other}"))),
        None => Ok(()),
    }
}

pub(super) fn parameters(path: &str, node: &Node<'_>, known: &Known<'_>) -> Result<Vec<Param>> {
    let (mut arguments, mut in_query) = (Taken::except(ARGUMENTS), Taken::except("new"));
    let mut params = Vec::new();
    for node in node.list("parameters")? {
        let param = param(&node, known)?;
        let taken = if param.place == Place::Query { &mut in_query } else { &mut arguments };
        taken.take(&argument(&param), &node)?;
        params.push(param);
    }
    let named = |name: &str| params.iter().any(|param| param.place == Place::Path && param.name == name);
    let used: Vec<_> = segments(path)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|segment| if let Segment::Parameter(name) = segment { Some(name) } else { None })
        .collect();
    if let Some(name) = used.iter().find(|name| !named(name)) {
        return Err(node.problem(format!("the path's parameter `{name}` is not declared")));
    }
    match params.iter().find(|param| param.place == Place::Path && !used.contains(&param.name.as_str())) {
        Some(param) => Err(node.problem(format!("the path has no parameter `{}`", param.name))),
        None => Ok(params),
    }
}

/// What a parameter is called in generated code. The case of a header's name means nothing (RFC 9110 section 5.1).
pub(crate) fn argument(param: &Param) -> String {
    if param.place == Place::Headers { snake(&param.name.to_lowercase()) } else { snake(&param.name) }
}

fn param(node: &Node<'_>, known: &Known<'_>) -> Result<Param> {
    let node = node.resolved()?;
    node.only(&["name", "in", "description", "required", "schema", "example"])?;
    let place = node.need("in")?;
    let place = match place.text()? {
        "path" => Place::Path,
        "query" => Place::Query,
        "header" => Place::Headers,
        other => return Err(place.problem(format!("parameters in {other} are not supported"))),
    };
    node.need("required")?;
    let required = node.flag("required")?;
    if place == Place::Path && !required {
        return Err(node.problem("a parameter in the path is required"));
    }
    let name = node.need("name")?;
    if place == Place::Headers {
        header(&name, required)?;
    }
    let schema = node.need("schema")?;
    let ty = schema::ty(&schema)?;
    if secret(&ty, known) {
        return Err(schema.problem("a secret must not be a parameter"));
    }
    if !carried(place, &ty, known) {
        return Err(schema.problem(match place {
            Place::Path | Place::Headers => {
                "a parameter in the path or a header must be a string without a format or a named one"
            }
            Place::Query => {
                "a parameter in the query must be a string, an integer or a named schema of one value"
            }
        }));
    }
    let doc = node.need("description")?.text()?.to_owned();
    Ok(Param { name: name.text()?.to_owned(), place, doc, required, ty })
}

/// Refuses a header that can't be a parameter; `required` says whether it is to be.
fn header(name: &Node<'_>, required: bool) -> Result<()> {
    let text = name.text()?;
    if !response::is_header(text) || SAID_OTHERWISE.contains(&text.to_lowercase().as_str()) {
        return Err(name.problem("no parameter can be a header of this name"));
    }
    if required {
        return Err(name.problem("a parameter in a header must not be required"));
    }
    Ok(())
}

fn secret(ty: &Ty, known: &Known<'_>) -> bool {
    known.def(ty).is_some_and(|def| matches!(&def.kind, Kind::Text(text) if text.secret))
}

/// Whether server and SDK can carry the type at this place.
fn carried(place: Place, ty: &Ty, known: &Known<'_>) -> bool {
    let kind = known.def(ty).map(|def| &def.kind);
    match (ty, place) {
        (Ty::Text, _) | (Ty::Integer | Ty::DateTime, Place::Query) => true,
        (Ty::Ref(_), Place::Path | Place::Headers) => kind.is_none_or(|kind| matches!(kind, Kind::Text(_))),
        (Ty::Ref(_), Place::Query) => {
            kind.is_none_or(|kind| matches!(kind, Kind::Text(_) | Kind::Enum(_) | Kind::Number(_)))
        }
        (Ty::Boolean | Ty::DateTime | Ty::List(_) | Ty::Nullable(_) | Ty::Integer, _) => false,
    }
}
