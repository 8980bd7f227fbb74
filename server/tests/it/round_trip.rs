//! The document that poem-openapi emits for the running service equals ours, so what is served is what is described.
//!
//! poem-openapi writes version 3.0.0 and has no place for some things. Both documents are brought to one canonical form
//! before they are compared, by these rules and no others:
//!
//! 1. `openapi`, the version of the specification, is left out.
//! 2. `x-` members are left out, but `x-vouchsafe-required: true` of a header is its `required: true`.
//! 3. `example` and `examples` are left out (the document's own tests hold them against their schemas).
//! 4. References to anything but schemas are replaced by what they mean, and of `components` only `schemas` and
//!    `securitySchemes` are kept.
//! 5. `additionalProperties: false` is left out: 3.0.0 as poem-openapi writes it has no such thing.
//! 6. A `$ref` with a description beside it is what 3.0.0 writes as that description and an `allOf` of the one `$ref`.
//! 7. `minimum: n` with `exclusiveMinimum: true` is `exclusiveMinimum: n`.
//! 8. Numbers are compared as numbers: 100.0 is 100.
//! 9. What says the default is left out: `required: false`, `deprecated: false`, `explode: true`, and empty lists.
//! 10. The order of members, of `required`, of tags and of scopes means nothing.
//! 11. The description of a list's items is left out: the emitted document has none.
//! 12. What may be null is what 3.0.0 writes as `nullable: true`: a `type` of two, of which one is `null`, and a `oneOf`
//!     of a reference and `type: 'null'`.
//! 13. A `type` of all six is what 3.0.0 writes as none.

use serde_json::{Map, Value, json};
use vouchsafe::app::Server;
use vouchsafe_api_spec::document;

use crate::harness::{Backend, TestDatabase};

/// The emitted document.
async fn emitted() -> Value {
    let database = TestDatabase::new(Backend::Sqlite);
    let config = database.config();
    let server = Server::start(&config).await.unwrap();
    serde_json::from_str(&server.described()).unwrap()
}

/// The canonical form of a document.
fn canonical(document: &Value) -> Value {
    let mut canonical = node(document, document);
    canonical.as_object_mut().unwrap().remove("openapi");
    let components = canonical["components"].as_object_mut().unwrap();
    components.retain(|name, _| name == "schemas" || name == "securitySchemes");
    canonical
}

fn node(value: &Value, document: &Value) -> Value {
    match value {
        Value::Object(object) => members(object, document),
        Value::Array(items) => Value::Array(items.iter().map(|item| node(item, document)).collect()),
        Value::Number(number) => json!(number.as_f64()),
        other => other.clone(),
    }
}

/// Objects whose members are named by the document's author: every name is a name there.
const MAPS: [&str; 6] = ["properties", "schemas", "securitySchemes", "scopes", "variables", "paths"];

fn members(object: &Map<String, Value>, document: &Value) -> Value {
    let reference = object.get("$ref").and_then(Value::as_str);
    if let Some(other) = reference.filter(|reference| !reference.starts_with("#/components/schemas/")) {
        return node(document.pointer(&other[1..]).unwrap(), document);
    }
    let mut all = Map::new();
    for (name, value) in object.iter().filter(|(name, value)| !left_out(name, value)) {
        let value = match value {
            Value::Object(map) if MAPS.contains(&name.as_str()) => {
                map.iter().map(|(name, value)| (name.clone(), node(value, document))).collect()
            }
            Value::Array(alternatives) if name == "security" => {
                alternatives.iter().map(requirement).collect()
            }
            value => node(value, document),
        };
        all.insert(name.clone(), value);
    }
    if object.get("x-vouchsafe-required") == Some(&json!(true)) {
        all.insert("required".to_owned(), json!(true));
    }
    nullable(&mut all);
    if let Some(Value::Array(one)) = all.get("allOf").filter(|all| all.as_array().unwrap().len() == 1) {
        let reference = one[0]["$ref"].clone();
        all.remove("allOf");
        all.insert("$ref".to_owned(), reference);
    }
    if all.get("exclusiveMinimum") == Some(&json!(true)) {
        let minimum = all.remove("minimum").unwrap();
        all.insert("exclusiveMinimum".to_owned(), minimum);
    }
    if let Some(Value::Object(items)) = all.get_mut("items") {
        items.remove("description");
    }
    for unordered in ["required", "tags"] {
        if let Some(Value::Array(names)) = all.get_mut(unordered) {
            names.sort_by_key(|named| named.get("name").unwrap_or(named).to_string());
        }
    }
    Value::Object(all)
}

/// The schemes of a security requirement with their scopes, of which none is not the same as no scheme.
fn requirement(schemes: &Value) -> Value {
    let sorted = |scopes: &Value| {
        let mut scopes = scopes.as_array().unwrap().clone();
        scopes.sort_by_key(ToString::to_string);
        Value::Array(scopes)
    };
    schemes.as_object().unwrap().iter().map(|(name, scopes)| (name.clone(), sorted(scopes))).collect()
}

