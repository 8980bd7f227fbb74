//! Every example fits its schema, judged by a JSON Schema validator that knows nothing of this project.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use vouchsafe_api_spec::{OPENAPI_JSON, document};

/// What a reference object means; any other value is itself.
fn resolve(value: &Value) -> &Value {
    match value.get("$ref") {
        Some(reference) => {
            document().pointer(reference.as_str().unwrap().strip_prefix('#').unwrap()).unwrap()
        }
        None => value,
    }
}

/// The document's components, but no object may have a property that is not defined.
fn strict() -> Value {
    let mut components = document()["components"].clone();
    for schema in components["schemas"].as_object_mut().unwrap().values_mut() {
        if schema.get("properties").is_some() {
            schema["additionalProperties"] = json!(false);
        }
    }
    components
}

/// The errors of `value` under `schema`, whose references lead into `components`.
fn errors(schema: &Value, components: &Value, value: &Value) -> Vec<String> {
    let mut schema = schema.clone();
    schema["components"] = components.clone();
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// All pairs of a schema and a value that must fit, with where they are.
fn pairs<'a>(value: &'a Value, at: &str, into: &mut Vec<(String, &'a Value, &'a Value)>) {
    let Some(object) = value.as_object() else {
        for (index, value) in value.as_array().into_iter().flatten().enumerate() {
            pairs(value, &format!("{at}/{index}"), into);
        }
        return;
    };
    if let Some(schema) = object.get("schema").filter(|schema| schema.is_object()) {
        for (name, example) in object.get("examples").and_then(Value::as_object).into_iter().flatten() {
            into.push((format!("{at}/examples/{name}"), schema, &resolve(example)["value"]));
        }
        if let Some(example) = object.get("example") {
            into.push((format!("{at}/example"), schema, example));
        }
    }
    if object.contains_key("type") {
        for example in object.get("examples").and_then(Value::as_array).into_iter().flatten() {
            into.push((format!("{at}/examples"), value, example));
        }
        if let Some(default) = object.get("default") {
            into.push((format!("{at}/default"), value, default));
        }
    }
    for (key, value) in object.iter().filter(|(key, _)| *key != "value" && *key != "example") {
        pairs(value, &format!("{at}/{key}"), into);
    }
}

#[test]
fn every_example_fits_its_schema() {
    let mut all = Vec::new();
    pairs(document(), "", &mut all);
    let strict = strict();
    let problems: Vec<String> = all
        .iter()
        .flat_map(|(at, schema, value)| {
            errors(schema, &strict, value).into_iter().map(move |error| format!("{at}: {error}"))
        })
        .collect();
    assert_eq!(problems, Vec::<String>::new());
    // Media types, parameters, headers and schemas: a walk that finds nothing must not pass.
    for part in [
        "/paths/",
        "/components/parameters/",
        "/components/headers/",
        "/components/responses/",
        "/components/schemas/",
    ] {
        assert!(all.iter().any(|(at, ..)| at.starts_with(part)), "no example below {part}");
    }
    let references = OPENAPI_JSON.matches("\"#/components/examples/").count();
    assert_eq!(all.iter().filter(|(at, ..)| at.contains("/examples/")).count(), references);
}

const KEY: &str = "3f0a1c52-6d0e-4b8f-9f57-0c9a5f7be2d4";

