//! Faults in the state machine of credentials of both kinds.

use serde_json::{Value, json};

use super::Mutant;
use crate::proxy::{Call, Reply};

fn changes(call: &Call) -> bool {
    call.is("PATCH", "/api/v1/*/state")
}

fn asks(call: &Call, state: &str) -> bool {
    changes(call) && call.json["state"] == state
}

/// Spoils credentials wherever they are read.
fn read(call: &Call, reply: &mut Reply, mut spoil: impl FnMut(&mut Value)) {
    if call.method != "GET" || !call.path.starts_with("/api/v1/") || !reply.is_success() {
        return;
    }
    match &mut reply.json {
        Value::Array(items) => items.iter_mut().for_each(spoil),
        item @ Value::Object(_) => spoil(item),
        _ => {}
    }
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::takes(
        "states: a change is acknowledged and forgotten",
        &["*-credentials::states::inactive-to-*", "*-credentials::update-state::example-*"],
        |call, _| {
            let known = ["Active", "Suspended", "Revoked"].contains(&call.json["state"].as_str()?);
            (changes(call) && known && call.json.as_object()?.len() == 1).then(|| Reply::empty(204))
        },
    ),
    Mutant::answers(
        "states: what is suspended stays so",
        &["*-credentials::states::suspended-to-active"],
        |call, reply, _| {
            if asks(call, "Active") && reply.is_success() {
                *reply = Reply::json(400, json!({"message": "Not permitted."}));
            }
        },
    ),
    Mutant::answers(
        "states: what is revoked becomes Active",
        &["*-credentials::states::revoked-to-active"],
        |call, reply, _| {
            if asks(call, "Active") && reply.status == 400 {
                *reply = Reply::empty(204);
            }
        },
    ),
    Mutant::answers(
        "states: what is revoked can be suspended",
        &["*-credentials::states::revoked-to-suspended"],
        |call, reply, _| {
            if asks(call, "Suspended") && reply.status == 400 {
                *reply = Reply::empty(204);
            }
        },
    ),
    Mutant::answers(
        "states: a change is answered with 200 and the state",
        &["x509-credentials::update-state::example-*"],
        |call, reply, _| {
            if changes(call) && reply.is_success() {
                *reply = Reply::json(200, call.json.clone());
            }
        },
    ),
    Mutant::takes(
        "states: to suspend is to revoke",
        &["*-credentials::states::*-to-suspended", "*-credentials::update-state::example-suspend"],
        |call, _| {
            if asks(call, "Suspended") {
                call.say(json!({"state": "Revoked"}));
            }
            None
        },
    ),
    Mutant::takes(
        "states: to revoke is to suspend",
        &["*-credentials::states::*-to-revoked", "*-credentials::update-state::example-revoke"],
        |call, _| {
            if asks(call, "Revoked") {
                call.say(json!({"state": "Suspended"}));
            }
            None
        },
    ),
    Mutant::answers(
        "states: updatedDate stays",
        &["*-credentials::updated-date::*", "*-credentials::states::*"],
        |call, reply, _| {
            read(call, reply, |item| item["updatedDate"] = item["createdDate"].clone());
        },
    ),
    Mutant::answers(
        "states: createdDate moves",
        &["*-credentials::states::*", "*-credentials::created-date::*"],
        |call, reply, _| {
            read(call, reply, |item| item["createdDate"] = item["updatedDate"].clone());
        },
    ),
    Mutant::answers(
        "states: Inactive can be asked for",
        &["*-credentials::states::to-inactive", "*-credentials::update-state::state-*"],
        |call, reply, _| {
            if asks(call, "Inactive") {
                *reply = Reply::empty(204);
            }
        },
    ),
    Mutant::answers(
        "states: any state can be asked for",
        &["*-credentials::states::to-unknown", "*-credentials::update-state::state-*"],
        |call, reply, _| {
            let unknown = !["Active", "Inactive", "Suspended", "Revoked"]
                .contains(&call.json["state"].as_str().unwrap_or("Active"));
            if changes(call) && unknown {
                *reply = Reply::empty(204);
            }
        },
    ),
    Mutant::answers(
        "states: no state can be asked for",
        &["*-credentials::update-state::state-missing"],
        |call, reply, _| {
            if changes(call) && call.json == json!({}) {
                *reply = Reply::empty(204);
            }
        },
    ),
    Mutant::answers(
        "states: credentials get another id",
        &["*-credentials::states::*-to-*"],
        |call, reply, memory| {
            if changes(call) && reply.is_success() {
                memory.insert("changed".to_owned(), json!(call.path.split('/').nth(4)));
            }
            let changed = memory.get("changed").cloned();
            read(call, reply, |item| {
                if Some(&item["id"]) == changed.as_ref() {
                    item["id"] = json!("00000000000000000099");
                }
            });
        },
    ),
    Mutant::answers(
        "states: a refusal has no message",
        &["*-credentials::states::message", "*-credentials::update-state::state-*"],
        |call, reply, _| {
            if changes(call) && reply.status == 400 {
                reply.json = json!({"error": "refused"});
            }
        },
    ),
    Mutant::answers(
        "states: nobody's are changed",
        &["*-credentials::update-state::example-path-id", "*-credentials::update-state::malformed-id"],
        |call, reply, _| {
            if changes(call) && reply.status == 404 {
                *reply = Reply::empty(204);
            }
        },
    ),
    Mutant::answers(
        "states: a use is shown before there was one",
        &["*-credentials::states::initial", "*-credentials::last-use-date::*"],
        |call, reply, _| {
            read(call, reply, |item| {
                if item.get("lastUseDate").is_none() && item.get("createdDate").is_some() {
                    item["lastUseDate"] = item["createdDate"].clone();
                }
            });
        },
    ),
    Mutant::answers(
        "states: a refused change is made all the same",
        &["*-credentials::states::*", "*-credentials::update-state::state-*"],
        |call, reply, memory| {
            if changes(call) && reply.status == 400 {
                memory.insert(call.path.split('/').nth(4).unwrap().to_owned(), call.json["state"].clone());
            }
            let states = memory.clone();
            read(call, reply, |item| {
                if let Some(state) = item["id"].as_str().and_then(|id| states.get(id)) {
                    item["state"] = state.clone();
                }
            });
        },
    ),
];
