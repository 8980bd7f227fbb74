//! The compiling example of every generated method.

use super::{
    queries,
    rust::Rust,
    schemas::{is_literal, value_ty},
};
use crate::{
    emit::{ident, snake, variant},
    ir::{Content, Field, Kind, Operation, Ty, TypeDef},
};

fn block(lines: &[&str]) -> String {
    format!("```\n# use vouchsafe_sdk::*;\n{}\n```", lines.join("\n"))
}

/// An example that talks to a server by this type of client, so that it compiles but does not run. `args` are the
/// hidden function's.
pub(super) fn calling(client: &str, args: &str, code: &str) -> String {
    format!(
        "```no_run\n# use vouchsafe_sdk::*;\n# async fn example(client: &{client}{args}) -> Result<(), Error> {{\n\
         {code}\n# Ok(())\n# }}\n```"
    )
}

pub(super) fn identifier(name: &str) -> String {
    block(&[&format!(
        "assert_eq!({name}::from(\"efh63sad72g0sggo3s5a\").as_str(), \"efh63sad72g0sggo3s5a\");"
    )])
}

pub(super) fn as_str(name: &str, values: &[String]) -> String {
    let value = values.last().map_or("", String::as_str);
    block(&[&format!("assert_eq!({name}::{}.as_str(), \"{value}\");", variant(value))])
}

pub(super) fn constructor(rust: &Rust<'_>, def: &TypeDef) -> String {
    new(&def.name, &required(rust, def))
}

pub(super) fn new(name: &str, args: &[String]) -> String {
    block(&[&format!("let {} = {name}::new({});", variable(name), args.join(", "))])
}

pub(super) fn setter(rust: &Rust<'_>, owner: &str, field: &Field) -> String {
    let built = rust.def(owner).map_or_else(|| format!("{owner}::new()"), |def| build(rust, def));
    let value = value(rust, &field.name, value_ty(&field.ty));
    block(&[&format!("let {} = {built}.{}({value});", variable(owner), ident(&snake(&field.name)))])
}

/// `request`, `update`, `query`: the last word of a type's name.
fn variable(name: &str) -> String {
    snake(name).rsplit('_').next().unwrap_or("value").to_owned()
}

/// A struct with what is required, by `new` or as a literal.
fn build(rust: &Rust<'_>, def: &TypeDef) -> String {
    let name = &def.name;
    let Kind::Struct { fields, .. } = &def.kind else { return name.clone() };
    if !is_literal(def) {
        return format!("{name}::new({})", required(rust, def).join(", "));
    }
    let fields = fields.iter().map(|field| {
        let key = ident(&snake(&field.name));
        if field.needs_value() {
            let into = if rust.converts(&field.ty) { ".into()" } else { "" };
            format!("    {key}: {}{into},", value(rust, &field.name, &field.ty))
        } else {
            format!("    {key}: None,")
        }
    });
    format!("{name} {{\n{}\n}}", fields.collect::<Vec<_>>().join("\n"))
}

/// The arguments of a struct's `new`.
fn required(rust: &Rust<'_>, def: &TypeDef) -> Vec<String> {
    match &def.kind {
        Kind::Struct { fields, .. } => fields
            .iter()
            .filter(|field| field.needs_value())
            .map(|field| value(rust, &field.name, &field.ty))
            .collect(),
        _ => Vec::new(),
    }
}

/// A value that compiles where `ty` is taken.
pub(super) fn value(rust: &Rust<'_>, name: &str, ty: &Ty) -> String {
    match ty {
        Ty::Boolean => "true".to_owned(),
        Ty::Integer => "100".to_owned(),
        Ty::Text => text(name),
        Ty::DateTime => "time::OffsetDateTime::UNIX_EPOCH".to_owned(),
        Ty::List(item) => format!("vec![{}.into()]", value(rust, name, item)),
        Ty::Nullable(ty) => format!("Some({}.into())", value(rust, name, ty)),
        Ty::Ref(target) => match rust.def(target).map(|def| (def, &def.kind)) {
            Some((_, Kind::Enum(values))) => {
                format!("{target}::{}", variant(values.last().map_or("", String::as_str)))
            }
            Some((_, Kind::Number(number))) if number.integer => "100".to_owned(),
            Some((_, Kind::Number(number))) => format!("{:?}", number.default.unwrap_or(1.0)),
            Some((def, Kind::Struct { .. })) => build(rust, def),
            Some((_, Kind::List(item))) => format!("vec![{}.into()]", value(rust, name, item)),
            Some((_, Kind::Any)) => "serde_json::Value::Null".to_owned(),
            Some((def, Kind::Text(_))) if rust.is_identifier(def) => "\"efh63sad72g0sggo3s5a\"".to_owned(),
            _ => text(name),
        },
    }
}

fn text(name: &str) -> String {
    format!("\"my-{}\"", snake(name).replace('_', "-"))
}

/// The call of an operation; `method` is its name on the handle `handle`, which is made by this type of client.
pub(super) fn operation(
    rust: &Rust<'_>,
    (client, handle): (&str, &str),
    method: &str,
    operation: &Operation,
) -> String {
    let mut hidden = String::new();
    let mut args = Vec::new();
    for param in operation.path_params() {
        let name = ident(&snake(&param.name)).to_string();
        let ty = rust.borrowed(&param.ty);
        hidden.push_str(&format!(", {name}: {}", ty.to_string().replace("& ", "&")));
        args.push(name);
    }
    if operation.query_params().next().is_some() {
        let required = operation.query_params().filter(|param| param.required);
        let required: Vec<_> = required.map(|param| value(rust, &param.name, &param.ty)).collect();
        args.push(format!("&{}::new({})", queries::name(operation), required.join(", ")));
    }
    if let Some(def) = operation.body.as_ref().and_then(|body| rust.def(&body.type_name)) {
        args.push(match super::operations::only_required(def) {
            Some(field) => value(rust, &field.name, &field.ty),
            None if matches!(def.kind, Kind::Text(_)) => text(&def.name),
            None if let Kind::List(item) = &def.kind => {
                format!("&[{}.into()]", value(rust, &def.name, item))
            }
            None => format!("&{}", build(rust, def)),
        });
    }
    let bound = match operation.success().body.as_ref().map(Content::ty) {
        Some(Ty::Ref(name)) => format!("let {} = ", variable(name)),
        Some(_) => "let answer = ".to_owned(),
        None => String::new(),
    };
    calling(client, &hidden, &format!("{bound}client.{handle}().{method}({}).await?;", args.join(", ")))
}