fn settings(minutes: u32, trust_store: &Value) -> Value {
    json!({
        "session": {"inactivity_minutes": minutes},
        "lockout": {"failures": 5, "initial_delay_seconds": 1, "maximum_delay_seconds": 300},
        "trust_store": trust_store,
    })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn named_schemas_accept_and_refuse() {
    let long = |length: usize| "a".repeat(length);
    let cases: &[(&str, Vec<Value>, Vec<Value>)] = &[
        (
            "Username",
            vec![json!("UserA"), json!(" "), json!("~"), json!("a b;?A9"), json!(long(255))],
            vec![
                json!(""),
                json!("a:b"),
                json!("a@b"),
                json!("\u{7f}"),
                json!("a\n"),
                json!("ü"),
                json!(long(256)),
                json!(1),
                json!(null),
            ],
        ),
        (
            "Password",
            vec![json!("123"), json!(" ~:@"), json!(long(72))],
            vec![json!(""), json!("\u{0}"), json!("\t"), json!("pä"), json!(long(73)), json!(123)],
        ),
        (
            "CommonName",
            vec![json!("silver-advice"), json!("a:b@c"), json!(long(255))],
            vec![json!(""), json!("é"), json!(long(256))],
        ),
        (
            "CredentialsId",
            vec![json!("efh63sad72g0sggo3s5a"), json!("00000000000000000000")],
            vec![
                json!("efh63sad72g0sggo3s5"),
                json!("efh63sad72g0sggo3s5aa"),
                json!("EFH63SAD72G0SGGO3S5A"),
                json!("wfh63sad72g0sggo3s5a"),
            ],
        ),
        (
            "Ttl",
            vec![json!(1), json!(0.5), json!(31_536_000)],
            vec![json!(0), json!(-1), json!("1"), json!(null)],
        ),
        ("PageLimit", vec![json!(1), json!(1000)], vec![json!(0), json!(1001), json!(1.5)]),
        ("CredentialsState", vec![json!("Inactive")], vec![json!("inactive"), json!("")]),
        ("CredentialsTargetState", vec![json!("Active")], vec![json!("Inactive")]),
        ("KeyType", vec![json!("rsa-2048"), json!("ed25519")], vec![json!("rsa"), json!("rsa-1024")]),
        (
            "BasicCredentialsRequest",
            vec![json!({})],
            vec![json!({"user": "a"}), json!([]), json!(null), json!({"password": null})],
        ),
        ("X509CredentialsRequest", vec![json!({"ttl": 1})], vec![json!({"ttl": 0}), json!({"key": 1})]),
        ("PasswordResetRequest", vec![json!({})], vec![json!({"password": ""}), json!({"state": "Active"})]),
        (
            "CredentialsStateUpdate",
            vec![json!({"state": "Revoked"})],
            vec![json!({}), json!({"state": "Inactive"})],
        ),
        (
            "X509CredentialsStateUpdate",
            vec![
                json!({"state": "Revoked"}),
                json!({"state": "Revoked", "revocationReason": "keyCompromise"}),
            ],
            vec![
                json!({"revocationReason": "keyCompromise"}),
                json!({"state": "Revoked", "revocationReason": "unspecified"}),
            ],
        ),
        (
            "ClientAddress",
            vec![json!("192.0.2.17"), json!("::"), json!("2001:DB8::17"), json!("::ffff:192.0.2.17")],
            vec![json!(""), json!(":"), json!("localhost"), json!("[::1]"), json!(":".repeat(46))],
        ),
        (
            "BasicCredentialsVerification",
            vec![
                json!({"username": "a:b@acme", "password": ""}),
                json!({"username": "\u{7}\u{fc}", "password": long(1024)}),
            ],
            vec![
                json!({"username": "a"}),
                json!({"password": "a"}),
                json!({"username": "", "password": "a"}),
                json!({"username": long(513), "password": "a"}),
                json!({"username": "a", "password": long(1025)}),
                json!({"username": "a", "password": "a", "clientAddress": "broker"}),
            ],
        ),
        (
            "X509CredentialsVerification",
            vec![json!({"certificates": ["a"]}), json!({"issuer": "CN=default", "serialNumber": "1"})],
            vec![
                json!({"certificates": "a"}),
                json!({"certificates": [""]}),
                json!({"issuer": "", "serialNumber": "1"}),
                json!({"issuer": long(1025), "serialNumber": "1"}),
                json!({"serialNumber": "0x1"}),
                json!({"serialNumber": 1}),
                json!({"serialNumber": "1".repeat(50)}),
            ],
        ),
        (
            "IntegrationKey",
            vec![
                json!({"name": "Edge proxy", "client_certificates": false}),
                json!({"name": long(100), "client_certificates": true}),
            ],
            vec![
                json!({"name": "Edge proxy"}),
                json!({"name": "", "client_certificates": false}),
                json!({"name": long(101), "client_certificates": false}),
                json!({"name": " a", "client_certificates": false}),
                json!({"name": "a  b", "client_certificates": false}),
                json!({"name": "a\u{1b}", "client_certificates": false}),
                json!({"name": "a", "client_certificates": null}),
            ],
        ),
        (
            "TrustStoreVerification",
            vec![
                json!({"certificates": ["a"]}),
                json!({"certificates": ["a"], "at": "2026-12-01T00:00:00Z", "serverName": "::1"}),
            ],
            vec![
                json!({}),
                json!({"certificates": ["a"], "at": "today"}),
                json!({"certificates": ["a"], "serverName": ""}),
                json!({"certificates": ["a"], "server_name": "a"}),
            ],
        ),
        (
            "ConfigurationKey",
            vec![json!("-7001"), json!(KEY), json!(KEY.to_uppercase())],
            vec![json!(""), json!("7001"), json!("-"), json!("-12345678901"), json!(&KEY[1..]), json!(1)],
        ),
        (
            "ReferenceInput",
            vec![json!(KEY), json!({"key": KEY, "meta": {"href": "/api/configuration/trust_stores"}})],
            vec![json!("x"), json!({"key": KEY}), json!({"key": "x", "meta": {"href": ""}}), json!(null)],
        ),
        (
            "AclObject",
            vec![
                json!("/api"),
                json!("/api/audit"),
                json!("/api/configuration"),
                json!("/api/configuration/aaa/local_database/users/-1"),
            ],
            vec![
                json!(""),
                json!("/"),
                json!("/api/"),
                json!("/api/v1"),
                json!("/api/audit/x"),
                json!("/api/configurations"),
                json!("/api/configuration/"),
                json!("/api/configuration/../audit"),
                json!("/api/configuration/a?b"),
            ],
        ),
        (
            "AaaSettingsRequest",
            vec![settings(20, &json!(null)), settings(1440, &json!(KEY))],
            vec![
                settings(0, &json!(null)),
                settings(1441, &json!(null)),
                settings(20, &json!("x")),
                json!({}),
            ],
        ),
        (
            "UserRequest",
            vec![json!({"name": "alice"}), json!({"name": "alice", "password": "12345678"})],
            vec![
                json!({}),
                json!({"name": "a:b"}),
                json!({"name": "alice", "password": "1234567"}),
                json!({"name": "alice", "password": long(73)}),
                json!({"body": {"name": "alice"}}),
            ],
        ),
        (
            "TransactionCommit",
            vec![json!({"status": "commit"}), json!({"status": "commit", "commit_message": "ü"})],
            vec![
                json!({}),
                json!({"status": "open"}),
                json!({"status": "commit", "commit_message": ""}),
                json!({"status": "commit", "message": "a"}),
            ],
        ),
        ("AnyValue", vec![json!(null), json!(1.5), json!(["a"]), json!({}), json!("a"), json!(true)], vec![]),
        ("AuditEntryId", vec![json!("1")], vec![json!(1), json!("-1"), json!("")]),
    ];
    let components = &document()["components"];
    for (name, good, bad) in cases {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        for value in good {
            assert_eq!(
                errors(&schema, components, value),
                Vec::<String>::new(),
                "{name} must accept {value}"
            );
        }
        for value in bad {
            assert!(!errors(&schema, components, value).is_empty(), "{name} must refuse {value}");
        }
    }
}
