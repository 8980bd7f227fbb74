//! Lowers schemas: components to types, uses to `Ty`.

use super::{Result, names::Taken, node::Node, nullable, pattern::pattern};
use crate::{
    emit::{snake, variant},
    ir::{Field, Kind, Number, Text, Ty, TypeDef},
};

/// Keywords that are refused with a better word than "not supported".
const REFUSED: [(&str, &str); 6] = [
    ("oneOf", "`oneOf` is only supported in a named union and in a required property that may be null"),
    ("anyOf", "`anyOf` is not supported: a named union of a string and an object is a `oneOf`"),
    ("allOf", "allOf is not supported: write the properties out"),
    ("not", "`not` is not supported: say what is permitted"),
    ("const", "`const` is not supported: write an `enum` with one value"),
    ("nullable", "`nullable` is not supported: write `type: [.., 'null']`"),
];

/// The types of a schema that takes any value.
const ANY: [&str; 6] = ["object", "array", "string", "number", "boolean", "null"];

pub(super) fn type_def(name: &str, node: &Node<'_>) -> Result<TypeDef> {
    let plain =
        name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric());
    if !plain {
        return Err(node.problem("a schema's name must be CamelCase letters and digits"));
    }
    node.refuse("$ref", "a component can't be a reference to another")?;
    let kind = if node.get("oneOf").is_some() {
        union(node)?
    } else if node.texts("type").is_ok_and(|types| types == ANY) {
        only(node, &[]).map(|()| Kind::Any)?
    } else {
        of_one_type(node)?
    };
    Ok(TypeDef { name: name.to_owned(), doc: node.need("description")?.text()?.to_owned(), kind })
}

fn of_one_type(node: &Node<'_>) -> Result<Kind> {
    match kind(node)? {
        "object" => object(node),
        "string" if node.get("enum").is_some() => enumeration(node),
        "string" => text(node),
        "number" => number(node, "double"),
        "integer" => number(node, "int32"),
        "array" => items(node).map(Kind::List),
        other => Err(node.need("type")?.problem(format!("a component of type {other} is not supported"))),
    }
}

/// A union of two components whose values differ in their JSON type, so that no other mark is needed.
fn union(node: &Node<'_>) -> Result<Kind> {
    node.only(&["oneOf", "description", "examples"])?;
    let variants = node.list("oneOf")?;
    let kinds: Vec<_> = variants
        .iter()
        .map(|variant| Ok((variant.schema_ref()?, variant.resolved()?.optional_text("type").ok().flatten())))
        .collect::<Result<_>>()?;
    let mut types: Vec<_> = kinds.iter().map(|(_, kind)| kind.as_deref().unwrap_or_default()).collect();
    types.sort_unstable();
    match kinds.as_slice() {
        [(Some(first), _), (Some(second), _)] if types == ["object", "string"] => {
            Ok(Kind::Union([(*first).to_owned(), (*second).to_owned()]))
        }
        _ => Err(node.need("oneOf")?.problem("a union is of two references: to a string and to an object")),
    }
}

/// The one type of a schema.
fn kind<'a>(node: &Node<'a>) -> Result<&'a str> {
    for (key, reason) in REFUSED {
        node.refuse(key, reason)?;
    }
    let kind = node.need("type")?;
    kind.text().map_err(|_| kind.problem("must be one type; only a required property may also be null"))
}

pub(super) fn only(node: &Node<'_>, keys: &[&str]) -> Result<()> {
    node.only(&[keys, &["type", "description", "examples"]].concat())
}

fn object(node: &Node<'_>) -> Result<Kind> {
    only(node, &["required", "properties", "additionalProperties"])?;
    let required = node.texts("required")?;
    let additions = node.texts("x-vouchsafe-extension-properties")?;
    let mut taken = Taken::except("new");
    let mut fields = Vec::new();
    for (name, property) in node.need("properties")?.entries()? {
        let is_required = required.iter().any(|known| known == name);
        let ty = nullable::ty(&property, is_required)?;
        // A reference may leave the description to the schema.
        let doc = if matches!(ty, Ty::Ref(_)) {
            property.doc()?
        } else {
            property.need("description")?.text()?.to_owned()
        };
        taken.take(&snake(name), &property)?;
        let addition = !is_required && additions.iter().any(|known| known == name);
        fields.push(Field { name: name.to_owned(), doc, required: is_required, addition, ty });
    }
    if let Some(unknown) = required.iter().find(|name| !fields.iter().any(|field| field.name == **name)) {
        return Err(node.need("required")?.problem(format!("`{unknown}` is required but is no property")));
    }
    let closed = match node.get("additionalProperties") {
        None => false,
        Some(open) => match open.as_bool() {
            Some(false) => true,
            _ => return Err(open.problem("only `false` is supported")),
        },
    };
    Ok(Kind::Struct { fields, closed })
}

fn enumeration(node: &Node<'_>) -> Result<Kind> {
    only(node, &["enum"])?;
    // The SDK keeps values that it does not know in `Other`.
    let mut taken = Taken::except("Other");
    for value in node.list("enum")? {
        let text = value.text()?;
        if !text.is_ascii() {
            return Err(value.problem("a value must be ASCII"));
        }
        taken.take(&variant(text), &value)?;
    }
    match node.texts("enum")? {
        values if values.is_empty() => Err(node.need("enum")?.problem("an enum has at least one value")),
        values => Ok(Kind::Enum(values)),
    }
}

