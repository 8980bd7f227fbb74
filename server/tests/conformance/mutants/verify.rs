//! Faults in verdicts.

use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Call, Reply};

const VERIFY: &[&str] = &["*-credentials::verify::*", "*-credentials::use::*"];
const BASIC: &[&str] = &["basic-credentials::verify::*", "basic-credentials::use::*"];

fn verdict(call: &Call, reply: &Reply) -> bool {
    call.is("POST", "/api/v1/*/verify") && reply.status == 200
}

fn accept(reply: &mut Reply, reason: &str) {
    if reply.json["reason"] == reason {
        reply.json =
            json!({"verdict": "Accepted", "tenant": "default", "credentialsId": "00000000000000000000"});
    }
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::answers("verify: any password", BASIC, |call, reply, _| {
        if verdict(call, reply) {
            accept(reply, "WrongPassword");
        }
    }),
    Mutant::answers("verify: what is revoked", &["*-credentials::use::revoked"], |call, reply, _| {
        if verdict(call, reply) {
            accept(reply, "Revoked");
        }
    }),
    Mutant::answers("verify: what is suspended", &["*-credentials::use::suspended"], |call, reply, _| {
        if verdict(call, reply) {
            accept(reply, "Suspended");
        }
    }),
    Mutant::answers("verify: the first verdict is kept", VERIFY, |call, reply, memory| {
        if verdict(call, reply) {
            let first = memory.entry(call.json.to_string()).or_insert(reply.json.clone());
            reply.json = first.clone();
        }
    }),
    Mutant::answers("verify: a use is not noted", &["*-credentials::use::first"], |call, reply, _| {
        if call.method == "GET" {
            let items = match &mut reply.json {
                Value::Array(items) => items.iter_mut().collect(),
                item => vec![item],
            };
            for item in items.into_iter().filter(|item| item["state"] == "Active") {
                item["state"] = json!("Inactive");
            }
        }
    }),
    Mutant::answers("verify: no is a 401", VERIFY, |call, reply, _| {
        if verdict(call, reply) && reply.json["verdict"] == "Rejected" {
            *reply = Reply::json(401, json!({"message": "No."}));
        }
    }),
    Mutant::answers("verify: no reason", VERIFY, |call, reply, _| {
        if verdict(call, reply) {
            reply.remove("reason");
        }
    }),
    Mutant::answers(
        "verify: the password comes back",
        &["basic-credentials::verify::*"],
        |call, reply, _| {
            if verdict(call, reply) {
                reply.json["password"] = call.json["password"].clone();
            }
        },
    ),
    Mutant::answers(
        "verify: only the first use is noted",
        &["*-credentials::use::*"],
        |call, reply, memory| {
            let mut freeze = |item: &mut Value| {
                if let (Some(id), Some(_)) = (item["id"].as_str(), item.get("lastUseDate")) {
                    let first = memory.entry(id.to_owned()).or_insert(item["lastUseDate"].clone());
                    item["lastUseDate"] = first.clone();
                }
            };
            let is_verdict = verdict(call, reply);
            match &mut reply.json {
                Value::Array(items) if call.method == "GET" => items.iter_mut().for_each(freeze),
                item @ Value::Object(_) if call.method == "GET" => freeze(item),
                item if is_verdict => {
                    item["id"] = item["credentialsId"].clone();
                    freeze(item);
                    item.as_object_mut().unwrap().remove("id");
                }
                _ => {}
            }
        },
    ),
    Mutant::answers("verify: nothing is accepted", VERIFY, |call, reply, _| {
        if verdict(call, reply) && reply.json["verdict"] == "Accepted" {
            reply.json =
                json!({"verdict": "Rejected", "reason": "Suspended", "detail": "No.", "tenant": "default"});
        }
    }),
];