/// Rules 12 and 13.
fn nullable(schema: &mut Map<String, Value>) {
    let null = json!("null");
    match schema.get("type").and_then(Value::as_array).map(Vec::as_slice) {
        Some([kind, other]) if *other == null => {
            let kind = kind.clone();
            schema.insert("type".to_owned(), kind);
            schema.insert("nullable".to_owned(), json!(true));
        }
        Some(all) if all.len() == 6 => drop(schema.remove("type")),
        _ => {}
    }
    if let Some([meant, other]) = schema.get("oneOf").and_then(Value::as_array).map(Vec::as_slice)
        && *other == json!({"type": "null"})
    {
        let reference = meant["$ref"].clone();
        schema.remove("oneOf");
        schema.insert("$ref".to_owned(), reference);
        schema.insert("nullable".to_owned(), json!(true));
    }
}

fn left_out(name: &str, value: &Value) -> bool {
    match name {
        "example" | "examples" => true,
        "required" | "deprecated" | "additionalProperties" => *value == json!(false),
        "explode" => *value == json!(true),
        name => name.starts_with("x-") || value.as_array().is_some_and(Vec::is_empty),
    }
}

/// Where two values differ: pointers, with what is there in each.
fn differences(ours: &Value, theirs: &Value, at: &str, into: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names = ours.keys().chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
            for name in names {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                let (ours, theirs) = (ours.get(name), theirs.get(name));
                differences(ours.unwrap_or(&Value::Null), theirs.unwrap_or(&Value::Null), &at, into);
            }
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                differences(ours, theirs, &format!("{at}/{index}"), into);
            }
        }
        (ours, theirs) if ours != theirs => into.push(format!("{at}: ours {ours}, emitted {theirs}")),
        _ => {}
    }
}

fn compare(ours: &Value, theirs: &Value) -> Vec<String> {
    let mut found = Vec::new();
    differences(&canonical(ours), &canonical(theirs), "", &mut found);
    found
}

#[tokio::test]
async fn the_emitted_document_is_ours() {
    assert_eq!(compare(document(), &emitted().await), Vec::<String>::new());
}

