//! Lowers what stands around the operations: licence, servers, tags.

use super::{Result, names::Names, node::Node, tag_types};
use crate::{
    emit::{module, snake},
    ir::{Operation, Server, Tag, Variable},
};

/// The licence's name and SPDX identifier.
pub(super) fn license(info: &Node<'_>) -> Result<(String, String)> {
    let license = info.need("license")?;
    license.only(&["name", "identifier"])?;
    Ok((license.need("name")?.text()?.to_owned(), license.need("identifier")?.text()?.to_owned()))
}

pub(super) fn servers(root: &Node<'_>) -> Result<Vec<Server>> {
    root.list("servers")?.iter().map(server).collect()
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
                values: variable.texts("enum")?,
            });
        }
    }
    Ok(Server { url: node.need("url")?.text()?.to_owned(), doc: node.doc()?, variables })
}

pub(super) fn tags(root: &Node<'_>, names: &mut Names) -> Result<Vec<Tag>> {
    root.list("tags")?.iter().map(|node| tag(node, names)).collect()
}

fn tag(node: &Node<'_>, names: &mut Names) -> Result<Tag> {
    node.only(&["name", "description"])?;
    let name = node.need("name")?.text()?;
    names.modules.take(&module(name), node)?;
    names.statics.take(&snake(&format!("tag {name}")).to_uppercase(), node)?;
    tag_types(name).iter().try_for_each(|name| names.types.take(name, node))?;
    Ok(Tag { name: name.to_owned(), doc: node.need("description")?.text()?.to_owned() })
}

pub(super) fn all_tags_used(root: &Node<'_>, operations: &[Operation]) -> Result<()> {
    for node in root.list("tags")? {
        let name = node.need("name")?.text()?;
        if !operations.iter().any(|operation| operation.tag == name) {
            return Err(node.problem("no operation has this tag"));
        }
    }
    Ok(())
}
