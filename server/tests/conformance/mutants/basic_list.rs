//! Faults in the list of basic credentials.

use serde_json::{Value, json};

use super::{
    Mutant,
    basic::{LIST, listed},
};
use crate::proxy::{Call, Reply};

const LISTED: &[&str] = &["basic-credentials::list::*"];

fn each(call: &Call, reply: &mut Reply, spoil: fn(&mut Value)) {
    if listed(call, reply) {
        reply.items().iter_mut().for_each(spoil);
    }
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::answers(
        "basic: the list shows passwords",
        &["basic-credentials::list::no-secrets", "basic-credentials::list::example-list"],
        |call, reply, _| {
            each(call, reply, |item| item["password"] = json!("hunter2"));
        },
    ),
    Mutant::answers("basic: the list shows hashes", LISTED, |call, reply, _| {
        each(call, reply, |item| item["hash"] = json!("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"));
    }),
    Mutant::answers(
        "basic: the list is what it was at first",
        &["basic-credentials::list::*"],
        |call, reply, memory| {
            if listed(call, reply) {
                let first = memory.entry(call.path.clone()).or_insert(reply.json.clone());
                reply.json = first.clone();
            }
        },
    ),
    Mutant::answers(
        "basic: the list lacks the newest",
        &["basic-credentials::list::complete", "basic-credentials::list::example-list"],
        |call, reply, _| {
            if listed(call, reply) {
                reply.items().pop();
            }
        },
    ),
    Mutant::answers("basic: the list is in an object", LISTED, |call, reply, _| {
        if listed(call, reply) {
            reply.json = json!({"items": reply.json});
        }
    }),
    Mutant::answers("basic: the list is text", LISTED, |call, reply, _| {
        if listed(call, reply) {
            reply.set("content-type", "text/plain");
        }
    }),
    Mutant::answers("basic: states in small letters", LISTED, |call, reply, _| {
        each(call, reply, |item| item["state"] = json!(item["state"].as_str().unwrap().to_lowercase()));
    }),
    Mutant::answers("basic: no use is a null", LISTED, |call, reply, _| {
        each(call, reply, |item| {
            if item.get("lastUseDate").is_none() {
                item["lastUseDate"] = Value::Null;
            }
        });
    }),
    Mutant::answers("basic: dates with an offset", LISTED, |call, reply, _| {
        each(call, reply, |item| {
            item["createdDate"] = json!(item["createdDate"].as_str().unwrap().replace('Z', "+00:00"));
        });
    }),
    Mutant::answers("basic: the list has no updatedDate", LISTED, |call, reply, _| {
        each(call, reply, |item| {
            item.as_object_mut().unwrap().remove("updatedDate");
        });
    }),
    Mutant::answers("basic: ids are numbers", LISTED, |call, reply, _| {
        each(call, reply, |item| item["id"] = json!(7));
    }),
    Mutant::takes("basic: next leads back to the start", &["basic-credentials::list::pages"], |call, _| {
        if call.is("GET", LIST) {
            call.drop_parameter("after");
        }
        None
    }),
    Mutant::answers("basic: no next on a page", &["basic-credentials::list::pages"], |call, reply, _| {
        if call.is("GET", LIST) {
            reply.headers.remove("link");
        }
    }),
    Mutant::answers(
        "basic: a page has one more than its limit",
        &["basic-credentials::list::limit", "basic-credentials::list::pages"],
        |call, reply, _| {
            if listed(call, reply) && call.path.contains("limit=") {
                let last = reply.items().last().cloned();
                reply.items().extend(last);
            }
        },
    ),
    Mutant::takes(
        "basic: the state asked for is ignored",
        &["basic-credentials::list::state", "basic-credentials::list::query-state-*"],
        |call, _| {
            if call.is("GET", LIST) {
                call.drop_parameter("state");
            }
            None
        },
    ),
];
