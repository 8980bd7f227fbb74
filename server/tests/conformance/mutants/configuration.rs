//! Faults in objects of the configuration.

use poem::http::Method;
use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Call, Reply};

const META: &[&str] = &["message::meta::*", "alerting::list::*"];
const SIBLINGS: &[&str] = &["*::list::read", "message::*", "trust-stores::list::*"];
const TRUST_STORES: &str = "/api/configuration/trust_stores";
const SYSTEM_ALERTS: &str = "/api/configuration/alerting/system_alerts";

fn meta(reply: &mut Reply) -> Option<&mut serde_json::Map<String, Value>> {
    reply.json.get_mut("meta")?.as_object_mut()
}

fn authorities(call: &Call, reply: &mut Reply, spoil: fn(&mut Value)) {
    if call.is("GET", "/api/configuration/trust_stores/*")
        && let Some(Value::Array(authorities)) = reply.json.pointer_mut("/body/authorities")
    {
        authorities.iter_mut().for_each(spoil);
    }
}

/// Reads in the place of a change, so that nothing is changed.
fn reads_instead(call: &mut Call) {
    call.method = Method::GET;
    call.say(Value::Null);
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::answers(
        "configuration: next is another sibling",
        &["message::meta::walk", "alerting::list::sample"],
        |call, reply, _| {
            if call.is("GET", "/api/configuration/alerting")
                && let Some(meta) = meta(reply)
            {
                meta.insert("next".to_owned(), json!("/api/configuration/management"));
            }
        },
    ),
    Mutant::answers("configuration: no previous where there is none", META, |_, reply, _| {
        if let Some(meta) = meta(reply)
            && meta.get("previous").is_some_and(Value::is_null)
        {
            meta.remove("previous");
        }
    }),
    Mutant::answers("configuration: siblings in any order", SIBLINGS, |call, reply, _| {
        if call.method == "GET" && reply.json.get("items").is_some() {
            reply.items().reverse();
        }
    }),
    Mutant::answers("configuration: items without keys", SIBLINGS, |call, reply, _| {
        if call.method == "GET" && reply.json.get("items").is_some() {
            for item in reply.items() {
                if let Some(item) = item.as_object_mut() {
                    item.remove("key");
                }
            }
        }
    }),
    Mutant::answers(
        "configuration: made without a key",
        &["trust-stores::create::created", "message::post::key"],
        |call, reply, _| {
            if call.is("POST", TRUST_STORES) {
                reply.remove("key");
            }
        },
    ),
    Mutant::answers(
        "configuration: a replaced object is answered with 200",
        &["system-alerts::status::created"],
        |call, reply, _| {
            if call.is("PUT", SYSTEM_ALERTS) && reply.status == 201 {
                reply.status = 200;
            }
        },
    ),
    Mutant::takes(
        "configuration: a change is acknowledged and forgotten",
        &["system-alerts::modify::procedure", "system-alerts::replace::example-*"],
        |call, _| {
            call.is("PUT", SYSTEM_ALERTS)
                .then(|| Reply::json(201, json!({"key": "system_alerts", "meta": {"href": SYSTEM_ALERTS}})))
        },
    ),
    Mutant::takes(
        "configuration: e-mails are never wanted",
        &["system-alerts::element::*", "system-alerts::modify::procedure"],
        |call, _| {
            if call.is("PUT", SYSTEM_ALERTS) && call.json["xcbError"]["email"].is_boolean() {
                let mut body = call.json.clone();
                for (_, alert) in body.as_object_mut().unwrap() {
                    if alert["email"].is_boolean() {
                        alert["email"] = json!(false);
                    }
                }
                call.say(body);
            }
            None
        },
    ),
    Mutant::takes(
        "configuration: a missing member keeps its value",
        &["system-alerts::replace::*missing", "message::put::all-fields"],
        |call, _| {
            if call.is("PUT", SYSTEM_ALERTS)
                && let Some(members) = call.json.clone().as_object_mut()
                && !members.contains_key("xcbError")
            {
                members.insert("xcbError".to_owned(), json!({"email": false, "snmp": false}));
                call.say(Value::Object(members.clone()));
            }
            None
        },
    ),
    Mutant::answers(
        "configuration: an alert is missing",
        &["system-alerts::get::*", "system-alerts::element::xcbSwapFull"],
        |call, reply, _| {
            if call.is("GET", SYSTEM_ALERTS)
                && let Some(Value::Object(body)) = reply.json.get_mut("body")
            {
                body.remove("xcbSwapFull");
            }
        },
    ),
    Mutant::takes(
        "configuration: words for booleans",
        &["system-alerts::replace::*wrong-type", "errors::syntactic-error::wrong-type"],
        |call, _| {
            if call.is("PUT", SYSTEM_ALERTS) {
                let body = call.json.to_string().replace("\"yes\"", "true").replace("\"true\"", "true");
                call.say(serde_json::from_str(&body).unwrap());
            }
            None
        },
    ),
    Mutant::takes("configuration: what is deleted stays", &["trust-stores::delete::*"], |call, _| {
        if call.is("DELETE", "/api/configuration/trust_stores/*") {
            reads_instead(call);
        }
        None
    })
    .after(|_, reply, _| reply.remove("deleted")),
    Mutant::answers(
        "configuration: what is deleted is still read",
        &["trust-stores::delete::removed", "trust-stores::delete::deleted"],
        |call, reply, memory| {
            if call.is("GET", "/api/configuration/trust_stores/*") && reply.is_success() {
                memory.insert(call.path.clone(), reply.json.clone());
            }
            if call.method == "GET"
                && reply.status == 404
                && let Some(body) = memory.get(&call.path)
            {
                *reply = Reply::json(200, body.clone());
            }
        },
    ),
    Mutant::answers(
        "configuration: an unknown key is a wrong request",
        &["trust-stores::*::unknown-key"],
        |call, reply, _| {
            if call.path.starts_with(TRUST_STORES) && reply.status == 404 {
                reply.status = 400;
            }
        },
    ),
    Mutant::answers(
        "configuration: fingerprints in capitals",
        &["trust-stores::authorities::fingerprint"],
        |call, reply, _| {
            authorities(call, reply, |authority| {
                let digest = authority["fingerprint"]["digest"].as_str().unwrap().to_uppercase();
                authority["fingerprint"]["digest"] = json!(digest);
            });
        },
    ),
    Mutant::answers(
        "configuration: issuer for subject",
        &["trust-stores::authorities::issuer"],
        |call, reply, _| {
            authorities(call, reply, |authority| authority["issuer"] = authority["subject"].clone());
        },
    ),
    Mutant::answers("configuration: taken names", &["trust-stores::name::*"], |call, reply, _| {
        let twice = call.is("POST", TRUST_STORES) && (reply.status == 400 || reply.status == 409);
        if twice && reply.json.to_string().contains("name") {
            *reply = Reply::json(
                201,
                json!({"key": "00000000-0000-4000-8000-000000000000", "meta": {"href": TRUST_STORES}}),
            );
        }
    }),
    Mutant::answers(
        "configuration: the built-in trust store is deleted",
        &["trust-stores::built-in::not-deleted"],
        |call, reply, _| {
            if call.is("DELETE", "/api/configuration/trust_stores/-7001") && reply.status == 400 {
                *reply = Reply::json(200, json!({"meta": {"href": call.path}}));
            }
        },
    ),
    Mutant::answers(
        "configuration: the built-in trust store shows its CAs",
        &["trust-stores::built-in::get"],
        |call, reply, _| {
            if call.is("GET", "/api/configuration/trust_stores/-7001") {
                reply.json["body"]["authorities"] = json!([]);
            }
        },
    ),
    Mutant::answers(
        "configuration: errors name another place",
        &["errors::syntactic-error::wrong-type", "trust-stores::create::*wrong-type"],
        |_, reply, _| {
            if reply.json["error"]["type"] == "SyntacticError" {
                reply.json["error"]["details"] = json!({"path": "/api/configuration"});
            }
        },
    ),
    Mutant::answers(
        "configuration: errors have no message",
        &["errors::*", "*::unknown-key"],
        |_, reply, _| {
            if let Some(error) = reply.json.get_mut("error").and_then(Value::as_object_mut) {
                error.remove("message");
            }
        },
    ),
    Mutant::answers(
        "configuration: clients' secrets are shown",
        &["oauth-clients::get::read"],
        |call, reply, _| {
            if call.method == "GET" && call.path.contains("/oauth_clients/") && reply.is_success() {
                reply.json["body"]["client_secret"] = json!("hunter2");
            }
        },
    ),
    Mutant::answers("configuration: users' passwords are shown", &["users::get::read"], |call, reply, _| {
        if call.method == "GET" && call.path.contains("/users/") && reply.is_success() {
            reply.json["body"]["password"] = json!("hunter2");
        }
    }),
    Mutant::takes(
        "configuration: numbers below zero are taken for one",
        &["email::replace::*", "monitoring::replace::*", "health-monitoring::replace::*"],
        |call, _| {
            if call.method == "PUT" {
                let mut body = call.json.clone();
                for (_, value) in body.as_object_mut().into_iter().flatten() {
                    if value.as_f64().is_some_and(|number| number < 0.0) {
                        *value = json!(1);
                    }
                }
                call.say(body);
            }
            None
        },
    ),
    Mutant::takes(
        "configuration: unknown members are ignored",
        &["*::replace::body-unknown-property"],
        |call, _| {
            if call.method == "PUT"
                && let Some(members) = call.json.clone().as_object_mut()
            {
                members.retain(|name, _| !name.contains("unknown"));
                call.say(Value::Object(members.clone()));
            }
            None
        },
    ),
    Mutant::answers(
        "configuration: a trust store in use can be removed",
        &["trust-stores::delete::*"],
        |call, reply, _| {
            if call.is("DELETE", "/api/configuration/trust_stores/*") && matches!(reply.status, 400 | 409) {
                *reply = Reply::json(200, json!({"meta": {"href": call.path}}));
            }
        },
    ),
];
