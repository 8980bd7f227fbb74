//! What documented requests need to be there: the document says so in words only.

use serde_json::{Value, json};

use crate::{
    attempt::{Attempt, TRANSACTION, Who},
    case::Stop,
    cases::configuration::steps::{body_of, key_of, sample, succeeded},
    exchange::Role,
};

const USERS: &str = "/api/configuration/aaa/local_database/users";
const GROUPS: &str = "/api/configuration/aaa/local_database/groups";
const TENANTS: &str = "/api/configuration/tenants";
const TRUST_STORES: &str = "/api/configuration/trust_stores";

/// The key that documented requests refer to a trust store by.
const DOCUMENTED_KEY: &str = "3f0a1c52-6d0e-4b8f-9f57-0c9a5f7be2d4";

/// Makes ready what an operation's documented request needs, and answers the request as it can be sent and the path of
/// the object that the operation works on.
pub(in crate::cases) async fn prepare(
    attempt: &mut Attempt,
    operation: &str,
    path: &str,
    body: Value,
) -> Result<(String, Value), Stop> {
    let mut body = body;
    if body.to_string().contains(DOCUMENTED_KEY) {
        let key = create(attempt, TRUST_STORES, sample("trust-stores-create-pem")).await?;
        replace_text(&mut body, DOCUMENTED_KEY, &key);
    }
    let mut path = first_tenant(attempt, path).await?;
    match operation {
        "transaction_commit" => {
            let opened = attempt.call(Role::Prepare, &Who::Admin, "post", TRANSACTION, None).await?;
            succeeded(attempt, &opened)?;
        }
        "acls_replace" => {
            // The administrators keep what they have.
            let own = body_of(attempt, &Who::Admin, path.as_str()).await?;
            create(attempt, USERS, &json!({"name": "bob"})).await?;
            create(attempt, GROUPS, sample("group-create")).await?;
            if let (Some(acls), Value::Array(own)) = (body.as_array_mut(), own) {
                acls.retain(|acl| !own.contains(acl));
                acls.splice(0..0, own);
            }
        }
        "groups_create" => {
            create(attempt, USERS, &json!({"name": "bob"})).await?;
        }
        "groups_replace" | "groups_delete" => {
            for name in ["alice", "bob"] {
                create(attempt, USERS, &json!({"name": name})).await?;
            }
            let key = create(attempt, GROUPS, sample("group-create")).await?;
            path = path.replace("{key}", &key);
        }
        "users_replace" | "users_delete" => {
            let key = create(attempt, USERS, &json!({"name": "bob"})).await?;
            path = path.replace("{key}", &key);
        }
        "tenants_replace" | "tenants_delete" => {
            let mut tenant = sample("tenants-create").clone();
            tenant["trust_stores"] = json!([]);
            if let Some(stores) = body.get_mut("trust_stores") {
                *stores = json!([]);
            }
            let key = create(attempt, TENANTS, &tenant).await?;
            path = path.replace("{key}", &key);
        }
        "oauth_clients_replace" | "oauth_clients_delete" => {
            let collection = path.trim_end_matches("/{client_key}").to_owned();
            let key = create(attempt, &collection, sample("oauth-clients-create")).await?;
            path = path.replace("{client_key}", &key);
        }
        "integration_keys_replace" | "integration_keys_delete" => {
            let key = integration_key(attempt, path.trim_end_matches("/{integration_key_key}")).await?;
            path = path.replace("{integration_key_key}", &key);
        }
        "trust_stores_verify" => {
            let key = create(attempt, TRUST_STORES, &trusting()).await?;
            path = path.replace("{key}", &key);
        }
        "trust_stores_replace" | "trust_stores_delete" => {
            let key = create(attempt, TRUST_STORES, sample("trust-stores-create-pem")).await?;
            path = path.replace("{key}", &key);
        }
        _ => {}
    }
    Ok((path, body))
}

/// OAuth clients and integration keys belong to a tenant; the first one will do.
async fn first_tenant(attempt: &mut Attempt, path: &str) -> Result<String, Stop> {
    if !path.starts_with(&format!("{TENANTS}/{{key}}/")) {
        return Ok(path.to_owned());
    }
    let key = first_key(attempt, TENANTS).await?;
    Ok(path.replacen("{key}", &key, 1))
}

/// The key of a collection's first object.
pub(super) async fn first_key(attempt: &mut Attempt, collection: &str) -> Result<String, Stop> {
    let answer = attempt.call(Role::Prepare, &Who::Admin, "get", collection, None).await?;
    attempt.status(&answer, 200)?;
    let key = answer.json().and_then(|body| body.pointer("/items/0/key")?.as_str());
    key.map(str::to_owned).ok_or_else(|| Stop::Skip(format!("nothing is in {collection}")))
}

/// What a read needs to be there that a new server doesn't have, in a collection.
pub(super) async fn prepare_read(attempt: &mut Attempt, collection: &str) -> Result<(), Stop> {
    if collection.ends_with("/integration_keys") {
        integration_key(attempt, collection).await?;
    }
    Ok(())
}

/// The key of a new integration key.
async fn integration_key(attempt: &mut Attempt, collection: &str) -> Result<String, Stop> {
    let mut body = sample("integration-keys-create").clone();
    body["name"] = json!("Made by a case");
    create(attempt, collection, &body).await
}

/// A trust store with the authority that documented verdicts end at.
fn trusting() -> Value {
    let path = sample("trust-stores-verdict-accepted").pointer("/body/path");
    let authority = path.and_then(Value::as_array).and_then(|path| path.last());
    json!({
        "name": "Made by a case",
        "authorities": [authority],
        "crl_urls": [],
        "revocation_check": "none",
        "trust_store_type": "custom",
    })
}

async fn create(attempt: &mut Attempt, collection: &str, body: &Value) -> Result<String, Stop> {
    let answer = attempt.call(Role::Prepare, &Who::Admin, "post", collection, Some(body.clone())).await?;
    attempt.status(&answer, 201)?;
    key_of(attempt, &answer)
}

/// The body that was made ready, with the member that a mutated one is about.
pub(in crate::cases) fn graft(ready: &Value, mutated: &Value, at: &str) -> Value {
    let name = at.split('/').nth(1).unwrap_or_default();
    let (Some(members), Some(mutated_members)) = (ready.as_object(), mutated.as_object()) else {
        return mutated.clone();
    };
    let mut members = members.clone();
    match mutated_members.get(name) {
        Some(value) => drop(members.insert(name.to_owned(), value.clone())),
        None => drop(members.remove(name)),
    }
    Value::Object(members)
}

fn replace_text(value: &mut Value, old: &str, new: &str) {
    match value {
        Value::String(text) if text == old => *text = new.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| replace_text(item, old, new)),
        Value::Object(members) => members.values_mut().for_each(|member| replace_text(member, old, new)),
        _ => {}
    }
}
