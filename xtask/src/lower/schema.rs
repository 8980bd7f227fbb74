//! Lowers schemas: components to types, uses to `Ty`.

use super::{Result, node::Node};
use crate::ir::{Field, Kind, Number, Text, Ty, TypeDef};

const NOTES: [&str; 2] = ["title", "examples"];

pub(super) fn type_def(name: &str, node: &Node<'_>) -> Result<TypeDef> {
    let plain = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric());
    if !plain {
        return Err(node.problem("a schema's name must be CamelCase letters and digits"));
    }
    node.refuse("oneOf", "unions are not supported: name each variant's schema and give it an operation")?;
    node.refuse("allOf", "allOf is not supported: write the properties out")?;
    let kind = match node.need("type")?.text()? {
        "object" => object(node)?,
        "string" if node.get("enum").is_some() => {
            only(node, &["type", "description", "enum"])?;
            Kind::Enum(node.texts("enum")?)
        }
        "string" => text(node)?,
        "number" => number(node, "double")?,
        "integer" => number(node, "int32")?,
        other => return Err(node.need("type")?.problem(format!("a component of type {other} is not supported"))),
    };
    Ok(TypeDef { name: name.to_owned(), doc: node.doc()?, kind })
}

fn only(node: &Node<'_>, keys: &[&str]) -> Result<()> {
    node.only(&[keys, &NOTES].concat())
}

fn object(node: &Node<'_>) -> Result<Kind> {
    only(node, &["type", "description", "required", "properties", "additionalProperties"])?;
    let required = node.texts("required")?;
    let mut fields = Vec::new();
    for (name, property) in node.need("properties")?.entries()? {
        let ty = ty(&property)?;
        fields.push(Field {
            name: name.to_owned(),
            doc: property.doc()?,
            required: required.iter().any(|known| known == name),
            ty,
        });
    }
    if let Some(unknown) = required.iter().find(|name| !fields.iter().any(|field| field.name == **name)) {
        return Err(node.need("required")?.problem(format!("`{unknown}` is required but is no property")));
    }
    let closed = match node.get("additionalProperties") {
        None => false,
        Some(_) if !node.flag("additionalProperties")? => true,
        Some(open) => return Err(open.problem("only `false` is supported")),
    };
    Ok(Kind::Struct { fields, closed })
}

fn text(node: &Node<'_>) -> Result<Kind> {
    only(node, &["type", "description", "minLength", "maxLength", "pattern", "format"])?;
    Ok(Kind::Text(Text {
        min: node.count("minLength")?,
        max: node.count("maxLength")?,
        pattern: node.optional_text("pattern")?,
        format: node.optional_text("format")?,
        rule: node.optional_text("x-vouchsafe-rule")?,
        secret: node.flag("x-vouchsafe-secret")?,
    }))
}

fn number(node: &Node<'_>, format: &str) -> Result<Kind> {
    only(node, &["type", "description", "format", "minimum", "maximum", "exclusiveMinimum", "default"])?;
    known_format(node, format)?;
    Ok(Kind::Number(Number {
        integer: format == "int32",
        minimum: node.number("minimum")?,
        maximum: node.number("maximum")?,
        exclusive_minimum: node.number("exclusiveMinimum")?,
        default: node.number("default")?,
    }))
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
    let kind = node.need("type")?;
    match kind.text().ok() {
        Some("string") => string(node),
        Some("boolean") => only(node, &["type", "description", "example"]).map(|()| Ty::Boolean),
        Some("integer") => {
            for key in ["minimum", "maximum"] {
                node.refuse(key, "a constrained integer must be a named schema")?;
            }
            only(node, &["type", "description", "format", "example"])?;
            known_format(node, "int32")?;
            Ok(Ty::Integer)
        }
        Some("array") => {
            only(node, &["type", "description", "items"])?;
            Ok(Ty::List(Box::new(ty(&node.need("items")?)?)))
        }
        Some("object") => Err(node.problem("an object must be a named schema")),
        Some("number") => Err(node.problem("a number must be a named schema")),
        _ => Err(kind.problem("one of string, boolean, integer, array is supported")),
    }
}

fn string(node: &Node<'_>) -> Result<Ty> {
    for key in ["minLength", "maxLength", "pattern"] {
        node.refuse(key, "a constrained string must be a named schema")?;
    }
    only(node, &["type", "description", "format", "enum", "example"])?;
    match node.optional_text("format")?.as_deref() {
        None => Ok(Ty::Text),
        Some("date-time") => Ok(Ty::DateTime),
        Some(_) => known_format(node, "date-time").map(|()| Ty::DateTime),
    }
}