fn text(node: &Node<'_>) -> Result<Kind> {
    only(node, &["minLength", "maxLength", "pattern", "format", "x-vouchsafe-rule", "x-vouchsafe-secret"])?;
    let (min, max) = (node.count("minLength")?, node.count("maxLength")?);
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        return Err(node.problem("minLength is greater than maxLength"));
    }
    if node.get("format").is_some() {
        known_format(node, "password")?;
    }
    if node.get("pattern").is_none() {
        node.refuse("x-vouchsafe-rule", "there is no pattern that this rule describes")?;
    }
    Ok(Kind::Text(Text {
        min,
        max,
        pattern: node.get("pattern").map(|node| pattern(&node)).transpose()?,
        format: node.optional_text("format")?,
        rule: node.optional_text("x-vouchsafe-rule")?,
        secret: node.flag("x-vouchsafe-secret")?,
    }))
}

fn number(node: &Node<'_>, format: &str) -> Result<Kind> {
    only(node, &["format", "minimum", "maximum", "exclusiveMinimum", "default"])?;
    known_format(node, format)?;
    let number = Number {
        integer: format == "int32",
        minimum: node.number("minimum")?,
        maximum: node.number("maximum")?,
        exclusive_minimum: node.number("exclusiveMinimum")?,
        default: node.number("default")?,
    };
    if number.minimum.is_some() {
        node.refuse("exclusiveMinimum", "there is a minimum already")?;
    }
    let bounds = [number.minimum, number.maximum, number.exclusive_minimum, number.default];
    if number.integer && bounds.iter().flatten().any(|bound| bound.fract() != 0.0) {
        return Err(node.problem("the bounds and the default of an integer must be whole"));
    }
    let above = |low: Option<f64>, value: Option<f64>| low.zip(value).is_some_and(|(low, value)| value < low);
    let not_above =
        |low: Option<f64>, value: Option<f64>| low.zip(value).is_some_and(|(low, value)| value <= low);
    if above(number.minimum, number.maximum) || not_above(number.exclusive_minimum, number.maximum) {
        return Err(node.problem("the maximum is below the minimum"));
    }
    let below = above(number.minimum, number.default) || not_above(number.exclusive_minimum, number.default);
    if below || above(number.default, number.maximum) {
        return Err(node.need("default")?.problem("the default is out of bounds"));
    }
    Ok(Kind::Number(number))
}

fn known_format(node: &Node<'_>, known: &str) -> Result<()> {
    let format = node.need("format")?;
    if format.text()? != known {
        return Err(format.problem(format!("only format {known} is supported here")));
    }
    Ok(())
}

/// The type of a property, an item, a parameter, a header.
pub(super) fn ty(node: &Node<'_>) -> Result<Ty> {
    if let Some(name) = node.schema_ref()? {
        node.only(&["$ref", "description"])?;
        return Ok(Ty::Ref(name.to_owned()));
    }
    of_type(kind(node)?, node)
}

/// What is written in place, of this type.
pub(super) fn of_type(kind: &str, node: &Node<'_>) -> Result<Ty> {
    match kind {
        "string" => string(node),
        "boolean" => only(node, &[]).map(|()| Ty::Boolean),
        "integer" => {
            for key in ["minimum", "maximum", "exclusiveMinimum", "default"] {
                node.refuse(key, "an integer with rules must be a named schema")?;
            }
            only(node, &["format"])?;
            known_format(node, "int32")?;
            Ok(Ty::Integer)
        }
        "array" => Ok(Ty::List(Box::new(items(node)?))),
        "object" => Err(node.problem("an object must be a named schema")),
        "number" => Err(node.problem("a number must be a named schema")),
        _ => Err(node.need("type")?.problem("one of string, boolean, integer, array is supported")),
    }
}

fn string(node: &Node<'_>) -> Result<Ty> {
    for key in ["minLength", "maxLength", "pattern", "enum", "x-vouchsafe-secret"] {
        node.refuse(key, "a string with rules must be a named schema")?;
    }
    only(node, &["format"])?;
    match node.get("format") {
        None => Ok(Ty::Text),
        Some(_) => known_format(node, "date-time").map(|()| Ty::DateTime),
    }
}

/// The type of an array's items.
fn items(node: &Node<'_>) -> Result<Ty> {
    only(node, &["items"])?;
    let items = node.need("items")?;
    match ty(&items)? {
        Ty::DateTime => Err(items.problem("a list of date-times is not supported")),
        item => Ok(item),
    }
}

/// Refuses schemas that contain themselves: no value of such a struct would have an end.
pub(super) fn no_cycles(schemas: &Node<'_>, types: &[TypeDef]) -> Result<()> {
    for def in types {
        let mut seen: Vec<&str> = Vec::new();
        let mut todo = uses(def);
        while let Some(name) = todo.pop() {
            if *name == def.name {
                return Err(schemas.need(&def.name)?.problem("a schema can't contain itself"));
            }
            if !seen.contains(&name) {
                seen.push(name);
                todo.extend(types.iter().filter(|known| known.name == *name).flat_map(uses));
            }
        }
    }
    Ok(())
}

/// The components that a component has in it.
fn uses(def: &TypeDef) -> Vec<&str> {
    match &def.kind {
        Kind::Struct { fields, .. } => fields.iter().filter_map(|field| component(&field.ty)).collect(),
        Kind::List(item) => component(item).into_iter().collect(),
        Kind::Union(variants) => variants.iter().map(String::as_str).collect(),
        Kind::Enum(_) | Kind::Text(_) | Kind::Number(_) | Kind::Any => Vec::new(),
    }
}

fn component(ty: &Ty) -> Option<&str> {
    match ty {
        Ty::List(ty) | Ty::Nullable(ty) => component(ty),
        Ty::Ref(name) => Some(name),
        Ty::Boolean | Ty::Text | Ty::DateTime | Ty::Integer => None,
    }
}
