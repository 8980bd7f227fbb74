//! Lowers security: the schemes, and what an operation asks for.

use super::{Known, Result, names::Names, node::Node};
use crate::{emit::snake, ir::SecurityScheme};

pub(super) fn schemes(components: &Node<'_>, names: &mut Names) -> Result<Vec<SecurityScheme>> {
    let Some(schemes) = components.get("securitySchemes") else { return Ok(Vec::new()) };
    schemes.entries()?.iter().map(|(name, node)| scheme(name, node, names)).collect()
}

fn scheme(name: &str, node: &Node<'_>, names: &mut Names) -> Result<SecurityScheme> {
    let kind = node.need("type")?;
    if kind.text()? != "oauth2" {
        return Err(kind.problem("only oauth2 is supported"));
    }
    node.only(&["type", "description", "flows"])?;
    names.statics.take(&snake(&format!("scheme {name}")).to_uppercase(), node)?;
    let flows = node.need("flows")?;
    flows.only(&["clientCredentials"])?;
    let flow = flows.need("clientCredentials")?;
    flow.only(&["tokenUrl", "scopes"])?;
    let scopes = flow.need("scopes")?.entries()?.into_iter();
    Ok(SecurityScheme {
        name: name.to_owned(),
        doc: node.doc()?,
        token_url: flow.need("tokenUrl")?.text()?.to_owned(),
        scopes: scopes
            .map(|(scope, doc)| Ok((scope.to_owned(), doc.text()?.to_owned())))
            .collect::<Result<_>>()?,
    })
}

/// The scheme and scopes of an operation; none where it says `security: []`.
pub(super) fn requirement(node: &Node<'_>, known: &Known<'_>) -> Result<Option<(String, Vec<String>)>> {
    // Silence would open an operation to everyone.
    let security = node.need("security")?;
    let alternatives = node.list("security")?;
    let [alternative] = alternatives.as_slice() else {
        return match alternatives.len() {
            0 => Ok(None),
            _ => Err(security.problem("alternatives of security are not supported")),
        };
    };
    let entries = alternative.entries()?;
    let [(name, scheme)] = entries.as_slice() else {
        return Err(alternative.problem("exactly one security scheme is supported"));
    };
    let Some(defined) = known.security.iter().find(|defined| defined.name == *name) else {
        return Err(scheme.problem("the document has no such security scheme"));
    };
    let scopes = alternative.texts(name)?;
    let unknown = scopes.iter().position(|scope| !defined.scopes.iter().any(|(defined, _)| defined == scope));
    match unknown.and_then(|index| alternative.list(name).ok()?.into_iter().nth(index)) {
        Some(scope) => Err(scope.problem("the security scheme has no such scope")),
        None => Ok(Some(((*name).to_owned(), scopes))),
    }
}