/// Changes of our document, each a pointer and what is put there; the last two take something away.
fn mutations() -> Vec<(&'static str, Value)> {
    vec![
        ("/info/title", json!("Another API")),
        ("/info/version", json!("1.0.1")),
        ("/info/description", json!("")),
        ("/info/license/identifier", json!("MIT")),
        ("/servers/0/url", json!("{schema}://{host}/")),
        ("/servers/0/variables/schema/default", json!("https")),
        ("/servers/0/variables/schema/enum", json!(["http"])),
        ("/tags/1/description", json!("x")),
        ("/paths/~1api~1v1~1basic-credentials/post/operationId", json!("basic_credentials_add")),
        ("/paths/~1api~1v1~1basic-credentials/post/summary", json!("x")),
        ("/paths/~1api~1v1~1basic-credentials/post/description", json!("x")),
        ("/paths/~1api~1v1~1basic-credentials/post/tags/0", json!("X.509 credentials")),
        (
            "/paths/~1api~1v1~1basic-credentials/post/security/0/OAuth2/0",
            json!("tenant:basic-credentials:read"),
        ),
        ("/paths/~1api~1v1~1basic-credentials/post/security", json!([])),
        ("/paths/~1api~1v1~1basic-credentials/post/deprecated", json!(true)),
        ("/paths/~1api~1v1~1basic-credentials/post/requestBody/required", json!(false)),
        ("/paths/~1api~1v1~1basic-credentials/post/requestBody/description", json!("x")),
        ("/paths/~1api~1v1~1basic-credentials/post/responses/409/description", json!("x")),
        ("/paths/~1api~1v1~1basic-credentials/post/responses/418", json!({"description": "A teapot."})),
        (
            "/paths/~1api~1v1~1basic-credentials/post/responses/201/headers/Location/$ref",
            json!("#/components/headers/Link"),
        ),
        ("/paths/~1api~1v1~1basic-credentials/post/responses/201/content/text~1plain", json!({})),
        ("/paths/~1api~1v1~1basic-credentials/get/parameters/2/$ref", json!("#/components/parameters/After")),
        ("/components/parameters/Limit/description", json!("x")),
        ("/components/parameters/Limit/required", json!(true)),
        ("/components/parameters/Limit/name", json!("count")),
        ("/components/parameters/Limit/in", json!("header")),
        ("/components/headers/CacheControl/schema/enum/0", json!("private")),
        ("/components/headers/RequestId/x-vouchsafe-required", json!(true)),
        ("/components/headers/WwwAuthenticate/x-vouchsafe-required", json!(false)),
        ("/components/headers/RetryAfter/schema/format", json!("int64")),
        (
            "/components/responses/Forbidden/content/application~1json/schema/$ref",
            json!("#/components/schemas/Password"),
        ),
        ("/components/schemas/Username/maxLength", json!(256)),
        ("/components/schemas/Username/minLength", json!(0)),
        ("/components/schemas/Username/pattern", json!("^[ -~]+$")),
        ("/components/schemas/Password/format", json!("byte")),
        ("/components/schemas/Ttl/exclusiveMinimum", json!(1)),
        ("/components/schemas/Ttl/minimum", json!(0)),
        ("/components/schemas/Ttl/default", json!(60)),
        ("/components/schemas/Ttl/type", json!("integer")),
        ("/components/schemas/PageLimit/maximum", json!(1001)),
        ("/components/schemas/KeyType/enum/0", json!("rsa-1024")),
        ("/components/schemas/Message/required", json!([])),
        ("/components/schemas/Message/properties/code", json!({"type": "string"})),
        ("/components/schemas/X509CredentialsIssued/required/4", json!("id")),
        ("/components/schemas/X509CredentialsIssued/properties/id/description", json!("x")),
        (
            "/components/schemas/X509CredentialsIssued/properties/id/$ref",
            json!("#/components/schemas/Password"),
        ),
        ("/components/schemas/X509CredentialsIssued/properties/caChain/items/type", json!("integer")),
        ("/components/schemas/X509CredentialsIssued/properties/invalidAfter/format", json!("date")),
        ("/components/schemas/X509CredentialsIssued/additionalProperties", json!({"type": "string"})),
        ("/components/securitySchemes/OAuth2/description", json!("x")),
        ("/components/securitySchemes/OAuth2/flows/clientCredentials/tokenUrl", json!("/token")),
        (
            "/components/securitySchemes/OAuth2/flows/clientCredentials/scopes/tenant:x509-credentials:read",
            json!("x"),
        ),
        ("/components/securitySchemes/Session/name", json!("session")),
        ("/components/securitySchemes/Session/in", json!("header")),
        ("/components/securitySchemes/Session/description", json!("x")),
        ("/components/securitySchemes/Basic/scheme", json!("bearer")),
        ("/paths/~1api~1authentication/get/security", json!([])),
        ("/paths/~1api~1authentication/get/security", json!([{"Session": []}])),
        ("/paths/~1api~1authentication~1types/get/security", json!([{"Session": []}])),
        ("/paths/~1api~1transaction/put/security/0", json!({"Basic": []})),
        ("/paths/~1api~1transaction/delete", Value::Null),
        ("/components/schemas/ObjectMeta/properties/next/type", json!("string")),
        ("/components/schemas/PlainMeta/properties/parent/type", json!(["string", "null"])),
        (
            "/components/schemas/AaaSettings/properties/trust_store/oneOf/0/$ref",
            json!("#/components/schemas/Group"),
        ),
        ("/components/schemas/AaaSettings/properties/trust_store/oneOf/1/type", json!("string")),
        ("/components/schemas/ReferenceInput/oneOf/0/$ref", json!("#/components/schemas/Timezone")),
        ("/components/schemas/ReferenceInput/oneOf/2", json!({"$ref": "#/components/schemas/Timezone"})),
        ("/components/schemas/Acls/items/$ref", json!("#/components/schemas/Group")),
        ("/components/schemas/Acls/type", json!("object")),
        ("/components/schemas/AnyValue/type", json!("object")),
        ("/components/schemas/AnyValue/description", json!("x")),
        ("/components/schemas/Message/properties/message", Value::Null),
        ("/paths/~1api~1v1~1x509-credentials~1{id}", Value::Null),
    ]
}

/// Puts a value where the pointer points to, also where nothing was; null takes away.
fn put(document: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}")) {
        Value::Object(object) if value.is_null() => {
            assert!(object.shift_remove(&name).is_some(), "{pointer}")
        }
        Value::Object(object) => drop(object.insert(name, value)),
        Value::Array(items) if name == items.len().to_string() => items.push(value),
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        other => panic!("{other} at {parent}"),
    }
}

#[tokio::test]
async fn every_change_is_seen() {
    let emitted = emitted().await;
    for (pointer, value) in mutations() {
        let mut changed = document().clone();
        put(&mut changed, pointer, value.clone());
        assert_ne!(compare(&changed, &emitted), Vec::<String>::new(), "{pointer}: {value}");
    }
    // The other way too: what the emitted document has beyond ours.
    for (pointer, value) in [
        ("/paths/~1health", json!({"get": {"responses": {}}})),
        ("/components/schemas/Message/nullable", json!(true)),
        ("/components/schemas/Extra", json!({"type": "string"})),
        ("/webhooks", json!({"x": {}})),
        ("/servers", json!([])),
    ] {
        let mut changed = emitted.clone();
        put(&mut changed, pointer, value.clone());
        assert_ne!(compare(document(), &changed), Vec::<String>::new(), "{pointer}: {value}");
    }
}
