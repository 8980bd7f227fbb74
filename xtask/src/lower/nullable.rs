//! Lowers properties that may be null: `type: [string, 'null']`, or `oneOf` a reference and `type: 'null'`.

use super::{Result, node::Node, schema};
use crate::ir::Ty;

/// The type of a property. One that may be null must be there, so that absent and null never both are legal.
pub(super) fn ty(node: &Node<'_>, required: bool) -> Result<Ty> {
    let ty = match (node.get("oneOf"), node.get("type")) {
        (Some(alternatives), _) => reference(node, &alternatives)?,
        (None, Some(kind)) if kind.is_list() => in_place(node, &kind)?,
        _ => return schema::ty(node),
    };
    if !required {
        return Err(node.problem("a property that may be null must be required"));
    }
    Ok(Ty::Nullable(Box::new(ty)))
}

fn reference(node: &Node<'_>, alternatives: &Node<'_>) -> Result<Ty> {
    node.only(&["oneOf", "description"])?;
    let list = node.list("oneOf")?;
    if let [first, second] = list.as_slice()
        && let Some(name) = first.schema_ref()?
        && second.optional_text("type").is_ok_and(|kind| kind.as_deref() == Some("null"))
    {
        first.only(&["$ref"])?;
        second.only(&["type"])?;
        return Ok(Ty::Ref(name.to_owned()));
    }
    Err(alternatives.problem("a `oneOf` in a property is of a reference and of `type: 'null'`"))
}

fn in_place(node: &Node<'_>, kind: &Node<'_>) -> Result<Ty> {
    match node.texts("type")?.as_slice() {
        [name, null] if null == "null" && ["string", "integer", "boolean"].contains(&name.as_str()) => {
            schema::of_type(name, node)
        }
        _ => Err(kind.problem("must be one type, or one of string, integer, boolean and 'null'")),
    }
}
