//! The rules of trust stores.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Call, Reply,
    configuration::{TRUST_STORES, Weakness, failure},
};

/// Why a trust store is refused.
pub(super) fn refused(weakness: Weakness, others: &BTreeMap<String, Value>, call: &Call) -> Option<Reply> {
    let body = &call.body;
    let syntactic = |place: &str| Some(failure(400, "SyntacticError", &format!("{}/{place}", call.path)));
    if call.path.ends_with("/-7001") && weakness != Weakness::BuiltInChanges {
        return Some(failure(400, "SyntacticError", &call.path));
    }
    if body["trust_store_type"] != "custom" && weakness != Weakness::BuiltInChanges {
        return syntactic("trust_store_type");
    }
    let urls: Vec<&str> =
        body["crl_urls"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let none = match body["revocation_check"].as_str() {
        Some("none") => true,
        Some("full" | "leaf") => false,
        _ => return syntactic("revocation_check"),
    };
    if none != urls.is_empty() && weakness != Weakness::NoRevocationRule {
        return syntactic("crl_urls");
    }
    if let Some(index) =
        urls.iter().position(|url| !url.starts_with("http://") && !url.starts_with("https://"))
    {
        return syntactic(&format!("crl_urls/{index}"));
    }
    contradictory(weakness, others, call, &urls).then(|| failure(400, "SemanticError", TRUST_STORES))
}

fn contradictory(weakness: Weakness, others: &BTreeMap<String, Value>, call: &Call, urls: &[&str]) -> bool {
    let others = others.iter().filter(|(path, _)| **path != call.path);
    let taken = others.into_iter().any(|(_, other)| other.get("name") == Some(&call.body["name"]));
    let pems = call.body["authorities"].as_array().into_iter().flatten().map(|item| item["pem"].to_string());
    let pems: Vec<String> = pems.collect();
    taken && weakness != Weakness::NoUniqueNames
        || urls.iter().collect::<BTreeSet<_>>().len() < urls.len()
        || pems.iter().collect::<BTreeSet<_>>().len() < pems.len()
}
