//! Faults in sessions' transactions and the configuration lock.

use poem::http::Method;
use serde_json::json;

use super::Mutant;
use crate::proxy::{Call, Reply};

const TRANSACTION: &str = "/api/transaction";

fn commits(call: &Call) -> bool {
    call.is("PUT", TRANSACTION) && call.json["status"] == "commit"
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::takes(
        "transactions: a commit loses the changes",
        &["transaction::commit::closes", "*-alerts::modify::procedure"],
        |call, memory| {
            if commits(call) {
                memory.insert("commit".to_owned(), json!(true));
                call.method = Method::DELETE;
            }
            None
        },
    )
    .after(|call, reply, memory| {
        if call.is("DELETE", TRANSACTION) && memory.remove("commit").is_some() && reply.is_success() {
            let meta = json!({"href": TRANSACTION, "parent": "/api"});
            *reply = Reply::json(201, json!({"meta": meta, "body": {"status": "closed"}}));
        }
    }),
    Mutant::takes(
        "transactions: what is dropped is committed",
        &["transaction::rollback::*", "lock::view::of-others"],
        |call, memory| {
            if call.is("DELETE", TRANSACTION) {
                memory.insert("dropped".to_owned(), json!(true));
                call.method = Method::PUT;
                call.headers.insert("content-type", "application/json".parse().unwrap());
                call.say(json!({"status": "commit"}));
            }
            None
        },
    )
    .after(|call, reply, memory| {
        if call.is("PUT", TRANSACTION) && memory.remove("dropped").is_some() {
            *reply = Reply::json(200, json!({"meta": {"href": TRANSACTION, "parent": "/api"}}));
        }
    }),
    Mutant::answers("transactions: no change is listed", &["transaction::changes::*"], |call, reply, _| {
        if call.is("GET", "/api/transaction/changes") && reply.is_success() {
            reply.items().clear();
        }
    }),
    Mutant::answers(
        "transactions: always closed",
        &["transaction::open::*", "transaction::get::*"],
        |call, reply, _| {
            if call.is("GET", TRANSACTION) && reply.is_success() {
                reply.json["body"]["status"] = json!("closed");
            }
        },
    ),
    Mutant::answers(
        "transactions: no end is told",
        &["transaction::remaining-seconds::open"],
        |_, reply, _| {
            if let Some(meta) = reply.json.get_mut("meta").and_then(|meta| meta.as_object_mut()) {
                meta.remove("remaining_seconds");
            }
        },
    ),
    Mutant::answers("transactions: opened with 200", &["transaction::open::opened"], |call, reply, _| {
        if call.is("POST", TRANSACTION) && reply.is_success() {
            reply.status = 200;
        }
    }),
    Mutant::answers("transactions: a second writer", &["lock::writers::*"], |_, reply, _| {
        if reply.status == 409 {
            *reply = Reply::json(201, json!({"meta": {"href": TRANSACTION}, "body": {"status": "open"}}));
        }
    }),
    Mutant::answers(
        "transactions: a second writer breaks the server",
        &["lock::writers::*"],
        |_, reply, _| {
            if reply.status == 409 {
                reply.status = 500;
            }
        },
    ),
    Mutant::answers(
        "transactions: changes are seen by all",
        &["lock::view::*", "lock::readers::*"],
        |call, reply, memory| {
            // What the first session wrote is what everybody reads.
            if call.is("PUT", "/api/configuration/*") && reply.is_success() {
                memory.insert(call.path.clone(), call.json.clone());
            }
            if call.method == "GET"
                && let Some(body) = memory.get(&call.path)
            {
                reply.json["body"] = body.clone();
            }
        },
    ),
    Mutant::answers(
        "transactions: a commit leaves it open",
        &["transaction::commit::*"],
        |call, reply, _| {
            if commits(call) && reply.is_success() {
                reply.json["body"]["status"] = json!("open");
            }
        },
    ),
];
