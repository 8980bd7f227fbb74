//! Lowers security: the schemes, and what an operation asks for.

use super::{Known, Result, names::Names, node::Node};
use crate::{
    emit::snake,
    ir::{SchemeKind, SecurityScheme},
};

pub(super) fn schemes(components: &Node<'_>, names: &mut Names) -> Result<Vec<SecurityScheme>> {
    let Some(schemes) = components.get("securitySchemes") else { return Ok(Vec::new()) };
    schemes.entries()?.iter().map(|(name, node)| scheme(name, node, names)).collect()
}

fn scheme(name: &str, node: &Node<'_>, names: &mut Names) -> Result<SecurityScheme> {
    let kind = node.need("type")?;
    let kind = match kind.text()? {
        "oauth2" => client_credentials(node)?,
        "http" => basic(node)?,
        "apiKey" => cookie(node)?,
        _ => return Err(kind.problem("one of oauth2, http, apiKey is supported")),
    };
    names.statics.take(&snake(&format!("scheme {name}")).to_uppercase(), node)?;
    Ok(SecurityScheme { name: name.to_owned(), doc: node.doc()?, kind })
}

fn client_credentials(node: &Node<'_>) -> Result<SchemeKind> {
    node.only(&["type", "description", "flows"])?;
    let flows = node.need("flows")?;
    flows.only(&["clientCredentials"])?;
    let flow = flows.need("clientCredentials")?;
    flow.only(&["tokenUrl", "scopes"])?;
    let scopes = flow.need("scopes")?.entries()?.into_iter();
    Ok(SchemeKind::OAuth2 {
        token_url: flow.need("tokenUrl")?.text()?.to_owned(),
        scopes: scopes
            .map(|(scope, doc)| Ok((scope.to_owned(), doc.text()?.to_owned())))
            .collect::<Result<_>>()?,
    })
}

fn basic(node: &Node<'_>) -> Result<SchemeKind> {
    node.only(&["type", "description", "scheme"])?;
    let scheme = node.need("scheme")?;
    match scheme.text()? {
        "basic" => Ok(SchemeKind::Basic),
        _ => Err(scheme.problem("only basic is supported of the HTTP schemes")),
    }
}

fn cookie(node: &Node<'_>) -> Result<SchemeKind> {
    node.only(&["type", "description", "in", "name"])?;
    let place = node.need("in")?;
    if place.text()? != "cookie" {
        return Err(place.problem("a key is only supported in a cookie"));
    }
    Ok(SchemeKind::Cookie(node.need("name")?.text()?.to_owned()))
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
    let known: &[(String, String)] = match &defined.kind {
        SchemeKind::OAuth2 { scopes, .. } => scopes,
        SchemeKind::Basic | SchemeKind::Cookie(_) => &[],
    };
    let unknown = scopes.iter().position(|scope| !known.iter().any(|(known, _)| known == scope));
    match unknown.and_then(|index| alternative.list(name).ok()?.into_iter().nth(index)) {
        Some(scope) => Err(scope.problem("the security scheme has no such scope")),
        None => Ok(Some(((*name).to_owned(), scopes))),
    }
}
